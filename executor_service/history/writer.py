"""Writes a batch of projected changes, set-based, in the transaction that also moves the checkpoint."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from executor_service.history.domain.board import Board, Standing
from executor_service.history.domain.rows import (
    Change,
    LogRow,
    OccurrenceAdded,
    OccurrenceChanged,
    PageEnrolled,
    RecordsLogged,
    RecordsMoved,
    WorkflowChanged,
)
from shared.event_store import RecordedEvent
from shared.horizon import read_events
from shared.postgres import Connection, Transaction, load_queries

_QUERIES = load_queries(__file__)

_PAGES = ("position", "workflow_id", "occurrence_id", "revision_id", "enrolled_at", "size", "record_ids")
_LOG = (
    *("position", "n", "workflow_id", "occurrence_id", "revision_id", "page_position", "action_id", "action_type_id"),
    *("event", "grp", "at", "message", "details", "size", "record_ids"),
)
_COHORTS = (
    *("position", "n", "workflow_id", "occurrence_id", "page_position", "status", "action_id", "next_action_at"),
    *("ended_at", "reason", "first_id", "last_id", "size", "record_ids"),
)

Row = tuple[Any, ...]


@dataclass(slots=True)
class _Batch:
    """The rows of one batch, gathered before anything is written."""

    board: Board
    pages: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)
    statuses: defaultdict[UUID, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    workflows: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


class ProjectionTransaction(Transaction):
    """One transaction of the projector; the checkpoint's row is locked, so that two of them never project the same."""

    async def next_events(self, *, horizon: int, limit: int) -> list[RecordedEvent]:
        """See ProjectionWork."""
        after: int = await self.connection.fetchval(_QUERIES["lock_checkpoint"])
        return await read_events(self.connection, after=after, until=horizon, limit=limit)

    async def write(self, changes: Sequence[Change], *, position: int) -> None:
        """See ProjectionWork."""
        await write_changes(self.connection, changes, position=position)


async def write_changes(connection: Connection, changes: Sequence[Change], *, position: int) -> None:
    """Write what a run of events changes and move the checkpoint to the last of them, in the caller's transaction."""
    board = Board()
    board.load(await _standings(connection, [change for change in changes if isinstance(change, RecordsMoved)]))
    batch = _Batch(board)
    for change in changes:
        await _take(connection, batch, change)
        await asyncio.sleep(0)  # a change may be about thousands of records, and others want to go on
    await _write(connection, batch)
    await connection.execute(_QUERIES["set_checkpoint"], position)


async def _take(connection: Connection, batch: _Batch, change: Change) -> None:
    match change:
        case WorkflowChanged():
            await connection.execute(_QUERIES["change_workflow"], *_workflow_row(change))
        case OccurrenceAdded():
            await connection.execute(_QUERIES["add_occurrence"], *_occurrence_row(change))
        case OccurrenceChanged():
            await connection.execute(_QUERIES["change_occurrence"], *_occurrence_columns(change))
        case PageEnrolled():
            _take_page(batch, change)
        case RecordsMoved():
            _take_move(batch, change)
        case RecordsLogged():
            batch.log.extend(_log_rows(change, change.log, n=change.n, page_position=None))


def _take_page(batch: _Batch, page: PageEnrolled) -> None:
    size = len(page.record_ids)
    ids = list(page.record_ids)
    batch.board.enroll(page)
    batch.pages.append((page.position, page.workflow_id, page.occurrence_id, page.revision_id, page.at, size, ids))
    batch.log.extend(_log_rows(page, page.log, n=0, page_position=page.position))
    ended = page.action_id is None
    batch.statuses[page.occurrence_id]["COMPLETED" if ended else "ACTIVE"] += size
    batch.workflows[page.workflow_id]["enrolled"] += size
    batch.workflows[page.workflow_id]["active"] += 0 if ended else size


def _take_move(batch: _Batch, move: RecordsMoved) -> None:
    size = len(move.record_ids)
    page_position = batch.board.move(move)
    batch.log.extend(_log_rows(move, move.log, n=move.n, page_position=page_position))
    if move.status != "ACTIVE":
        batch.statuses[move.occurrence_id]["ACTIVE"] -= size
        batch.statuses[move.occurrence_id][move.status] += size
        batch.workflows[move.workflow_id]["active"] -= size


def _log_rows(
    change: PageEnrolled | RecordsMoved | RecordsLogged, rows: Iterable[LogRow], *, n: int, page_position: int | None
) -> Iterable[Row]:
    ids = list(change.record_ids) if page_position is None else None
    action = (change.from_action_id, change.action_type_id) if isinstance(change, RecordsMoved) else (None, None)
    for offset, row in enumerate(rows):
        yield (
            *(change.position, n + offset, change.workflow_id, change.occurrence_id, change.revision_id, page_position),
            *action,
            *(row.event, row.group, change.at, row.message, row.details, len(change.record_ids), ids),
        )


async def _standings(connection: Connection, moves: Sequence[RecordsMoved]) -> list[Standing]:
    if not moves:
        return []
    rows = await connection.fetch(
        _QUERIES["standings"],
        [move.occurrence_id for move in moves],
        [move.from_action_id for move in moves],
        [min(move.record_ids) for move in moves],
        [max(move.record_ids) for move in moves],
    )
    return [
        Standing(
            position=row["position"],
            n=row["n"],
            workflow_id=row["workflow_id"],
            occurrence_id=row["occurrence_id"],
            page_position=row["page_position"],
            whole=row["whole"],
            status="ACTIVE",
            action_id=row["action_id"],
            record_ids=row["record_ids"],
        )
        for row in rows
    ]


async def _write(connection: Connection, batch: _Batch) -> None:
    board = batch.board
    if board.removed:
        keys = sorted(board.removed)
        await connection.execute(_QUERIES["remove_cohorts"], [key[0] for key in keys], [key[1] for key in keys])
    cohorts = [_cohort_row(standing) for _, standing in sorted(board.written.items())]
    tables = (("pages", _PAGES, batch.pages), ("log", _LOG, batch.log), ("cohorts", _COHORTS, cohorts))
    for table, columns, rows in tables:
        if rows:
            await connection.copy_records_to_table(table, records=rows, columns=columns)
    if batch.statuses:
        counts = list(batch.statuses.values())
        numbers = [[count[status] for count in counts] for status in ("ACTIVE", "COMPLETED", "UNENROLLED")]
        await connection.execute(_QUERIES["count_occurrences"], list(batch.statuses), *numbers)
    if batch.workflows:
        totals = list(batch.workflows.values())
        numbers = [[total[name] for total in totals] for name in ("active", "enrolled")]
        await connection.execute(_QUERIES["count_workflows"], list(batch.workflows), *numbers)


def _cohort_row(standing: Standing) -> Row:
    ids = list(standing.record_ids)
    return (
        *(standing.position, standing.n, standing.workflow_id, standing.occurrence_id, standing.page_position),
        *(standing.status, standing.action_id, None, standing.ended_at, standing.reason),
        *(ids[0], ids[-1], len(ids), None if standing.whole else ids),
    )


def _workflow_row(change: WorkflowChanged) -> Row:
    return (
        *(change.workflow_id, change.revision_id, change.sets_document, change.name, change.object_type_id),
        *(change.schedule, change.time_zone_id, change.is_enabled, change.deleted_at, change.position),
    )


def _occurrence_row(change: OccurrenceAdded) -> Row:
    return (
        *(change.occurrence_id, change.workflow_id, change.revision_id, change.trigger, change.due_at),
        *(change.local_time, change.time_zone_id, change.state, change.skip_reason, change.skip),
        *(change.recorded_at, change.completed_at, change.position),
    )


def _occurrence_columns(change: OccurrenceChanged) -> Row:
    return (
        *(change.occurrence_id, change.state, change.revision_id, change.skip_reason, change.failure),
        *(change.matched, change.enrolled, change.already_enrolled, change.suppressed, change.missing),
        *(change.evaluated_at, change.completed_at),
    )
