"""Workflows: their documents, revisions, and the instants at which each change took effect."""
