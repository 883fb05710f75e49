"""The queues of the workflows in PostgreSQL, on one connection."""

import asyncpg

from executor_service.execution.domain.occurrences import Occurrence
from executor_service.execution.domain.requests import Request, first_of
from executor_service.execution.ports import Waiting
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


class PostgresQueue:
    """See the port Queue."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def waiting(self) -> list[Waiting]:
        """See Queue."""
        return [Waiting(**dict(row)) for row in await self._connection.fetch(_QUERIES["waiting"])]

    async def head(self, workflow_id: int, *, is_paused: bool) -> Occurrence | Request | None:
        """See Queue."""
        row = await self._connection.fetchrow(_QUERIES["head"], workflow_id, is_paused)
        assert row is not None  # noqa: S101 # two joins to one row, whether they find anything or not
        head = first_of(_occurrence(row), _request(row, workflow_id))
        return None if is_paused and isinstance(head, Occurrence) else head

    async def seconds_until_next(self) -> float | None:
        """See Queue."""
        seconds: float | None = await self._connection.fetchval(_QUERIES["seconds_until_next"])
        return seconds


_OF_REQUEST = frozenset({"request_id", "filed_at"})


def _occurrence(row: asyncpg.Record) -> Occurrence | None:
    if row["id"] is None:
        return None
    return Occurrence(**{name: value for name, value in row.items() if name not in _OF_REQUEST})


def _request(row: asyncpg.Record, workflow_id: int) -> Request | None:
    return None if row["request_id"] is None else Request(row["request_id"], workflow_id, row["filed_at"])
