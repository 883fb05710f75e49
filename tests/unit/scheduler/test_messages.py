"""What stands in the topics."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from scheduler_service.domain import UnknownEventError
from scheduler_service.messages import due_messages, read_change
from shared.cloud_events import Envelope, UnreadableMessageError
from shared.contracts import OccurrenceDue, WorkflowTurnedOff, event_id
from shared.event_store import RecordedEvent

RECORDED_AT = datetime(2026, 11, 27, 7, 0, 0, 12000, tzinfo=UTC)
DUE_DATA = {
    "workflowId": "7",
    "revisionId": "1",
    "occurrenceId": "0b1f0c9d-52d4-5c8b-9a5e-3b1f0c9d2a41",
    "dueAt": "2026-11-27T07:00:00Z",
    "nominal": "2026-11-27T08:00",
    "localTime": "2026-11-27T08:00:00+01:00",
    "timeZoneId": "Europe/Oslo",
    "tzdata": "2026f",
}
TURNED_OFF = {"workflowId": "7", "revisionId": "1", "version": 3, "effectiveAt": "2026-11-27T07:00:00Z"}


def recorded(type_: str, data: dict[str, Any], *, stream: str = "schedule-7") -> RecordedEvent:
    metadata = {"eventId": str(event_id(stream, 4))}
    return RecordedEvent(12, stream, 4, type_, data, None, metadata, RECORDED_AT)


def envelope(type_: str, data: dict[str, Any]) -> Envelope:
    return Envelope(id="1", type=type_, source="/workflows/executor", subject="7", time=None, sequence=None, data=data)


def test_a_due_event_is_published_with_its_data_under_its_workflow() -> None:
    internal = {"decided": {"through": "2026-11-27T07:00:00", "beyond": []}}
    (message,) = due_messages(recorded("OccurrenceDue", DUE_DATA | internal), topic="workflows.due.v1")

    assert (message.topic, message.key) == ("workflows.due.v1", b"7")
    assert orjson.loads(message.value) == DUE_DATA
    assert OccurrenceDue.model_validate_json(message.value).due_at == datetime(2026, 11, 27, 7, tzinfo=UTC)
    headers = dict(message.headers)
    assert headers["ce_id"] == str(event_id("schedule-7", 4)).encode()
    assert headers["ce_type"] == b"workflows.occurrence.due.v1"
    assert headers["ce_source"] == b"/workflows/scheduler"
    assert headers["ce_subject"] == b"7"
    assert headers["ce_sequence"] == b"00000000000000000012.000000"


@pytest.mark.parametrize(
    ("type_", "message_type"),
    [
        ("ScheduleSet", b"workflows.schedule.set.v1"),
        ("ScheduleCleared", b"workflows.schedule.cleared.v1"),
        ("OccurrencesSkipped", b"workflows.occurrence.skipped.v1"),
        ("ScheduleBroken", b"workflows.schedule.broken.v1"),
    ],
)
def test_every_event_of_a_workflow_goes_to_the_due_topic(type_: str, message_type: bytes) -> None:
    (message,) = due_messages(recorded(type_, {"workflowId": "7", "revisionId": "1"}), topic="workflows.due.v1")
    assert dict(message.headers)["ce_type"] == message_type


def test_what_the_relay_stepped_over_is_not_published() -> None:
    assert list(due_messages(recorded("PublishFailed", {}, stream="relay-workflows.due.v1"), topic="t")) == []


def test_an_event_of_an_unknown_type_stops_the_reader_of_the_log() -> None:
    with pytest.raises(UnknownEventError, match="ScheduleForgotten"):
        list(due_messages(recorded("ScheduleForgotten", {"workflowId": "7"}), topic="t"))


def test_a_change_of_a_workflow_is_read() -> None:
    change = read_change(envelope("workflows.workflow.turned-off.v1", TURNED_OFF | {"news": "let pass"}))
    assert isinstance(change, WorkflowTurnedOff)
    assert (change.workflow_id, change.version) == ("7", 3)


@pytest.mark.parametrize(
    ("type_", "wrong"),
    [
        ("workflows.workflow.turned-off.v1", {"workflowId": "seven"}),
        ("workflows.workflow.turned-off.v1", {"workflowId": 7}),
        ("workflows.workflow.turned-off.v1", {"workflowId": "99999999999999999"}),
        ("workflows.workflow.turned-off.v1", {"version": 0}),
        ("workflows.workflow.turned-off.v1", {"version": 2**31}),
        ("workflows.workflow.turned-off.v1", {"effectiveAt": "soon"}),
        ("workflows.workflow.turned-off.v1", {"effectiveAt": "2026-11-27T07:00:00"}),
        ("workflows.workflow.forgotten.v1", {}),
        ("workflows.workflow.turned-on.v1", {"schedule": [], "timeZoneId": "UTC"}),
    ],
)
def test_a_message_that_no_workflow_can_have_sent_is_refused(type_: str, wrong: dict[str, Any]) -> None:
    with pytest.raises((UnreadableMessageError, ValidationError)):
        read_change(envelope(type_, TURNED_OFF | wrong))
