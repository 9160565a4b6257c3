"""What all callers of an account share."""
