"""Reads the history. Every list is by keyset: constant time at any depth, newest first."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from executor_service.history.ports import EnrollmentFilter, LogFilter, OccurrenceFilter, Place
from shared.postgres import Connection, Pool, load_queries

_QUERIES = load_queries(__file__)

Row = asyncpg.Record


class HistoryReader:
    """The history as its calls read it; each read is one statement, so one snapshot."""

    def __init__(self, source: Pool | Connection) -> None:
        self._source = source

    async def workflows(self, *, below: int | None, limit: int) -> list[Row]:
        """Return workflows that are not deleted, below an id."""
        return await self._source.fetch(_QUERIES["list_workflows"], below, limit, None)

    async def workflow(self, workflow_id: int) -> Row | None:
        """Return one workflow, deleted or not."""
        rows = await self._source.fetch(_QUERIES["list_workflows"], None, 1, workflow_id)
        return rows[0] if rows else None

    async def occurrences_by_id(self, ids: Sequence[UUID]) -> dict[UUID, Row]:
        """Return those occurrences that exist."""
        return {row["id"]: row for row in await self._source.fetch(_QUERIES["occurrences_by_id"], list(ids))}

    async def occurrences(
        self, workflow_id: int, which: OccurrenceFilter, *, below: int | None, limit: int
    ) -> list[Row]:
        """Return occurrences of a workflow below a position."""
        query = _QUERIES["list_occurrences"]
        return await self._source.fetch(query, workflow_id, below, limit, which.state, which.since, which.until)

    async def enrollments(self, workflow_id: int, which: EnrollmentFilter, *, below: Place, limit: int) -> list[Row]:
        """Return enrollments of a workflow below a place: of pages, or of cohorts when only a status is asked for."""
        position, n, place = below
        if which.record_id is not None:
            return await self.enrollments_of_record(
                which.record_id, which, below=below, limit=limit, workflow_id=workflow_id
            )
        if which.status is None:
            parameters = (workflow_id, position, place, limit, which.occurrence_id)
            return await self._source.fetch(_QUERIES["enrollments"], *parameters)
        return await self._source.fetch(
            _QUERIES["enrollments_by_status"],
            *(workflow_id, position, n, place, limit, which.status, which.occurrence_id),
        )

    async def enrollments_of_record(
        self,
        record_id: int,
        which: EnrollmentFilter,
        *,
        below: Place,
        limit: int,
        workflow_id: int | None = None,
        object_type_id: str | None = None,
    ) -> list[Row]:
        """Return enrollments of one record below a place, in one workflow or in all over its type."""
        return await self._source.fetch(
            _QUERIES["enrollments_of_record"],
            *(record_id, below[0], limit, which.status, workflow_id, which.occurrence_id, object_type_id),
        )

    async def action_log(self, workflow_id: int, which: LogFilter, *, below: Place, limit: int) -> list[Row]:
        """Return rows of the action log below a place."""
        span = (which.since, which.until)
        if which.record_id is not None:
            query = _QUERIES["action_log_of_record"]
            parameters = (workflow_id, *below, limit, which.action_id, which.group, *span, which.record_id)
            return await self._source.fetch(query, *parameters)
        lowest = 0
        if span != (None, None):
            # Told as numbers, the bounds are known to the planner, which else reads everything for a span it takes
            # for narrow.
            bounds = await self._source.fetchrow(_QUERIES["bounds"], *span)
            lowest, below = _bounded(bounds, below)
        parameters = (workflow_id, *below, limit, which.action_id, which.group, *span, lowest)
        return await self._source.fetch(_QUERIES["action_log"], *parameters)

    async def metrics(self, workflow_id: int) -> Row | None:
        """Return a workflow's counters."""
        return await self._source.fetchrow(_QUERIES["metrics"], workflow_id)

    async def days(self, workflow_id: int, *, since: date) -> list[Row]:
        """Return what happened on days, newest first."""
        return await self._source.fetch(_QUERIES["days"], workflow_id, since)

    async def first_day(self, workflow_id: int) -> date | None:
        """Return the first day on which anything happened."""
        found: date | None = await self._source.fetchval(_QUERIES["first_day"], workflow_id)
        return found

    async def waiting(self, workflow_id: int) -> list[Row]:
        """Return how many records stand at each action."""
        return await self._source.fetch(_QUERIES["waiting"], workflow_id)

    async def digests(self) -> dict[str, str]:
        """Return a digest a table, the same for the same rows."""
        return {row["name"]: row["digest"] for row in await self._source.fetch(_QUERIES["digest"])}


def _bounded(bounds: Row | None, below: Place) -> tuple[int, Place]:
    """Return the lowest position of a span, and the place below which it lies."""
    if bounds is None:
        return 0, below
    beyond: int | None = bounds["beyond"]
    return bounds["lowest"], below if beyond is None else min(below, (beyond, 0, 0))
