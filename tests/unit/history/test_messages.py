"""What `workflows.history.v1` is told of each event: one message an occurrence, a command, or a record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from executor_service.events import (
    ActionDone,
    BranchTaken,
    ClaimedCohort,
    ClaimEvent,
    CommandRefused,
    Counts,
    DelayEnded,
    DelayStarted,
    Event,
    Group,
    OccurrenceEvaluated,
    OccurrenceRecorded,
    RecordsEnrolled,
    RecordsNotEnrolled,
    RecordsUnenrolled,
    RequestEnded,
    to_new_event,
)
from executor_service.history.messages import EVENT_TYPES, history_messages
from shared.cloud_events import unfold
from shared.contracts import derived_id
from shared.event_store import RecordedEvent

AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
UNTIL = AT + timedelta(days=1)
OCCURRENCE = derived_id("occurrence/5/2026-11-27T07:00:00Z")
PLACE: dict[str, Any] = {"workflow_id": "5", "revision_id": "1", "object_type_id": "0-1"}
IN_OCCURRENCE: dict[str, Any] = {**PLACE, "occurrence_id": OCCURRENCE}
FACTS = {"workflowId": "5", "occurrenceId": str(OCCURRENCE), "revisionId": "1", "objectTypeId": "0-1"}


def recorded(event: Event, ids: list[int] | None = None, **metadata: str) -> RecordedEvent:
    new = to_new_event(event, ids)
    return RecordedEvent(9, "claim-x", 1, new.type, orjson.loads(orjson.dumps(new.data)), ids, metadata, AT)


def told(event: Event, ids: list[int] | None = None, **metadata: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the type, without its ends, and the data of each message."""
    return [
        (
            dict(each.headers)["ce_type"].decode().removeprefix("workflows.").removesuffix(".v1"),
            orjson.loads(each.value),
        )
        for each in unfold(history_messages(recorded(event, ids, **metadata)))
    ]


def claimed(kind: type[ClaimEvent], type_id: str, *groups: Group) -> ClaimEvent:
    size = sum(group.count for group in groups)
    cohorts = (ClaimedCohort(occurrence_id=OCCURRENCE, size=size),)
    return kind(**PLACE, action_id="3", action_type_id=type_id, cohorts=cohorts, groups=groups)


def test_the_end_of_a_delay_is_a_completed_action() -> None:
    ended = claimed(DelayEnded, "0-1", Group(outcome="SUCCEEDED", next="4", count=1))
    assert told(ended, [10]) == [
        ("action.completed", {**FACTS, "actionId": "3", "actionTypeId": "0-1", "recordId": "10"})
    ]


def test_a_delay_that_is_the_last_action_completes_the_record_as_well() -> None:
    ended = claimed(DelayEnded, "0-1", Group(outcome="SUCCEEDED", next=None, count=2))
    assert [word for word, _ in told(ended, [10, 11])] == ["action.completed"] * 2 + ["record.completed"] * 2


def test_the_beginning_of_a_delay_is_not_told_but_who_left_there_is() -> None:
    waits = Group(outcome="WAITING", next="3", until=UNTIL, count=2)
    gone = Group(outcome="MISSING", reason="RECORD_DELETED", next=None, count=1)
    assert told(claimed(DelayStarted, "0-1", waits, gone), [10, 11, 12]) == [
        ("record.unenrolled", {**FACTS, "reason": "RECORD_DELETED", "recordId": "12"})
    ]


def test_a_branch_is_told_by_its_name_and_place_and_the_default_by_none() -> None:
    big = Group(outcome="SUCCEEDED", branch="Big", next="4", count=1, details={"index": 0})
    rest = Group(outcome="SUCCEEDED", next=None, count=1, details={"index": None})
    at_branch = {**FACTS, "actionId": "3", "actionTypeId": "LIST_BRANCH"}
    assert told(claimed(BranchTaken, "LIST_BRANCH", big, rest), [10, 11]) == [
        ("branch.taken", {**at_branch, "branch": "Big", "index": 0, "recordId": "10"}),
        ("branch.taken", {**at_branch, "branch": None, "index": None, "recordId": "11"}),
        ("record.completed", {**FACTS, "recordId": "11"}),
    ]


def test_who_is_unenrolled_by_a_request_is_told_with_the_reason() -> None:
    left = claimed(RecordsUnenrolled, "0-5", Group(outcome="UNENROLLED", reason="MANUAL", next=None, count=1))
    assert told(left, [10]) == [("record.unenrolled", {**FACTS, "reason": "MANUAL", "recordId": "10"})]


def test_an_action_that_waits_is_rescheduled_until_an_instant_and_completes_nobody() -> None:
    waits = Group(outcome="WAITING", reason="RATE_LIMITED", next="3", until=UNTIL, count=1)
    ((word, data),) = told(claimed(ActionDone, "0-5", waits), [10])
    assert word == "action.rescheduled"
    assert (data["reason"], data["until"]) == ("RATE_LIMITED", "2026-11-28T07:00:00Z")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("SUCCEEDED", "action.completed"), ("FAILED", "action.failed"), ("SKIPPED", "action.skipped")],
)
def test_an_action_is_told_by_what_became_of_it(outcome: Any, word: str) -> None:
    done = claimed(ActionDone, "0-5", Group(outcome=outcome, next="4", count=1))
    assert [each for each, _ in told(done, [10])] == [word]


def test_a_refused_command_is_told_under_its_workflow() -> None:
    refused = recorded(CommandRefused(workflow_id="5", command_id="abc", reason="WORKFLOW_OFF"))
    (message,) = unfold(history_messages(refused))
    assert message.key == b"5"
    assert dict(message.headers)["ce_type"] == b"workflows.command.refused.v1"
    assert orjson.loads(message.value) == {"workflowId": "5", "commandId": "abc", "reason": "WORKFLOW_OFF"}


def test_what_others_tell_or_nobody_asks_for_is_not_told() -> None:
    due = OccurrenceRecorded(**IN_OCCURRENCE, trigger="MANUAL", due_at=AT, local_time="", time_zone_id="UTC")
    kept_out = RecordsNotEnrolled(**IN_OCCURRENCE, reason="SUPPRESSED")
    ended = RequestEnded(workflow_id="5", request_id=OCCURRENCE, outcome="APPLIED", unenrolled=1)
    for event in (due, kept_out, ended):
        assert told(event, [10]) == []
        assert event.type not in EVENT_TYPES


def test_the_trace_of_an_event_goes_on_in_each_of_its_messages() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    enrolled = recorded(RecordsEnrolled(**IN_OCCURRENCE, page=0, first_action_id="1"), [3, 4], traceparent=trace)
    evaluated = OccurrenceEvaluated(
        **IN_OCCURRENCE,
        evaluated_at=AT,
        snapshot="1:1:",
        counts=Counts(matched=0, enrolled=0),
        digest="",
        first_action_id=None,
    )
    messages = [*unfold(history_messages(enrolled)), *unfold(history_messages(recorded(evaluated, traceparent=trace)))]
    assert [dict(each.headers)["traceparent"] for each in messages] == [trace.encode()] * 3


def test_every_event_type_of_the_feed_gives_messages() -> None:
    given = {
        kind.__name__
        for kind in (ActionDone, DelayStarted, DelayEnded, BranchTaken, RecordsUnenrolled)
        if told(claimed(kind, "0-5", Group(outcome="UNENROLLED", reason="MANUAL", next=None, count=1)), [1])
    }
    assert given < set(EVENT_TYPES)
    assert len(given) == 5
