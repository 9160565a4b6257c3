"""Waiting for what Whautomate does."""
