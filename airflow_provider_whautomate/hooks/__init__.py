"""The connection to an account."""
