"""Derived ids and the forms of instants: public, so the golden file changes only by addition."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from shared import contracts
from shared.contracts import DueMessage, Lifecycle, OccurrenceDue, WorkflowTurnedOn

AT = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
GOLDEN = json.loads((Path(__file__).parents[2] / "golden/ids.json").read_text(encoding="utf-8"))


def test_ids_are_those_of_the_golden_file() -> None:
    occurrence = contracts.scheduled_occurrence_id(42, AT)
    cohort = contracts.page_cohort_id(occurrence, 0)
    claim = contracts.claim_id(42, cohort, 1)
    event = contracts.event_id("workflow-42", 1)
    (about_record,) = contracts.record_message_ids(event, [7])
    (about_end,) = contracts.record_message_ids(event, [7], ending=True)
    assert {
        "scheduledOccurrence": str(occurrence),
        "askedOccurrence": str(contracts.asked_occurrence_id(42, "MANUAL", "key-1")),
        "pageCohort": str(cohort),
        "claim": str(claim),
        "claimCohort": str(contracts.claim_cohort_id(claim, 1, 2)),
        "enrollment": str(contracts.enrollment_id(occurrence, 7)),
        "event": str(event),
        "effect": str(contracts.effect_id(occurrence, 7, "1", 1)),
        "unenrollmentRequest": str(contracts.unenrollment_request_id(42, "key-1")),
        "payload": str(contracts.payload_id(claim, "messages")),
        "recordMessage": about_record.decode(),
        "recordEndMessage": about_end.decode(),
    } == GOLDEN


def test_an_occurrence_has_one_id_in_whatever_zone_its_instant_is_written() -> None:
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    assert contracts.scheduled_occurrence_id(42, berlin) == contracts.scheduled_occurrence_id(42, AT)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (AT, "2026-11-27T07:00:00Z"),
        (AT.replace(microsecond=5_000), "2026-11-27T07:00:00.005000Z"),
        (AT.astimezone(timezone(timedelta(hours=-5))), "2026-11-27T07:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(instant: datetime, text: str) -> None:
    assert contracts.instant_text(instant) == text


def test_sequences_sort_as_text_by_position_and_index() -> None:
    places = [(9, 0), (10, 0), (10, 2), (10, 10), (11, 0)]
    texts = [contracts.sequence_text(position, index) for position, index in places]
    assert texts == sorted(texts)
    assert texts[3] == "00000000000000000010.000010"


def test_a_lifecycle_message_of_a_later_release_is_still_read() -> None:
    adapter: TypeAdapter[Lifecycle] = TypeAdapter(Lifecycle)
    found = adapter.validate_python(
        {
            "type": "workflows.workflow.turned-on.v1",
            "workflowId": "42",
            "revisionId": "3",
            "version": 5,
            "effectiveAt": "2026-11-27T07:00:00Z",
            "schedule": {"type": "DAILY"},
            "timeZoneId": "Europe/Berlin",
            "somethingNew": 1,
        }
    )
    assert found == WorkflowTurnedOn(
        workflow_id="42",
        revision_id="3",
        version=5,
        effective_at=AT,
        schedule={"type": "DAILY"},
        time_zone_id="Europe/Berlin",
    )


@pytest.mark.parametrize("workflow_id", ["0", "-1", "1.0", "", "1" * 17, "x"])
def test_a_due_message_about_no_workflow_is_refused(workflow_id: str) -> None:
    adapter: TypeAdapter[DueMessage] = TypeAdapter(DueMessage)
    due = OccurrenceDue(
        workflow_id="1",
        revision_id="1",
        occurrence_id=contracts.scheduled_occurrence_id(1, AT),
        due_at=AT,
        nominal="2026-11-27T08:00:00",
        local_time="2026-11-27T08:00:00+01:00",
        time_zone_id="Europe/Berlin",
        tzdata="2026c",
    )
    document = due.model_dump(mode="json", by_alias=True)
    assert adapter.validate_python(document) == due
    with pytest.raises(ValidationError):
        adapter.validate_python({**document, "workflowId": workflow_id})
