"""The form of the keys of claims. Client and state both know it."""

PREFIX = "v2 "
"""What keys of this form begin with. A new form gets the next number; `client/keys_before.py` finds the old ones."""
