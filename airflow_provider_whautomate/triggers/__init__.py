"""Waiting without holding a worker slot."""
