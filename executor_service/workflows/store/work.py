"""The unit of work of the workflows' handlers, the barrier, and who uses a property."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from executor_service.workflows.domain.usage import uses_property
from executor_service.workflows.handlers import account_zone_changed
from executor_service.workflows.ports import Definitions
from executor_service.workflows.store.repository import PostgresRepository
from shared.postgres import Connection, Kind, Pool, Transaction, advisory_key, load_queries
from shared.postgres_event_store import PostgresEventStore

_QUERIES = load_queries(__file__)

_LONGEST_WAIT_MS: Final = "5000"
_HIGHEST_ID: Final = 2**53 - 1

ReadZone = Callable[[Connection], Awaitable[str]]
"""Reads the account's zone, and keeps it from changing before the transaction ends."""
ReadDefinitions = Callable[[Connection, str], Awaitable[Definitions]]
"""Reads the properties of an object type."""


class WorkflowWork(Transaction):
    """One transaction of the workflows' handlers; see ports.Work."""

    def __init__(
        self,
        source: Pool | Connection,
        *,
        zone: ReadZone,
        definitions: ReadDefinitions,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(source)
        self._zone = zone
        self._definitions = definitions
        self.metadata: Mapping[str, Any] = metadata or {}

    def ports(self) -> None:
        """Build what the transaction carries."""
        self.workflows = PostgresRepository(self.connection)
        self.log = PostgresEventStore(self.connection)

    async def account_zone(self) -> str:
        """See Work."""
        return await self._zone(self.connection)

    async def definitions(self, object_type_id: str) -> Definitions:
        """See Work."""
        return await self._definitions(self.connection, object_type_id)


class PostgresBarrier:
    """See ports.Barrier: taken exclusively and let go, after the flag was committed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def passed(self, workflow_id: int) -> bool:
        """See Barrier; the connection's `lock_timeout` of 5 s is how long it waits."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_QUERIES["wait_at_barrier"], advisory_key(Kind.BARRIER, workflow_id))
        except asyncpg.LockNotAvailableError:
            return False
        return True

    async def all_passed(self) -> bool:
        """Wait at the barrier of every workflow, 5 s in all; the `Standstill` of `account.ports`.

        Only those that are held now: whoever comes to a barrier later reads the flag that was committed before.
        """
        lowest, highest = advisory_key(Kind.BARRIER, 0), advisory_key(Kind.BARRIER, _HIGHEST_ID)
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                held = [row["key"] for row in await connection.fetch(_QUERIES["held"], lowest, highest)]
                await connection.execute(_QUERIES["limit"], _LONGEST_WAIT_MS)
                await connection.execute(_QUERIES["wait_at_barriers"], held)
        except (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError):
            return False
        return True


class TellZone:
    """Told of the account's new zone; the `ZoneChanged` of `account.ports`."""

    def __init__(self, *, zone: ReadZone, definitions: ReadDefinitions) -> None:
        self._zone = zone
        self._definitions = definitions

    async def __call__(self, connection: Connection, *, time_zone_id: str) -> None:
        """Append what follows for the workflows that are on, inside the caller's transaction."""
        work = WorkflowWork(connection, zone=self._zone, definitions=self._definitions)
        await account_zone_changed(work=work, time_zone_id=time_zone_id)


async def property_users(connection: Connection, *, object_type_id: str, name: str) -> Sequence[str]:
    """Return the workflows that are on and use a property; the `PropertyUsers` of `records.ports`."""
    rows = await connection.fetch(_QUERIES["enabled"], object_type_id)
    return [f"workflow {row['id']}" for row in rows if uses_property(row["document"], name)]
