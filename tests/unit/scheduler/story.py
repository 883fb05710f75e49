"""A workflow's schedule told as given, when, then: the words that tests of decisions are written in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scheduler_service.domain import (
    Decision,
    Event,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleBroken,
    ScheduleCleared,
    ScheduleSet,
    ScheduleState,
    decide_change,
    decide_due,
    evolve,
)
from shared.contracts import WorkflowTurnedOff, WorkflowTurnedOn

OSLO = "Europe/Oslo"
DAILY_AT_8 = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}
DAILY_AT_9 = {"type": "DAILY", "timeOfDay": {"hour": 9, "minute": 0}}
HOURLY = {"type": "DAILY", "timesOfDay": [{"hour": hour, "minute": 0} for hour in range(24)]}
EVERY_MINUTE = {
    "type": "DAILY",
    "timesOfDay": [{"hour": hour, "minute": minute} for hour in range(24) for minute in range(60)],
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def turned_on(schedule: dict[str, Any] | None, since: str, *, version: int = 1, zone: str = "UTC") -> WorkflowTurnedOn:
    return WorkflowTurnedOn(
        workflow_id="7",
        revision_id=str(version),
        version=version,
        effective_at=at(since),
        schedule=schedule,
        time_zone_id=zone,
    )


def turned_off(since: str, *, version: int) -> WorkflowTurnedOff:
    return WorkflowTurnedOff(workflow_id="7", revision_id="1", version=version, effective_at=at(since))


def given(schedule: dict[str, Any], since: str, *, arrived: str | None = None, zone: str = "UTC") -> ScheduleState:
    """Return the state of workflow 7, on with a schedule since an instant."""
    message = turned_on(schedule, since, zone=zone)
    return decide_change(ScheduleState(7), message, now=at(arrived or since)).state


def when(state: ScheduleState, now: str, *, limit: int = 100) -> Decision:
    """Decide what has come due by an instant; what is decided holds together whatever is asked of it."""
    decision = decide_due(state, until=at(now), now=at(now), limit=limit)
    replayed = state
    for event in decision.events:
        replayed = evolve(replayed, event)
    assert replace(replayed, next_due_at=decision.state.next_due_at) == decision.state
    return decision


def told(events: tuple[Event, ...]) -> list[str]:
    """Write events as one would tell them."""
    return [_told(event) for event in events]


def _told(event: Event) -> str:
    match event:
        case OccurrenceDue():
            return f"due {event.due_at:%m-%d %H:%M}"
        case OccurrencesSkipped():
            return f"skipped {event.reason} {event.first}..{event.last} ({event.count})"
        case ScheduleSet():
            return f"set {event.workflow_version}"
        case ScheduleCleared():
            return f"cleared {event.workflow_version}"
        case ScheduleBroken():
            return f"broken {event.error}"
