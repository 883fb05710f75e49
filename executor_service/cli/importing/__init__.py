"""Records from files: read twice, sent in pages, with an answer for every row."""

from executor_service.cli.importing.command import import_records

__all__ = ["import_records"]
