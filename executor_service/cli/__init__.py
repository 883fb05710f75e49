"""The `workflows` command: speaks HTTP with the server; what works on a database it starts as a service's own word."""

from executor_service.cli.commands import main

__all__ = ["main"]
