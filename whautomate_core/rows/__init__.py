"""Rows from files, databases and Python, and the job that takes rows through to the API."""
