"""Requests for unenrollment in PostgreSQL, on one connection."""

from collections.abc import Mapping, Sequence

from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


class PostgresRequests:
    """See the port Requests."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def take(self, workflow_id: int, record_ids: Sequence[int]) -> Mapping[int, str]:
        """See Requests."""
        rows = await self._connection.fetch(_QUERIES["take"], workflow_id, list(record_ids))
        return {row["record_id"]: row["reason"] for row in rows}
