"""Waiting for something at Whautomate: the condition, when to check it, and the share of requests that checks get."""
