"""The history on PostgreSQL: projected in any batches to the same rows, read by keyset."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from executor_service.events import (
    ActionDone,
    ClaimedCohort,
    Counts,
    Event,
    Group,
    OccurrenceCompleted,
    OccurrenceEvaluated,
    OccurrenceRecorded,
    RecordsEnrolled,
    RecordsNotEnrolled,
    WorkflowSaved,
    WorkflowTurnedOn,
    to_new_event,
)
from executor_service.history.domain.rows import Status
from executor_service.history.handlers import UnknownEventError, project_pass
from executor_service.history.ports import TOP, EnrollmentFilter, LogFilter, OccurrenceFilter
from executor_service.history.store import HistoryReader
from executor_service.history.writer import ProjectionTransaction
from shared.event_store import Append, NewEvent
from shared.postgres import Pool
from shared.postgres_event_store import PostgresEventStore

OCCURRENCE = UUID(int=77)
AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
STREAM = f"occurrence-{OCCURRENCE}"


def in_occurrence(**more: Any) -> dict[str, Any]:
    return {"workflow_id": "5", "occurrence_id": OCCURRENCE, "revision_id": "1", "object_type_id": "0-1"} | more


def a_workflow() -> list[NewEvent]:
    document = {"name": "Friday", "objectTypeId": "0-1", "enrollmentSchedule": None}
    saved = WorkflowSaved(
        workflow_id="5",
        revision_id="1",
        document=document,
        effective_at=AT,
        is_enabled=False,
        time_zone_id="Europe/Oslo",
    )
    on = WorkflowTurnedOn(workflow_id="5", revision_id="1", effective_at=AT, schedule=None, time_zone_id="Europe/Oslo")
    return [to_new_event(saved), to_new_event(on)]


def an_evaluation() -> list[NewEvent]:
    recorded = OccurrenceRecorded(
        **in_occurrence(trigger="SCHEDULE", due_at=AT, local_time="2026-11-27T08:00:00+01:00"),
        time_zone_id="Europe/Oslo",
    )
    counts = Counts(matched=7, enrolled=6, already_enrolled=1)
    evaluated = OccurrenceEvaluated(
        **in_occurrence(evaluated_at=AT, snapshot="1:1:", counts=counts, digest="", first_action_id="1")
    )
    return [
        to_new_event(recorded),
        to_new_event(evaluated),
        to_new_event(RecordsEnrolled(**in_occurrence(page=0, first_action_id="1")), [1, 2, 3]),
        to_new_event(RecordsEnrolled(**in_occurrence(page=1, first_action_id="1")), [4, 5, 6]),
        to_new_event(RecordsNotEnrolled(**in_occurrence(reason="ALREADY_ENROLLED")), [9]),
    ]


def a_claim(ids: list[int], groups: list[Group], *, action_id: str = "1") -> Append:
    done = ActionDone(
        workflow_id="5",
        revision_id="1",
        object_type_id="0-1",
        action_id=action_id,
        action_type_id="0-5",
        cohorts=(ClaimedCohort(occurrence_id=OCCURRENCE, size=len(ids)),),
        groups=tuple(groups),
    )
    return Append(f"claim-{action_id}-{ids[0]}", 0, [to_new_event(done, ids)])


def succeeded(count: int, following: str | None) -> Group:
    return Group(outcome="SUCCEEDED", next=following, count=count)


async def append_a_run(pool: Pool) -> int:
    """Six records: 1, 2, 3 through both actions; of 4, 5, 6 one fails on, one is gone, one stands at the second."""
    gone = Group(outcome="MISSING", reason="RECORD_DELETED", next=None, count=1)
    failed = Group(outcome="FAILED", reason="TOO_LONG", next="2", count=1)
    async with pool.acquire() as connection, connection.transaction():
        return await PostgresEventStore(connection).append(  # type: ignore[arg-type] # the pool's proxy
            [
                Append("workflow-5", 0, a_workflow()),
                Append(STREAM, 0, an_evaluation()),
                a_claim([1, 2, 3], [succeeded(3, "2")]),
                a_claim([4, 5, 6], [succeeded(1, "2"), failed, gone]),
                a_claim([1, 2, 3, 4], [succeeded(4, None)], action_id="2"),
            ]
        )


async def project_all(pool: Pool, *, horizon: int, limit: int = 200) -> None:
    while await project_pass(ProjectionTransaction(pool), horizon=horizon, limit=limit):
        pass


@pytest.fixture
async def reader(history_pool: Pool) -> HistoryReader:
    position = await append_a_run(history_pool)
    await project_all(history_pool, horizon=position)
    return HistoryReader(history_pool)


async def test_an_occurrence_shows_what_became_of_its_records(reader: HistoryReader) -> None:
    (row,) = await reader.occurrences(5, OccurrenceFilter(), below=None, limit=10)

    counts = {name: row[name] for name in ("matched", "enrolled", "already_enrolled", "active", "completed")}
    assert counts == {"matched": 7, "enrolled": 6, "already_enrolled": 1, "active": 1, "completed": 4}
    assert (row["unenrolled"], row["state"]) == (1, "EVALUATED")


async def test_a_workflow_counts_its_active_and_all_its_enrollments(reader: HistoryReader) -> None:
    row = await reader.workflow(5)

    assert row is not None
    assert (row["name"], row["is_enabled"], row["active"], row["enrolled"]) == ("Friday", True, 1, 6)


async def test_enrollments_are_listed_newest_first_each_with_where_it_stands(reader: HistoryReader) -> None:
    rows = await reader.enrollments(5, EnrollmentFilter(), below=TOP, limit=10)

    assert [(row["record_id"], row["status"], row["action_id"]) for row in rows] == [
        (6, "UNENROLLED", None),
        (5, "ACTIVE", "2"),
        (4, "COMPLETED", None),
        (3, "COMPLETED", None),
        (2, "COMPLETED", None),
        (1, "COMPLETED", None),
    ]


@pytest.mark.parametrize(("status", "expected"), [("ACTIVE", [5]), ("COMPLETED", [4, 3, 2, 1]), ("UNENROLLED", [6])])
async def test_enrollments_are_found_by_status(reader: HistoryReader, status: Status, expected: list[int]) -> None:
    rows = await reader.enrollments(5, EnrollmentFilter(status=status), below=TOP, limit=10)

    assert [row["record_id"] for row in rows] == expected
    assert {row["status"] for row in rows} == {status}


async def test_a_record_s_enrollment_and_its_log_are_found(reader: HistoryReader) -> None:
    enrollments = await reader.enrollments(5, EnrollmentFilter(record_id=4), below=TOP, limit=10)
    log = await reader.action_log(5, LogFilter(record_id=4), below=TOP, limit=10)

    assert [(row["record_id"], row["status"]) for row in enrollments] == [(4, "COMPLETED")]
    assert [(row["event"], row["action_id"]) for row in log] == [
        ("COMPLETED", "2"),
        ("ACTION_COMPLETED", "2"),
        ("ACTION_COMPLETED", "1"),
        ("ENROLLED", None),
    ]


async def test_a_record_that_was_not_enrolled_has_one_row_in_the_log(reader: HistoryReader) -> None:
    log = await reader.action_log(5, LogFilter(record_id=9), below=TOP, limit=10)

    assert [(row["event"], row["grp"], row["action_id"]) for row in log] == [("ALREADY_ENROLLED", "ALERT", None)]


async def test_the_log_is_found_by_action_and_by_group(reader: HistoryReader) -> None:
    failed = await reader.action_log(5, LogFilter(action_id="1", group="ALERT"), below=TOP, limit=10)

    assert [(row["record_id"], row["event"], row["details"]) for row in failed] == [
        (5, "ACTION_FAILED", {"reason": "TOO_LONG"})
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
async def test_pages_of_any_size_walk_the_same_log(reader: HistoryReader, size: int) -> None:
    whole = await reader.action_log(5, LogFilter(), below=TOP, limit=1000)
    walked = []
    below = TOP
    while rows := await reader.action_log(5, LogFilter(), below=below, limit=size):
        walked.extend(rows)
        below = (rows[-1]["position"], rows[-1]["n"], rows[-1]["place"])

    assert [tuple(row) for row in walked] == [tuple(row) for row in whole]
    assert len(whole) == 6 + 1 + 3 + 3 + 8


@pytest.mark.parametrize("size", [1, 2, 3, 5])
async def test_pages_of_any_size_walk_the_same_enrollments(reader: HistoryReader, size: int) -> None:
    walked: list[int] = []
    below = TOP
    while rows := await reader.enrollments(5, EnrollmentFilter(), below=below, limit=size):
        walked.extend(row["record_id"] for row in rows)
        below = (rows[-1]["position"], rows[-1]["n"], rows[-1]["place"])

    assert walked == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("limit", [1, 2, 7])
async def test_batches_of_any_size_give_the_same_rows(history_pool: Pool, limit: int) -> None:
    position = await append_a_run(history_pool)
    await project_all(history_pool, horizon=position)
    reader = HistoryReader(history_pool)
    whole = await reader.digests()
    await history_pool.execute("TRUNCATE workflows, occurrences, pages, cohorts, log, days, waiting, causes, minutes")
    await history_pool.execute("UPDATE checkpoint SET position = 0")

    await project_all(history_pool, horizon=position, limit=limit)

    assert await reader.digests() == whole
    assert all(whole.values())


async def test_the_projection_stands_still_before_an_event_it_cannot_read(history_pool: Pool) -> None:
    position = await append_a_run(history_pool)
    async with history_pool.acquire() as connection:
        last = await PostgresEventStore(connection).append(  # type: ignore[arg-type] # the pool's proxy
            [Append("claim-strange", 0, [NewEvent("FromTheFuture", {})])]
        )

    with pytest.raises(UnknownEventError, match=f"position {last}"):
        await project_all(history_pool, horizon=last)

    assert await history_pool.fetchval("SELECT position FROM checkpoint") == position


def finished() -> Event:
    return OccurrenceCompleted(workflow_id="5", occurrence_id=OCCURRENCE, revision_id="1")


async def test_the_end_of_an_occurrence_is_shown(history_pool: Pool, reader: HistoryReader) -> None:
    async with history_pool.acquire() as connection:
        last = await PostgresEventStore(connection).append(  # type: ignore[arg-type] # the pool's proxy
            [Append(STREAM, 5, [to_new_event(finished())])]
        )
    await project_all(history_pool, horizon=last)

    (row,) = await reader.occurrences(5, OccurrenceFilter(state="COMPLETED"), below=None, limit=10)

    assert row["completed_at"] is not None
