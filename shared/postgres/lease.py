"""A leadership: one holder among all processes, by an advisory lock on a session of its own.

The session carries nothing but the lock and a ping every two seconds, and `idle_session_timeout` ends it after ten: a
process that was stopped, or is cut off, is no holder any more, and another one takes over. It must never LISTEN or
fetch, for a server that waits to write to a stopped client does not count its session as idle.

The old holder may not know it yet. What it writes must therefore name it (`holder`) and be refused where another name
stands.
"""

import asyncio
import contextlib

from shared.postgres.pool import DRIVER_ERRORS, Connection, connect
from shared.postgres.queries import load_queries

_QUERIES = load_queries(__file__)
_PING_SECONDS = 2.0
_ANSWER_SECONDS = 5.0
_SESSION_SETTINGS = {"idle_session_timeout": "10000"}


class Lease:
    """A lock that this process holds. `lost` is set as soon as it is known to hold it no more."""

    def __init__(self, connection: Connection, holder: str) -> None:
        self._connection = connection
        self.holder = holder
        """Names this lease among all that ever held the lock."""
        self.lost = asyncio.Event()
        self._pinger = asyncio.create_task(self._ping())

    async def _ping(self) -> None:
        try:
            while True:
                await asyncio.sleep(_PING_SECONDS)
                await self._connection.execute(_QUERIES["ping"], timeout=_ANSWER_SECONDS)
        except DRIVER_ERRORS:
            self.lost.set()

    async def release(self) -> None:
        """Give the lock back by ending its session; again: does nothing."""
        self.lost.set()
        self._pinger.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pinger
        await _end(self._connection)


async def try_lease(url: str, *, schema: str, key: int) -> Lease | None:
    """Return the lease of an advisory key, or None when somebody else holds it; `release` it when done."""
    connection = await connect(url, schema=schema, settings=_SESSION_SETTINGS)
    try:
        holder = await connection.fetchval(_QUERIES["try_lock"], key, timeout=_ANSWER_SECONDS)
    except BaseException:  # whatever it was, the session must not keep the lock
        connection.terminate()
        raise
    if holder is None:
        await _end(connection)
        return None
    return Lease(connection, holder)


async def _end(connection: Connection) -> None:
    try:
        await connection.close(timeout=_ANSWER_SECONDS)
    except DRIVER_ERRORS:
        connection.terminate()
