"""Whom an evaluation enrolls, and the events that say so."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from executor_service.execution.domain.enrollment import Evaluation, Matches
from executor_service.execution.domain.occurrences import Occurrence
from executor_service.workflows.domain.revision import Action, Graph, Revision
from shared.contracts import page_cohort_id

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
OCCURRENCE = Occurrence(
    id=UUID(int=1),
    workflow_id=7,
    object_type_id="0-1",
    trigger="SCHEDULE",
    due_at=NOW,
    nominal="2026-11-27T08:00:00",
    named_revision="2",
    revision=None,
    state="DUE",
    attempts=1,
    failure=None,
    version=1,
)


def evaluation(matches: Matches, *, has_actions: bool = True) -> Evaluation:
    graph = Graph("1", {"1": Action("1", "0-5", {}, None)}) if has_actions else Graph(None, {})
    revision = Revision(7, 3, "0-1", None, graph, None, "UTC")
    return Evaluation(OCCURRENCE, revision, NOW, "10:10:", matches)


def matches(*pages: list[int], active: frozenset[int] = frozenset()) -> Matches:
    found = Matches(active)
    for page in pages:
        found.add(page)
    return found


def test_matching_records_are_enrolled_and_the_active_ones_are_not() -> None:
    found = matches([1, 2, 3], [4, 5], active=frozenset({2, 5, 99}))
    assert (list(found.enrolled), list(found.already)) == ([1, 3, 4], [2, 5])
    assert found.counts.model_dump() == {
        "matched": 5,
        "enrolled": 3,
        "already_enrolled": 2,
        "suppressed": 0,
        "missing": 0,
    }


def test_the_digest_is_of_the_enrolled_ids_whatever_the_pages() -> None:
    expected = hashlib.sha256(b"1,3,4").hexdigest()
    assert matches([1, 2], [3, 4], active=frozenset({2})).digest == expected
    assert matches([2], [1, 3, 4], active=frozenset({2})).digest == expected
    assert matches().digest == hashlib.sha256(b"").hexdigest()


def test_each_thousand_enrolled_records_are_a_cohort_and_an_event() -> None:
    result = evaluation(matches(list(range(1, 1501)), list(range(1501, 2501)), active=frozenset({1})))
    cohorts = result.cohorts()
    assert [len(cohort.record_ids) for cohort in cohorts] == [1000, 1000, 499]
    assert [cohort.id for cohort in cohorts] == [page_cohort_id(OCCURRENCE.id, page) for page in range(3)]
    assert {(cohort.action_id, cohort.ready_at) for cohort in cohorts} == {("1", NOW)}
    events = result.events()
    assert [event.type for event in events] == [
        "OccurrenceEvaluated",
        *["RecordsEnrolled"] * 3,
        "RecordsNotEnrolled",
    ]
    assert [event.data["page"] for event in events[1:4]] == [0, 1, 2]
    assert [len(event.record_ids or ()) for event in events[1:]] == [1000, 1000, 499, 1]
    assert events[4].data["reason"] == "ALREADY_ENROLLED"
    assert {event.data["revisionId"] for event in events} == {"3"}


def test_an_occurrence_that_enrolls_nobody_is_completed_at_once() -> None:
    result = evaluation(matches([5], active=frozenset({5})))
    assert result.is_over
    assert [event.type for event in result.events()] == [
        "OccurrenceEvaluated",
        "RecordsNotEnrolled",
        "OccurrenceCompleted",
    ]


def test_without_actions_records_are_enrolled_and_completed_at_once() -> None:
    result = evaluation(matches([5, 6]), has_actions=False)
    assert result.cohorts() == []
    events = result.events()
    assert [event.type for event in events] == ["OccurrenceEvaluated", "RecordsEnrolled", "OccurrenceCompleted"]
    assert events[1].data["firstActionId"] is None


def test_those_named_and_missing_count_as_matched_and_are_recorded() -> None:
    found = matches([1, 2], active=frozenset({2}))
    found.missing.extend([3, 4])
    events = evaluation(found).events()
    assert (found.counts.matched, found.counts.enrolled, found.counts.missing) == (4, 1, 2)
    assert [(event.data.get("reason"), list(event.record_ids or ())) for event in events[2:]] == [
        ("ALREADY_ENROLLED", [2]),
        ("MISSING", [3, 4]),
    ]
