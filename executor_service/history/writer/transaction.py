"""One transaction of the projector: what a run of events changes, and the checkpoint with it."""

import asyncio
from collections.abc import Sequence

from executor_service.history.domain.board import Board, Standing
from executor_service.history.domain.rows import (
    AccountPauseChanged,
    CauseMet,
    Change,
    OccurrenceAdded,
    OccurrenceChanged,
    PageEnrolled,
    RecordsLogged,
    RecordsMoved,
    WorkflowChanged,
)
from executor_service.history.writer.batch import Batch
from executor_service.history.writer.rows import (
    COHORTS,
    LOG,
    PAGES,
    cohort_row,
    occurrence_columns,
    occurrence_row,
    workflow_row,
)
from shared.event_store import RecordedEvent
from shared.horizon import read_events
from shared.postgres import Connection, Transaction, load_queries

_QUERIES = load_queries(__file__)


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
    batch = Batch(board, await _zones(connection, changes))
    for change in changes:
        await _take(connection, batch, change)
        await asyncio.sleep(0)  # a change may be about thousands of records, and others want to go on
    await _write(connection, batch)
    await connection.execute(_QUERIES["set_checkpoint"], position)


async def _take(connection: Connection, batch: Batch, change: Change) -> None:
    match change:
        case WorkflowChanged():
            zone_id = await connection.fetchval(_QUERIES["change_workflow"], *workflow_row(change))
            batch.zones[change.workflow_id] = zone_id
        case AccountPauseChanged():
            await connection.execute(_QUERIES["change_account"], change.paused_at, change.position)
        case OccurrenceAdded():
            await connection.execute(_QUERIES["add_occurrence"], *occurrence_row(change))
        case OccurrenceChanged():
            await connection.execute(_QUERIES["change_occurrence"], *occurrence_columns(change))
        case PageEnrolled():
            batch.take_page(change)
        case RecordsMoved():
            batch.take_move(change)
        case RecordsLogged():
            batch.take_logged(change)
        case CauseMet():
            batch.take_cause(change)


async def _zones(connection: Connection, changes: Sequence[Change]) -> dict[int, str]:
    ids = {change.workflow_id for change in changes if isinstance(change, PageEnrolled | RecordsMoved)}
    return {row["id"]: row["time_zone_id"] for row in await connection.fetch(_QUERIES["zones"], list(ids))}


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
            next_action_at=row["next_action_at"],
        )
        for row in rows
    ]


async def _write(connection: Connection, batch: Batch) -> None:
    board = batch.board
    if board.removed:
        keys = sorted(board.removed)
        await connection.execute(_QUERIES["remove_cohorts"], [key[0] for key in keys], [key[1] for key in keys])
    cohorts = [cohort_row(standing) for _, standing in sorted(board.written.items())]
    for table, columns, rows in (("pages", PAGES, batch.pages), ("log", LOG, batch.log), ("cohorts", COHORTS, cohorts)):
        if rows:
            await connection.copy_records_to_table(table, records=rows, columns=columns)
    await _count(connection, batch)
    if batch.minutes:
        await connection.execute(_QUERIES["begin_minutes"], list(batch.minutes), list(batch.minutes.values()))
    if batch.causes:
        await _write_causes(connection, batch)


async def _count(connection: Connection, batch: Batch) -> None:
    if batch.statuses:
        counts = list(batch.statuses.values())
        numbers = [[count[status] for count in counts] for status in ("ACTIVE", "COMPLETED", "UNENROLLED")]
        await connection.execute(_QUERIES["count_occurrences"], list(batch.statuses), *numbers)
    if batch.totals:
        totals = list(batch.totals.values())
        names = ("active", "enrolled", "completed", "unenrolled", "goals")
        sums = [[total[name] for total in totals] for name in names]
        await connection.execute(_QUERIES["count_workflows"], list(batch.totals), *sums)
    if batch.days:
        counters = list(batch.days.values())
        sums = [[counter[name] for counter in counters] for name in ("enrolled", "completed", "unenrolled")]
        await connection.execute(_QUERIES["count_days"], *map(list, zip(*batch.days, strict=True)), *sums)
    moved = {place: n for place, n in batch.waiting.items() if n}
    if moved:
        await connection.execute(_QUERIES["count_waiting"], *map(list, zip(*moved, strict=True)), list(moved.values()))
        await connection.execute(_QUERIES["leave_empty_actions"], sorted({workflow_id for workflow_id, _ in moved}))


async def _write_causes(connection: Connection, batch: Batch) -> None:
    rows = [
        (
            *(met.id, met.kind, met.workflow_id, met.reason, met.occurrence_id, met.count, first_at, met.at),
            *(list(met.sample), met.details, met.position),
        )
        for first_at, met in batch.causes.values()
    ]
    await connection.executemany(_QUERIES["meet_cause"], rows)
