"""What happens in the scheduler's golden log: every decision it can come to, about a few workflows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scheduler_service.domain import (
    Event,
    ScheduleBroken,
    ScheduleState,
    decide_change,
    decide_due,
    stream_of,
    to_new_event,
)
from shared.contracts import WorkflowTurnedOff, WorkflowTurnedOn, event_id
from shared.event_store import RecordedEvent
from tests.unit.scheduler.story import DAILY_AT_8, DAILY_AT_9, HOURLY, OSLO, at

_AT_HALF_PAST_2 = {"type": "DAILY", "timeOfDay": {"hour": 2, "minute": 30}, "onGap": "SKIP", "onFold": "BOTH"}
_ON_THE_31ST = {
    "type": "MONTHLY_SPECIFIC_DAYS",
    "daysOfMonth": [31],
    "timeOfDay": {"hour": 8, "minute": 0},
}
_ALL_OF_THEM = {**HOURLY, "catchUp": {"policy": "ALL", "window": "P7D"}}


def tell() -> list[RecordedEvent]:
    """Return the events, in the order in which they happened."""
    told: list[RecordedEvent] = []
    versions: dict[str, int] = {}
    for workflow_id, now, event in _happenings():
        stream = stream_of(workflow_id)
        versions[stream] = versions.get(stream, 0) + 1
        new = to_new_event(event)
        metadata = {"eventId": str(event_id(stream, versions[stream]))}
        told.append(RecordedEvent(len(told) + 1, stream, versions[stream], new.type, new.data, None, metadata, now))
    return told


def _happenings() -> Iterator[tuple[int, datetime, Event]]:
    yield from _days(1, DAILY_AT_8, [f"2026-11-{day:02}T08:00:01" for day in range(2, 30)])
    yield from _days(2, _AT_HALF_PAST_2, ["2026-10-26T12:00", "2027-03-27T12:00", "2027-03-29T12:00"], zone=OSLO)
    yield from _days(3, _ON_THE_31ST, ["2026-12-01T09:00", "2027-01-01T09:00", "2027-03-02T09:00"])
    yield from _days(4, HOURLY, ["2026-11-03T05:30", "2026-11-06T05:30"])
    yield from _days(5, _ALL_OF_THEM, ["2026-11-01T01:00:01", "2026-11-05T12:30"])
    yield from _days(6, DAILY_AT_9, ["2026-11-02T09:00:01"])
    broken = ScheduleBroken(workflow_id="6", revision_id="1", error="no such zone: Mars/Olympus")
    yield 6, at("2026-11-03T09:00"), broken


def _days(
    workflow_id: int, schedule: dict[str, Any], instants: list[str], *, zone: str = "UTC"
) -> Iterator[tuple[int, datetime, Event]]:
    """Yield what is decided at each instant, between turning on in October and turning off."""
    ids: dict[str, Any] = {"workflow_id": str(workflow_id), "revision_id": "1"}
    since = at("2026-10-20T00:00") if zone != "UTC" else at("2026-11-01T00:00")
    on = WorkflowTurnedOn(**ids, version=1, effective_at=since, schedule=schedule, time_zone_id=zone)
    decision = decide_change(ScheduleState(workflow_id), on, now=since)
    yield from ((workflow_id, since, event) for event in decision.events)
    for instant in instants:
        decision = decide_due(decision.state, until=at(instant), now=at(instant), limit=100)
        yield from ((workflow_id, at(instant), event) for event in decision.events)
    off = WorkflowTurnedOff(**ids, version=2, effective_at=at(instants[-1]))
    if workflow_id % 2:
        decision = decide_change(decision.state, off, now=at(instants[-1]))
        yield from ((workflow_id, at(instants[-1]), event) for event in decision.events)
