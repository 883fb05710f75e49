"""Occurrences in PostgreSQL, on one connection."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from executor_service.execution.domain.occurrences import AskedOccurrence, Occurrence
from executor_service.execution.ports import Later
from shared.contracts import OccurrenceDue, OccurrencesSkipped
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


def _occurrence(row: asyncpg.Record) -> Occurrence:
    return Occurrence(**dict(row))


class PostgresOccurrences:
    """See the port Occurrences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record(self, message: OccurrenceDue, *, object_type_id: str) -> bool:
        """See Occurrences."""
        stored = await self._connection.fetchval(
            _QUERIES["record"],
            message.occurrence_id,
            int(message.workflow_id),
            object_type_id,
            message.due_at,
            message.nominal,
            message.local_time,
            message.time_zone_id,
            message.tzdata,
            message.revision_id,
        )
        return stored is not None

    async def now(self) -> datetime:
        """See Occurrences."""
        instant: datetime = await self._connection.fetchval(_QUERIES["now"])
        return instant

    async def record_asked(self, asked: AskedOccurrence) -> bool:
        """See Occurrences."""
        stored = await self._connection.fetchval(
            _QUERIES["record_asked"],
            asked.id,
            asked.workflow_id,
            asked.object_type_id,
            asked.trigger,
            asked.due_at,
            asked.local_time,
            asked.time_zone_id,
            asked.command_id,
            None if asked.record_ids is None else list(asked.record_ids),
            asked.revision_id,
        )
        return stored is not None

    async def find(self, occurrence_id: UUID) -> Occurrence | None:
        """See Occurrences."""
        row = await self._connection.fetchrow(_QUERIES["find"], occurrence_id)
        return None if row is None else _occurrence(row)

    async def named_ids(self, occurrence_id: UUID) -> Sequence[int] | None:
        """See Occurrences."""
        ids: Sequence[int] | None = await self._connection.fetchval(_QUERIES["named_ids"], occurrence_id)
        return ids

    async def newest(self, workflow_id: int, *, after: datetime, upto: datetime) -> Later | None:
        """See Occurrences."""
        row = await self._connection.fetchrow(_QUERIES["newest"], workflow_id, after, upto)
        return None if row is None else Later(**dict(row))

    async def record_skips(self, message: OccurrencesSkipped, *, event_id: str) -> bool:
        """See Occurrences."""
        stored = await self._connection.fetchval(
            _QUERIES["record_skips"],
            int(message.workflow_id),
            event_id,
            message.revision_id,
            message.reason,
            message.first,
            message.last,
            message.count,
            message.first_at,
            message.last_at,
        )
        return stored is not None

    async def is_skipped(self, workflow_id: int, *, revision: int, nominal: str, due_at: datetime) -> bool:
        """See Occurrences."""
        query = _QUERIES["is_skipped"]
        return bool(await self._connection.fetchval(query, workflow_id, str(revision), nominal, due_at))

    async def count_attempt(self, occurrence_id: UUID) -> int:
        """See Occurrences."""
        return int(await self._connection.fetchval(_QUERIES["count_attempt"], occurrence_id))

    async def take_back_attempt(self, occurrence_id: UUID) -> None:
        """See Occurrences."""
        await self._connection.execute(_QUERIES["take_back_attempt"], occurrence_id)

    async def put_off(self, occurrence_id: UUID, *, seconds: float, failure: str) -> None:
        """See Occurrences."""
        await self._connection.execute(_QUERIES["put_off"], occurrence_id, seconds, failure)

    async def lock(self, occurrence_id: UUID) -> Occurrence:
        """See Occurrences."""
        row = await self._connection.fetchrow(_QUERIES["lock"], occurrence_id)
        if row is None:
            raise NoSuchOccurrenceError(occurrence_id)
        return _occurrence(row)

    async def settle(self, occurrence_id: UUID, *, state: str, revision: int | None, version: int) -> None:
        """See Occurrences."""
        await self._connection.execute(_QUERIES["settle"], occurrence_id, state, revision, version)

    async def without_cohorts(self, *, limit: int) -> list[tuple[int, UUID]]:
        """See Occurrences."""
        rows = await self._connection.fetch(_QUERIES["without_cohorts"], limit)
        return [(row["workflow_id"], row["id"]) for row in rows]


async def count_waiting(connection: Connection, *, workflow_id: int | None, after: datetime, upto: datetime) -> int:
    """Count the scheduled occurrences that wait; the `StoredOccurrences` of `workflows` and `account`."""
    return int(await connection.fetchval(_QUERIES["count_waiting"], workflow_id, after, upto))


class NoSuchOccurrenceError(LookupError):
    """An occurrence that is not stored."""

    def __init__(self, occurrence_id: UUID) -> None:
        super().__init__(f"there is no occurrence {occurrence_id}")
        self.occurrence_id = occurrence_id
