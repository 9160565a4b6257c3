"""One module a resource: an operator for each endpoint, and the jobs."""
