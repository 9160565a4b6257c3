"""The warehouse's people in Whautomate: sources -> rows -> plan -> apply -> report."""
