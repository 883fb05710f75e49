"""The account's one row and its stream, on a connection inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from executor_service.account.domain import Account
from executor_service.events import AccountEvent, to_new_event
from shared.event_store import Append
from shared.postgres import Connection, load_queries
from shared.postgres_event_store import PostgresEventStore

_QUERIES = load_queries(__file__)
STREAM: Final = "account"


class NoAccountError(RuntimeError):
    """A database without its account: it was not migrated."""

    def __init__(self) -> None:
        super().__init__("the database holds no account; run migrate")


def _account(row: asyncpg.Record | None) -> Account:
    if row is None:
        raise NoAccountError
    return Account(row["id"], row["name"], row["time_zone_id"], row["paused_at"])


async def zone(connection: Connection) -> str:
    """Return the IANA name of the account's zone."""
    name: str = await connection.fetchval(_QUERIES["zone"])
    return name


async def held_zone(connection: Connection) -> str:
    """Return the zone and keep it from changing before the transaction ends: for what is planned by it."""
    name: str = await connection.fetchval(_QUERIES["held_zone"])
    return name


async def read_account(connection: Connection) -> Account:
    """Return the account's settings."""
    return _account(await connection.fetchrow(_QUERIES["read"]))


class PostgresAccountBook:
    """See AccountBook; `metadata` goes into the events."""

    def __init__(self, connection: Connection, metadata: Mapping[str, Any] | None = None) -> None:
        self._connection = connection
        self._metadata = dict(metadata or {})

    async def lock(self) -> Account:
        """See AccountBook."""
        return _account(await self._connection.fetchrow(_QUERIES["lock"]))

    async def set(self, account: Account) -> None:
        """See AccountBook."""
        await self._connection.execute(_QUERIES["set"], account.name, account.time_zone_id)

    async def now(self) -> datetime:
        """See AccountBook."""
        instant: datetime = await self._connection.fetchval(_QUERIES["now"])
        return instant

    async def pause(self, at: datetime) -> None:
        """See AccountBook."""
        await self._connection.execute(_QUERIES["pause"], at)
        await self._connection.execute(_QUERIES["open_pause"], at)

    async def resume(self, at: datetime) -> None:
        """See AccountBook."""
        await self._connection.execute(_QUERIES["pause"], None)
        await self._connection.execute(_QUERIES["close_pause"], at)

    async def position(self) -> int:
        """See AccountBook."""
        store = PostgresEventStore(self._connection)
        version = (await store.versions([STREAM]))[STREAM]
        last = await store.read_stream(STREAM, after_version=version - 1)
        return last[-1].position if last else 0

    async def append(self, events: Sequence[AccountEvent]) -> int:
        """See AccountBook."""
        store = PostgresEventStore(self._connection)
        version = (await store.versions([STREAM]))[STREAM]
        new = [to_new_event(event) for event in events]
        return await store.append([Append(STREAM, version, new, self._metadata)])
