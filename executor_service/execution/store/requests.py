"""Requests for unenrollment in PostgreSQL, on one connection, and the cohorts that nobody owns, which they reach."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from executor_service.execution.domain.cohorts import Place
from executor_service.execution.domain.requests import Holder, Shrunk
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


def _holder(row: asyncpg.Record) -> Holder:
    return Holder(
        id=row["id"],
        place=Place(row["workflow_id"], row["revision"], row["action_id"]),
        object_type_id=row["object_type_id"],
        occurrence_id=row["occurrence_id"],
        epoch=row["epoch"],
        visit=row["visit"],
        record_ids=row["record_ids"],
    )


class PostgresRequests:
    """See the port Requests."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def file(
        self, request_id: UUID, workflow_id: int, record_ids: Sequence[int], *, reason: str, filed_at: datetime
    ) -> bool:
        """See Requests."""
        if await self._connection.fetchval(_QUERIES["file"], request_id, workflow_id, reason, filed_at) is None:
            return False
        await self._connection.execute(_QUERIES["file_records"], request_id, workflow_id, reason, list(record_ids))
        return True

    async def is_filed(self, request_id: UUID) -> bool:
        """See Requests."""
        return bool(await self._connection.fetchval(_QUERIES["is_filed"], request_id))

    async def take(self, workflow_id: int, record_ids: Sequence[int]) -> Mapping[int, str]:
        """See Requests."""
        rows = await self._connection.fetch(_QUERIES["take"], workflow_id, list(record_ids))
        return {row["record_id"]: row["reason"] for row in rows}

    async def holding(self, workflow_id: int, request_id: UUID, *, limit: int) -> list[UUID]:
        """See Requests."""
        rows = await self._connection.fetch(_QUERIES["holding"], workflow_id, request_id, limit)
        return [row["id"] for row in rows]

    async def lock_unowned(self, cohort_ids: Sequence[UUID]) -> list[Holder]:
        """See Requests."""
        return [_holder(row) for row in await self._connection.fetch(_QUERIES["lock_unowned"], list(cohort_ids))]

    async def lock_any_unowned(self, workflow_id: int, *, limit: int) -> list[Holder]:
        """See Requests."""
        return [_holder(row) for row in await self._connection.fetch(_QUERIES["lock_any_unowned"], workflow_id, limit)]

    async def shrink(self, cohorts: Sequence[Shrunk]) -> None:
        """See Requests."""
        if cohorts:
            await self._connection.executemany(_QUERIES["shrink"], [(each.id, each.record_ids) for each in cohorts])

    async def end(self, request_id: UUID) -> int:
        """See Requests."""
        return int(await self._connection.fetchval(_QUERIES["end"], request_id))

    async def with_unowned(self) -> list[int]:
        """See Requests."""
        return [row["workflow_id"] for row in await self._connection.fetch(_QUERIES["with_unowned"])]
