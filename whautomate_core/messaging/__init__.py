"""Broadcasts and messages: to whom they go, that they are sent once, and what became of them."""
