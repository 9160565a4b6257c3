"""Broadcasts: to whom (segments), once (broadcasts), and what became of it (delivery)."""
