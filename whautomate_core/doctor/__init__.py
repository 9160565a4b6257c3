"""What an account and the API really do, found out with a real key."""
