"""Occurrences are evaluated into cohorts of enrollments, and cohorts are advanced from action to action."""
