"""The scheduler, which says when each workflow is due.

A clock with a memory. It knows workflow ids, schedules and zones, nothing of records, and says once for each
occurrence, in order, also after any crash, that it is due, or why it was skipped.
"""
