"""The order of a queue, and how records leave cohorts that nobody owns."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from executor_service.execution.domain.cohorts import Place
from executor_service.execution.domain.occurrences import Occurrence
from executor_service.execution.domain.requests import Holder, Request, double_positions, first_of, leave
from shared.contracts import claim_id

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
OCCURRENCE = Occurrence(
    id=UUID(int=5),
    workflow_id=7,
    object_type_id="0-1",
    trigger="MANUAL",
    due_at=NOW,
    nominal=None,
    named_revision="1",
    revision=None,
    state="DUE",
    attempts=0,
    failure=None,
    version=1,
)
FIRST, SECOND = UUID(int=11), UUID(int=12)


def holder(number: int, *record_ids: int, occurrence_id: UUID = FIRST, action_id: str = "1") -> Holder:
    return Holder(UUID(int=number), Place(7, 3, action_id), "0-1", occurrence_id, 4, 1, record_ids)


def test_what_was_filed_first_is_taken_first() -> None:
    later = Request(UUID(int=1), 7, NOW + timedelta(microseconds=1))
    assert first_of(OCCURRENCE, later) is OCCURRENCE
    earlier = replace(later, filed_at=NOW - timedelta(microseconds=1))
    assert first_of(OCCURRENCE, earlier) is earlier


def test_at_one_instant_the_ids_decide() -> None:
    lower, higher = Request(UUID(int=4), 7, NOW), Request(UUID(int=6), 7, NOW)
    assert first_of(OCCURRENCE, lower) is lower
    assert first_of(OCCURRENCE, higher) is OCCURRENCE
    assert (first_of(None, lower), first_of(OCCURRENCE, None), first_of(None, None)) == (lower, OCCURRENCE, None)


def test_each_later_one_of_an_id_is_a_double() -> None:
    assert double_positions([3, 1, 3, 3, 2, 1]) == [2, 3, 5]
    assert double_positions([]) == []


def test_a_cohort_that_all_leave_ends_and_one_that_some_leave_goes_on_with_the_others() -> None:
    reasons = {1: "MANUAL", 2: "MANUAL", 4: "MANUAL"}
    left = leave([holder(21, 1, 2), holder(22, 3, 4, 5), holder(23, 6)], reasons)
    assert left.ended == [UUID(int=21)]
    assert [(each.id, list(each.record_ids)) for each in left.shrunk] == [(UUID(int=22), [3, 5])]
    [departure] = left.departures
    assert departure.claim_id == claim_id(7, UUID(int=21), 5)
    assert list(departure.record_ids) == [1, 2, 4]
    assert [cohort.size for cohort in departure.cohorts] == [2, 1]
    assert [(group.outcome, group.reason, group.next, group.count) for group in departure.groups] == [
        ("UNENROLLED", "MANUAL", None, 3)
    ]


def test_the_runs_of_an_event_stand_by_cohort_and_within_a_cohort_by_reason() -> None:
    reasons = {1: "OTHER_WORKFLOW", 2: "MANUAL", 3: "OTHER_WORKFLOW", 4: "MANUAL"}
    [departure] = leave([holder(21, 1, 2), holder(22, 3, 4, occurrence_id=SECOND)], reasons).departures
    assert list(departure.record_ids) == [2, 1, 4, 3]
    assert [(group.reason, group.count) for group in departure.groups] == [
        ("MANUAL", 1),
        ("OTHER_WORKFLOW", 1),
        ("MANUAL", 1),
        ("OTHER_WORKFLOW", 1),
    ]
    assert [cohort.occurrence_id for cohort in departure.cohorts] == [FIRST, SECOND]


def test_each_place_is_a_claim_of_its_own() -> None:
    left = leave([holder(21, 1), holder(22, 2, action_id="2"), holder(23, 3)], dict.fromkeys((1, 2, 3), "MANUAL"))
    assert [(each.place.action_id, list(each.record_ids)) for each in left.departures] == [("1", [1, 3]), ("2", [2])]
    assert len({each.claim_id for each in left.departures}) == 2
