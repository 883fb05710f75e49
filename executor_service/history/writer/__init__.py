"""Writes what was projected: gathered over a batch of events, then set-based, in the checkpoint's transaction."""

from executor_service.history.writer.transaction import ProjectionTransaction, write_changes

__all__ = ["ProjectionTransaction", "write_changes"]
