"""The HTTP clients, sync and async: what is sent, when it may be repeated, and what is read before it is sent."""
