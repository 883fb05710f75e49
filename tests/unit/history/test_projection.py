"""From events to changes of rows, and to messages."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import ValidationError

from executor_service.events import ActionDone, ClaimedCohort, Event, Group, RecordsEnrolled, to_new_event
from executor_service.history.domain.rows import RecordsMoved
from executor_service.history.messages import history_messages
from executor_service.history.projection import project, runs
from shared.cloud_events import unfold
from shared.event_store import RecordedEvent

FIRST, SECOND = UUID(int=1), UUID(int=2)
AT = datetime(2026, 11, 27, 7, 0, 1, tzinfo=UTC)


def recorded(event: Event, ids: list[int] | None = None, *, stream: str = "claim-x") -> RecordedEvent:
    new = to_new_event(event, ids)
    return RecordedEvent(9, stream, 1, new.type, new.data, new.record_ids, {"eventId": str(UUID(int=9))}, AT)


def an_action(groups: list[Group], cohorts: list[ClaimedCohort]) -> ActionDone:
    return ActionDone(
        workflow_id="5",
        revision_id="1",
        object_type_id="0-1",
        action_id="1",
        action_type_id="0-5",
        cohorts=tuple(cohorts),
        groups=tuple(groups),
    )


def test_a_run_of_one_group_that_crosses_cohorts_is_cut_at_the_occurrence() -> None:
    done = an_action(
        [Group(outcome="SUCCEEDED", next="2", count=3), Group(outcome="FAILED", reason="TOO_LONG", next="2", count=2)],
        [ClaimedCohort(occurrence_id=FIRST, size=2), ClaimedCohort(occurrence_id=SECOND, size=3)],
    )

    cut = [(occurrence, group.outcome, ids) for occurrence, group, ids in runs(done, [10, 11, 12, 13, 14])]

    assert cut == [(FIRST, "SUCCEEDED", [10, 11]), (SECOND, "SUCCEEDED", [12]), (SECOND, "FAILED", [13, 14])]


def test_the_last_action_completes_an_enrollment_and_says_so_in_the_log() -> None:
    done = an_action([Group(outcome="SUCCEEDED", next=None, count=1)], [ClaimedCohort(occurrence_id=FIRST, size=1)])

    (move,) = project(recorded(done, [10]))

    assert isinstance(move, RecordsMoved)
    assert (move.status, move.action_id) == ("COMPLETED", None)
    assert [(row.event, row.group) for row in move.log] == [
        ("ACTION_COMPLETED", "SUCCESS"),
        ("COMPLETED", "PROGRESS"),
    ]


def test_a_record_that_is_gone_is_unenrolled_and_not_completed() -> None:
    gone = Group(outcome="MISSING", reason="RECORD_DELETED", next=None, count=1)
    done = an_action([gone], [ClaimedCohort(occurrence_id=FIRST, size=1)])

    (move,) = project(recorded(done, [10]))

    assert isinstance(move, RecordsMoved)
    assert (move.status, move.reason) == ("UNENROLLED", "RECORD_DELETED")
    assert [row.event for row in move.log] == ["UNENROLLED"]


def test_an_event_that_nobody_knows_is_refused() -> None:
    strange = RecordedEvent(9, "claim-x", 1, "FromTheFuture", {}, None, {}, AT)

    with pytest.raises(ValidationError):
        project(strange)


def messages_of(event: RecordedEvent) -> list[tuple[bytes, dict[str, bytes], dict[str, Any]]]:
    return [(each.key, dict(each.headers), orjson.loads(each.value)) for each in unfold(history_messages(event))]


def test_each_record_of_a_claim_gives_a_message_under_its_own_key() -> None:
    done = an_action([Group(outcome="SUCCEEDED", next="2", count=2)], [ClaimedCohort(occurrence_id=FIRST, size=2)])

    first, second = messages_of(recorded(done, [10, 11]))

    assert (first[0], second[0]) == (b"10", b"11")
    assert first[1]["ce_type"] == b"workflows.action.completed.v1"
    assert first[1]["ce_sequence"] == b"00000000000000000009.000000"
    assert second[1]["ce_sequence"] == b"00000000000000000009.000001"
    assert first[2] == {
        "workflowId": "5",
        "occurrenceId": str(FIRST),
        "revisionId": "1",
        "objectTypeId": "0-1",
        "actionId": "1",
        "actionTypeId": "0-5",
        "recordId": "10",
    }


def test_the_two_messages_of_a_last_action_have_ids_of_their_own() -> None:
    done = an_action([Group(outcome="SUCCEEDED", next=None, count=1)], [ClaimedCohort(occurrence_id=FIRST, size=1)])

    sent = messages_of(recorded(done, [10]))

    assert [each[1]["ce_type"] for each in sent] == [
        b"workflows.action.completed.v1",
        b"workflows.record.completed.v1",
    ]
    assert len({each[1]["ce_id"] for each in sent}) == 2
    assert [each[1]["ce_sequence"][-6:] for each in sent] == [b"000000", b"000001"]


def test_an_enrollment_gives_one_message_a_record() -> None:
    enrolled = RecordsEnrolled(
        workflow_id="5", occurrence_id=FIRST, revision_id="1", object_type_id="0-1", page=0, first_action_id="1"
    )

    sent = messages_of(recorded(enrolled, [3, 4], stream=f"occurrence-{FIRST}"))

    assert [(each[0], each[1]["ce_type"]) for each in sent] == [
        (b"3", b"workflows.record.enrolled.v1"),
        (b"4", b"workflows.record.enrolled.v1"),
    ]
