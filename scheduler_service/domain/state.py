"""What the scheduler knows of one workflow, and how an event changes it.

The row of a workflow is this state; it follows from the workflow's stream alone, but for `next_due_at`, which follows
from the rest.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from scheduler_service.domain.events import (
    Event,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleBroken,
    ScheduleCleared,
    ScheduleSet,
)
from shared.recurrence import Progress

NOTHING_DECIDED = Progress()


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """One workflow's schedule and how far it has been decided.

    `version` is that of the stream in the scheduler's log, `workflow_version` that of the workflow's own stream.
    `schedule` is the document as JSON text, None when nothing is planned. `on_since`: instants after it are planned;
    `known_since`: when that reached the scheduler. `progress` is how far this schedule has been decided; `last_due_at`
    is the last instant due under any. `already_due` ascends. At `next_due_at` the next outcome is to be decided.
    """

    workflow_id: int
    version: int = 0
    workflow_version: int = 0
    revision: str = ""
    schedule: str | None = None
    zone: str = "UTC"
    on_since: datetime | None = None
    known_since: datetime | None = None
    progress: Progress = NOTHING_DECIDED
    last_due_at: datetime | None = None
    already_due: tuple[datetime, ...] = ()
    next_due_at: datetime | None = None
    set_aside: str | None = None


def evolve(state: ScheduleState, event: Event) -> ScheduleState:
    """Return the state after an event; what is next has to be planned anew."""
    return replace(_apply(state, event), version=state.version + 1, next_due_at=None)


def _apply(state: ScheduleState, event: Event) -> ScheduleState:
    match event:
        case OccurrenceDue():
            latest = max(state.last_due_at or event.due_at, event.due_at)
            return replace(state, progress=progress_after(event), last_due_at=latest)
        case OccurrencesSkipped():
            return replace(state, progress=progress_after(event))
        case ScheduleSet():
            return _set(state, event)
        case ScheduleCleared():
            cleared = ScheduleState(state.workflow_id, last_due_at=state.last_due_at)
            return replace(cleared, workflow_version=event.workflow_version, revision=event.revision_id)
        case ScheduleBroken():
            return replace(state, set_aside=event.error)


def progress_after(event: OccurrenceDue | OccurrencesSkipped) -> Progress:
    """Return how far a schedule has been decided with an event."""
    if event.decided is None:
        return implied_progress(event)
    return Progress(event.decided.through, frozenset(event.decided.beyond))


def implied_progress(event: OccurrenceDue | OccurrencesSkipped) -> Progress:
    """Return everything up to the nominal time an event names; nothing when that is no date (`2027-02-31T08:00`)."""
    match event:
        case OccurrenceDue():
            return Progress(datetime.fromisoformat(event.nominal))
        case OccurrencesSkipped():
            try:
                return Progress(datetime.fromisoformat(event.last))
            except ValueError:
                return NOTHING_DECIDED


def _set(state: ScheduleState, event: ScheduleSet) -> ScheduleState:
    return ScheduleState(
        workflow_id=state.workflow_id,
        workflow_version=event.workflow_version,
        revision=event.revision_id,
        schedule=orjson.dumps(event.schedule).decode(),
        zone=event.time_zone_id,
        on_since=event.effective_at,
        known_since=event.known_since,
        last_due_at=state.last_due_at,
        already_due=event.already_due,
    )


def stream_of(workflow_id: int) -> str:
    """Return the name of a workflow's stream."""
    return f"schedule-{workflow_id}"
