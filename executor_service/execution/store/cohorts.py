"""Cohorts in PostgreSQL, on one connection."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from uuid import UUID

import asyncpg

from executor_service.execution.domain.cohorts import CLAIM_SIZE, Claim, Claimed, Cohort, Move, NewCohort, Place
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
# 64 kB, with arrays of 1,000 ids.
_ARRAYS_AT_ONCE = 8


def _cohort(row: asyncpg.Record) -> Cohort:
    return Cohort(
        id=row["id"],
        occurrence_id=row["occurrence_id"],
        epoch=row["epoch"],
        losses=row["losses"],
        visit=row["visit"],
        ready_at=row["ready_at"],
        record_ids=row["record_ids"],
        walked=row["walked"],
        phase=row["phase"],
    )


def _locked(row: asyncpg.Record) -> Cohort:
    return replace(_cohort(row), due_at=row["due_at"], trigger=row["trigger"])


def _place(row: asyncpg.Record) -> Place:
    return Place(row["workflow_id"], row["revision"], row["action_id"], row["phase"])


class PostgresCohorts:
    """See the port Cohorts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def ready(self) -> list[Place]:
        """See Cohorts."""
        return [_place(row) for row in await self._connection.fetch(_QUERIES["ready"])]

    async def claim(
        self, place: Place, *, limit: int, owner: str, lease_seconds: float, most_records: int = CLAIM_SIZE
    ) -> Claim | None:
        """See Cohorts."""
        where = (place.workflow_id, place.revision, place.action_id, place.phase)
        rows = await self._connection.fetch(_QUERIES["claim"], *where, limit, owner, lease_seconds, most_records)
        if not rows:
            rows = await self._connection.fetch(_QUERIES["claim_lost"], *where, owner, lease_seconds)
        if not rows:
            return None
        cohorts = sorted((Claimed(row["id"], row["epoch"], row["size"]) for row in rows), key=lambda each: each.id)
        return Claim(place, rows[0]["object_type_id"], cohorts)

    async def lock(self, claim: Claim) -> tuple[datetime, list[Cohort]] | None:
        """See Cohorts."""
        ids, epochs = [cohort.id for cohort in claim.cohorts], [cohort.epoch for cohort in claim.cohorts]
        cursor = self._connection.cursor(_QUERIES["lock"], ids, epochs, prefetch=_ARRAYS_AT_ONCE)
        rows = [row async for row in cursor]
        return (rows[0]["now"], [_locked(row) for row in rows]) if rows else None

    async def lock_expired(self, *, limit: int) -> list[tuple[Place, str, Cohort]]:
        """See Cohorts."""
        rows = await self._connection.fetch(_QUERIES["lock_expired"], limit)
        return [(_place(row), row["object_type_id"], _cohort(row)) for row in rows]

    async def end(self, cohort_ids: Sequence[UUID]) -> None:
        """See Cohorts."""
        if cohort_ids:
            await self._connection.execute(_QUERIES["end"], list(cohort_ids))

    async def move(self, moves: Sequence[Move]) -> None:
        """See Cohorts."""
        if moves:
            await self._connection.execute(
                _QUERIES["move"],
                [move.id for move in moves],
                [move.action_id for move in moves],
                [move.phase for move in moves],
                [move.ready_at for move in moves],
                [move.visit for move in moves],
                [move.walked for move in moves],
            )

    async def release(self, cohort_id: UUID, *, losses: int) -> None:
        """See Cohorts."""
        await self._connection.execute(_QUERIES["release"], cohort_id, losses)

    async def raise_epoch(self, cohort_id: UUID) -> None:
        """See Cohorts."""
        await self._connection.execute(_QUERIES["raise_epoch"], cohort_id)

    async def add(self, cohorts: Sequence[NewCohort], *, workflow_id: int, revision: int, object_type_id: str) -> None:
        """See Cohorts."""
        if not cohorts:
            return
        ends = list(accumulate(len(cohort.record_ids) for cohort in cohorts))
        await self._connection.execute(
            _QUERIES["add"],
            workflow_id,
            revision,
            object_type_id,
            [cohort.id for cohort in cohorts],
            [cohort.occurrence_id for cohort in cohorts],
            [cohort.action_id for cohort in cohorts],
            [cohort.phase for cohort in cohorts],
            [cohort.ready_at for cohort in cohorts],
            [cohort.visit for cohort in cohorts],
            [cohort.walked for cohort in cohorts],
            [cohort.losses for cohort in cohorts],
            [end - len(cohort.record_ids) + 1 for end, cohort in zip(ends, cohorts, strict=True)],
            ends,
            [record_id for cohort in cohorts for record_id in cohort.record_ids],
        )

    async def has_cohorts(self, occurrence_id: UUID) -> bool:
        """See Cohorts."""
        return bool(await self._connection.fetchval(_QUERIES["has_cohorts"], occurrence_id))

    async def active_ids(self, workflow_id: int) -> AsyncIterator[Sequence[int]]:
        """Yield the records of a workflow's cohorts, cohort by cohort, by a cursor of the server."""
        async for row in self._connection.cursor(_QUERIES["active"], workflow_id, prefetch=_ARRAYS_AT_ONCE):
            yield row["record_ids"]
