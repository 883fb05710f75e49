"""Reads the history. Every list is by keyset: constant time at any depth, newest first."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from executor_service.history.ports import EnrollmentFilter, LogFilter, OccurrenceFilter, Place
from shared.event_store import RecordedEvent
from shared.postgres import Pool, load_queries
from shared.postgres_event_store import to_recorded

_QUERIES = load_queries(__file__)
_CHECKPOINT = load_queries(__file__.replace("store.py", "writer.py"))["checkpoint"]
_FIRST_LOOK_SECONDS = 0.01
_LONGEST_LOOK_SECONDS = 0.1

Row = asyncpg.Record


class HistoryReader:
    """The history as its calls read it; each read is one statement, so one snapshot."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def wait_for(self, position: int, *, seconds: float) -> bool:
        """Tell whether the history reached a position within some time."""
        look = _FIRST_LOOK_SECONDS
        try:
            async with asyncio.timeout(seconds):
                while await self._pool.fetchval(_CHECKPOINT) < position:
                    await asyncio.sleep(look)
                    look = min(look * 2, _LONGEST_LOOK_SECONDS)
        except TimeoutError:
            return False
        return True

    async def workflows(self, *, below: int | None, limit: int) -> list[Row]:
        """Return workflows that are not deleted, below an id."""
        return await self._pool.fetch(_QUERIES["list_workflows"], below, limit, None)

    async def workflow(self, workflow_id: int) -> Row | None:
        """Return one workflow, deleted or not."""
        rows = await self._pool.fetch(_QUERIES["list_workflows"], None, 1, workflow_id)
        return rows[0] if rows else None

    async def occurrences_by_id(self, ids: Sequence[UUID]) -> dict[UUID, Row]:
        """Return those occurrences that exist."""
        return {row["id"]: row for row in await self._pool.fetch(_QUERIES["occurrences_by_id"], list(ids))}

    async def occurrences(
        self, workflow_id: int, which: OccurrenceFilter, *, below: int | None, limit: int
    ) -> list[Row]:
        """Return occurrences of a workflow below a position."""
        query = _QUERIES["list_occurrences"]
        return await self._pool.fetch(query, workflow_id, below, limit, which.state, which.since, which.until)

    async def enrollments(self, workflow_id: int, which: EnrollmentFilter, *, below: Place, limit: int) -> list[Row]:
        """Return enrollments of a workflow below a place: of pages, or of cohorts when a status is asked for."""
        position, n, place = below
        if which.status is None:
            return await self._pool.fetch(
                _QUERIES["enrollments"], workflow_id, position, place, limit, which.occurrence_id, which.record_id
            )
        return await self._pool.fetch(
            _QUERIES["enrollments_by_status"],
            *(workflow_id, position, n, place, limit, which.status, which.occurrence_id, which.record_id),
        )

    async def action_log(self, workflow_id: int, which: LogFilter, *, below: Place, limit: int) -> list[Row]:
        """Return rows of the action log below a place."""
        parameters: list[Any] = [workflow_id, *below, limit, which.action_id, which.group, which.since, which.until]
        if which.record_id is None:
            return await self._pool.fetch(_QUERIES["action_log"], *parameters)
        return await self._pool.fetch(_QUERIES["action_log_of_record"], *parameters, which.record_id)

    async def events(
        self, *, after: int, limit: int, stream: str | None, event_type: str | None
    ) -> list[RecordedEvent]:
        """Return the log itself, ascending, up to the checkpoint."""
        rows = await self._pool.fetch(_QUERIES["read_log"], after, limit, stream, event_type)
        return [to_recorded(row) for row in rows]

    async def digests(self) -> dict[str, str]:
        """Return a digest a table, the same for the same rows."""
        return {row["name"]: row["digest"] for row in await self._pool.fetch(_QUERIES["digest"])}
