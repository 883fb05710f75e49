"""The events of the scheduler's log, one stream a workflow, `schedule-<id>`.

Not `workflow-<id>`, which is the executor's: an event's id is derived from its stream, and two must not be alike.

A class is the shape of an event's `data`. What is due and what is skipped has the shape it has on the topic.
Data only gains optional fields; anything else is a new class.
"""

from datetime import datetime
from typing import Any, Literal

from shared import contracts
from shared.contracts import Wire
from shared.event_store import NewEvent, RecordedEvent


class ScheduleSet(Wire):
    """A schedule is in force for every instant after `effective_at`.

    `known_since` is when that reached the scheduler. `already_due` holds the instants after `effective_at` that were
    decided before it did: they are not due again.
    """

    type: Literal["ScheduleSet"] = "ScheduleSet"
    workflow_id: str
    revision_id: str
    workflow_version: int
    effective_at: datetime
    known_since: datetime
    schedule: dict[str, Any]
    time_zone_id: str
    already_due: tuple[datetime, ...] = ()


class ScheduleCleared(Wire):
    """Nothing is planned for any instant after `effective_at`: off, deleted, or on without a schedule."""

    type: Literal["ScheduleCleared"] = "ScheduleCleared"
    workflow_id: str
    revision_id: str
    workflow_version: int
    effective_at: datetime


class Decided(Wire):
    """How far a schedule has been decided: up to a nominal time, and by name a few beyond it."""

    through: datetime | None
    beyond: tuple[str, ...] = ()


class OccurrenceDue(contracts.OccurrenceDue):
    """A workflow is due. `decided` is left out when it is everything up to `nominal`."""

    decided: Decided | None = None


class OccurrencesSkipped(contracts.OccurrencesSkipped):
    """Consecutive nominal times that are not due. `decided` is left out when it is everything up to `last`."""

    decided: Decided | None = None


class ScheduleBroken(Wire):
    """A schedule cannot be computed and is set aside until it is changed."""

    type: Literal["ScheduleBroken"] = "ScheduleBroken"
    workflow_id: str
    revision_id: str
    error: str


Event = ScheduleSet | ScheduleCleared | OccurrenceDue | OccurrencesSkipped | ScheduleBroken


class UnknownEventError(LookupError):
    """An event of the log whose type this release does not know."""

    def __init__(self, position: int, type_: str) -> None:
        super().__init__(f"the event at position {position} is of the unknown type {type_!r}")
        self.position = position
        self.type = type_


def type_of(event: Event) -> str:
    """Return the type under which the log holds an event."""
    match event:
        case OccurrenceDue():
            return "OccurrenceDue"
        case OccurrencesSkipped():
            return "OccurrencesSkipped"
        case ScheduleSet() | ScheduleCleared() | ScheduleBroken():
            return event.type


def to_new_event(event: Event) -> NewEvent:
    """Return an event as it is appended."""
    data = event.model_dump(mode="json", by_alias=True, exclude={"type"}, exclude_none=True)
    return NewEvent(type=type_of(event), data=data)


_CLASSES: dict[str, type[Event]] = {
    "ScheduleSet": ScheduleSet,
    "ScheduleCleared": ScheduleCleared,
    "OccurrenceDue": OccurrenceDue,
    "OccurrencesSkipped": OccurrencesSkipped,
    "ScheduleBroken": ScheduleBroken,
}
TYPES = tuple(_CLASSES)


def parse_event(recorded: RecordedEvent) -> Event:
    """Return the event that a row of the log holds; raises UnknownEventError."""
    found = _CLASSES.get(recorded.type)
    if found is None:
        raise UnknownEventError(recorded.position, recorded.type)
    return found.model_validate(recorded.data)
