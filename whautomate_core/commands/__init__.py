"""The larger commands of `whautomate`, one module each."""
