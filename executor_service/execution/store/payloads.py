"""Payloads in PostgreSQL, on one connection."""

from collections.abc import Sequence
from uuid import UUID

from executor_service.execution.domain.payloads import SALT_BYTES, Payload
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


class PostgresPayloads:
    """See the port Payloads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, payload: Payload) -> None:
        """See Payloads."""
        await self._connection.execute(
            _QUERIES["add"], payload.id, list(payload.record_ids), list(payload.contents), payload.digests
        )

    async def contents(self, payload_ids: Sequence[UUID]) -> dict[UUID, dict[int, bytes]]:
        """See Payloads."""
        found: dict[UUID, dict[int, bytes]] = {payload_id: {} for payload_id in payload_ids}
        for row in await self._connection.fetch(_QUERIES["contents"], list(payload_ids)):
            if row["content"] is not None:
                found[row["id"]][row["record_id"]] = row["content"][SALT_BYTES:]
        return found
