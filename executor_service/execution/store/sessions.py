"""Sessions that hold `EVALUATE` or `BARRIER`: kept by one evaluator or worker, and used by one pass at a time.

The advisory locks are the session's, and what they allow is done on the same session. So a holder that is stopped, or
cut off, loses both at once: `idle_session_timeout` ends its session after 10 s, PostgreSQL gives the locks back, and
whatever the holder does when it goes on finds a closed connection. A session that waits for work is pinged every two
seconds, so that only one that is really stopped is ended.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg

from executor_service.execution.ports import EvaluationTooSlowError
from executor_service.execution.store.cohorts import PostgresCohorts
from executor_service.execution.store.occurrences import PostgresOccurrences
from executor_service.execution.store.queue import PostgresQueue
from executor_service.execution.store.requests import PostgresRequests
from executor_service.execution.store.work import ExecutionWork, Lower
from shared.loops import Stop
from shared.postgres import DRIVER_ERRORS, Connection, Kind, Pool, advisory_key, connect, load_queries

_QUERIES = load_queries(__file__)
_PING_SECONDS = 2.0
_ANSWER_SECONDS = 5.0

_HOLDING: Final = {"idle_session_timeout": "10000", "idle_in_transaction_session_timeout": "3000"}
WORKER: Final = _HOLDING | {"statement_timeout": "60000"}
EVALUATOR: Final = _HOLDING | {"statement_timeout": "300000"}

OpenConnection = Callable[[], Awaitable[Connection]]


def session_opener(url: str, *, schema: str, settings: dict[str, str]) -> OpenConnection:
    """Return what opens a connection for a session; `settings` are `WORKER` or `EVALUATOR`."""

    async def open_connection() -> Connection:
        return await connect(url, schema=schema, settings=settings)

    return open_connection


class PostgresSnapshot:
    """See the port Snapshot."""

    def __init__(self, connection: Connection, lower: Lower) -> None:
        self._connection = connection
        self.occurrences = PostgresOccurrences(connection)
        self.records = lower.records(connection)

    async def begin(self) -> tuple[datetime, str]:
        """See Snapshot."""
        row = await self._connection.fetchrow(_QUERIES["snapshot"])
        assert row is not None  # noqa: S101 # a SELECT without FROM has one row
        return row["now"], row["snapshot"]

    def active_ids(self, workflow_id: int) -> AsyncIterator[Sequence[int]]:
        """See Snapshot."""
        return PostgresCohorts(self._connection).active_ids(workflow_id)


@asynccontextmanager
async def open_snapshot(pool: Pool, lower: Lower) -> AsyncIterator[PostgresSnapshot]:
    """Open a snapshot on a connection of a pool, with the limits of an evaluation; the `OpenSnapshot` of reviews."""
    async with pool.acquire() as connection:
        seat = PostgresSeat(connection, lower)  # type: ignore[arg-type] # the pool's proxy stands for it
        async with seat.snapshot() as snapshot:
            await connection.execute(_QUERIES["limit"], EVALUATOR["statement_timeout"])
            yield snapshot


class PostgresSeat:
    """See the port Seat."""

    def __init__(self, connection: Connection, lower: Lower) -> None:
        self._connection = connection
        self._lower = lower
        self.queue = PostgresQueue(connection)
        self.requests = PostgresRequests(connection)
        self.occurrences = PostgresOccurrences(connection)
        self.cohorts = PostgresCohorts(connection)
        self.workflows = lower.workflows(connection)

    def work(self) -> ExecutionWork:
        """See Seat."""
        return ExecutionWork(self._connection, self._lower)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[PostgresSnapshot]:
        """See Seat."""
        try:
            async with self._connection.transaction(isolation="repeatable_read", readonly=True):
                yield PostgresSnapshot(self._connection, self._lower)
        except asyncpg.QueryCanceledError as error:
            raise EvaluationTooSlowError from error

    def evaluating(self, workflow_id: int) -> AbstractAsyncContextManager[bool]:
        """See Seat."""
        return self._holding(advisory_key(Kind.EVALUATE, workflow_id), "try_lock", "unlock")

    def behind_barrier(self, workflow_id: int) -> AbstractAsyncContextManager[bool]:
        """See Seat."""
        return self._holding(advisory_key(Kind.BARRIER, workflow_id), "try_lock_shared", "unlock_shared")

    @asynccontextmanager
    async def _holding(self, key: int, take: str, give_back: str) -> AsyncIterator[bool]:
        is_held = bool(await self._connection.fetchval(_QUERIES[take], key))
        try:
            yield is_held
        finally:
            if is_held and not self._connection.is_closed():
                await self._give_back(key, give_back)

    async def _give_back(self, key: int, give_back: str) -> None:
        try:
            await self._connection.execute(_QUERIES[give_back], key)
        except BaseException:  # a lock that cannot be given back would be kept as long as the session is
            self._connection.terminate()
            raise


class DatabaseSession:
    """See the port Session. `run_pings` keeps it alive while it waits; `close` it when its owner leaves."""

    def __init__(self, open_connection: OpenConnection, lower: Lower) -> None:
        self._open = open_connection
        self._lower = lower
        self._connection: Connection | None = None
        self._in_use = asyncio.Lock()

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[PostgresSeat]:
        """See Session."""
        async with self._in_use:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._open()
            yield PostgresSeat(self._connection, self._lower)

    async def run_pings(self, stop: Stop) -> None:
        """Ping the session every two seconds while no pass uses it, until the service is to leave."""
        while not stop.is_set:
            await stop.wait(_PING_SECONDS)
            if not self._in_use.locked():
                await self.ping()

    async def ping(self) -> None:
        """Show the server that the session's owner lives; a session that is gone is opened by the next pass."""
        async with self._in_use:
            if self._connection is None or self._connection.is_closed():
                return
            try:
                await self._connection.execute(_QUERIES["ping"], timeout=_ANSWER_SECONDS)
            except DRIVER_ERRORS:
                self._connection.terminate()

    async def close(self) -> None:
        """End the session, and with it whatever it holds."""
        async with self._in_use:
            if self._connection is not None and not self._connection.is_closed():
                await self._connection.close(timeout=_ANSWER_SECONDS)
            self._connection = None
