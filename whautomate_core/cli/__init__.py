"""The command `whautomate`: one module for each group of commands."""
