"""What the scheduler is told of a workflow's events."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from executor_service.events import (
    Event,
    OccurrencesSkipped,
    WorkflowDeleted,
    WorkflowSaved,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
    to_new_event,
)
from executor_service.workflows.messages import lifecycle_messages
from shared.contracts import event_id
from shared.event_store import RecordedEvent

AT = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
SCHEDULE = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}
IDS: dict[str, Any] = {"workflow_id": "7", "revision_id": "2", "effective_at": AT}


def told(event: Event) -> list[dict[str, Any]]:
    new = to_new_event(event)
    recorded = RecordedEvent(
        position=12,
        stream="workflow-7",
        version=3,
        type=new.type,
        data=new.data,
        record_ids=None,
        metadata={},
        recorded_at=AT,
    )
    return [
        {"type": dict(message.headers)["ce_type"].decode(), "key": message.key, **orjson.loads(message.value)}
        for message in lifecycle_messages(recorded)
    ]


ON = {
    "type": "workflows.workflow.turned-on.v1",
    "key": b"7",
    "workflowId": "7",
    "revisionId": "2",
    "version": 3,
    "effectiveAt": "2026-11-27T07:00:00Z",
    "schedule": SCHEDULE,
    "timeZoneId": "Europe/Oslo",
}


def test_turning_on_is_told_with_schedule_and_zone() -> None:
    assert told(WorkflowTurnedOn(**IDS, schedule=SCHEDULE, time_zone_id="Europe/Oslo")) == [ON]


def test_an_edit_while_on_is_told_as_turning_on() -> None:
    edit = WorkflowSaved(**IDS, document={"enrollmentSchedule": SCHEDULE}, is_enabled=True, time_zone_id="Europe/Oslo")

    assert told(edit) == [ON]


def test_an_edit_that_takes_the_schedule_away_is_told() -> None:
    edit = WorkflowSaved(**IDS, document={}, is_enabled=True, time_zone_id="Europe/Oslo")

    assert told(edit) == [ON | {"schedule": None}]


@pytest.mark.parametrize(
    "event",
    [
        WorkflowSaved(**IDS, document={"enrollmentSchedule": SCHEDULE}, is_enabled=False, time_zone_id="UTC"),
        OccurrencesSkipped(
            workflow_id="7", revision_id="2", source_event_id="e", reason="GAP", first="a", last="a", count=1
        ),
    ],
)
def test_what_the_scheduler_need_not_know_is_not_told(event: Event) -> None:
    assert told(event) == []


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (WorkflowTurnedOff(**IDS), "workflows.workflow.turned-off.v1"),
        (WorkflowDeleted(**IDS), "workflows.workflow.deleted.v1"),
    ],
)
def test_the_end_of_a_plan_is_told(event: Event, kind: str) -> None:
    ids = {name: ON[name] for name in ("key", "workflowId", "revisionId", "version", "effectiveAt")}

    assert told(event) == [{"type": kind, **ids}]


def test_a_message_has_the_id_of_its_event() -> None:
    new = to_new_event(WorkflowTurnedOff(**IDS))
    recorded = RecordedEvent(12, "workflow-7", 3, new.type, new.data, None, {}, AT)

    [message] = lifecycle_messages(recorded)

    assert dict(message.headers)["ce_id"].decode() == str(event_id("workflow-7", 3))
