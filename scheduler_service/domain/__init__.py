"""The rules of the scheduler, pure: its state, what it decides, what it says."""

from scheduler_service.domain.catch_up import MOST_CAUGHT_UP, ON_TIME
from scheduler_service.domain.decisions import MOST_AT_ONCE, Decision, decide_change, decide_due
from scheduler_service.domain.events import (
    TYPES,
    Decided,
    Event,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleBroken,
    ScheduleCleared,
    ScheduleSet,
    UnknownEventError,
    parse_event,
    to_new_event,
)
from scheduler_service.domain.state import ScheduleState, evolve, stream_of

__all__ = [
    "MOST_AT_ONCE",
    "MOST_CAUGHT_UP",
    "ON_TIME",
    "TYPES",
    "Decided",
    "Decision",
    "Event",
    "OccurrenceDue",
    "OccurrencesSkipped",
    "ScheduleBroken",
    "ScheduleCleared",
    "ScheduleSet",
    "ScheduleState",
    "UnknownEventError",
    "decide_change",
    "decide_due",
    "evolve",
    "parse_event",
    "stream_of",
    "to_new_event",
]
