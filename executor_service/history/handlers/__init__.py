"""Use cases of the history: projecting the log, and looking after what needs review."""

from executor_service.history.handlers.projecting import EVENTS_AT_ONCE, UnknownEventError, project_pass
from executor_service.history.handlers.reviewing import change_item, review_pass, schedule_broken, schedule_changed

__all__ = [
    "EVENTS_AT_ONCE",
    "UnknownEventError",
    "change_item",
    "project_pass",
    "review_pass",
    "schedule_broken",
    "schedule_changed",
]
