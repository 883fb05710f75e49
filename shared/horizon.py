"""Reading the log in the order of its positions, without losing anything.

Why that is hard. A position is drawn when an event is inserted, and seen when its transaction commits. A transaction
that drew 7 may commit after one that drew 8, so a reader that remembers "I have seen 8" never sees 7. Waiting for gaps
to fill does not help (a rolled back transaction leaves a gap for ever), and waiting for `pg_snapshot_xmin` stands still
behind any long transaction on the server, whoever's it is.

What is done instead. A statement trigger on `events` takes a shared advisory lock, `log_lock_key()`, BEFORE the first
position is drawn; this holds for COPY and for inserts inside a CTE as well. PostgreSQL gives the lock back after the
transaction has become visible, or was rolled back, or its session died. So the reader

1. reads P, the highest position it can see;
2. reads from `pg_locks`, of this database, which transactions hold the lock now;
3. waits until each of those is gone (not until nobody holds it: new holders may come for ever);
4. hands out (last, P] by position, in a snapshot taken after 3.

Whoever holds the lock at 2 may have drawn a position below P; whoever takes it later draws one above P, because P had
been drawn by then. After 3 the former are visible or void. Hence nothing at or below P can appear any more: P is the
*horizon*. A savepoint that rolls back keeps the lock until the transaction ends, which only makes the reader wait.

Who is trusted, and how long. Only `pg_locks`, at the moment of the look. A writer that is stopped between append and
commit holds the horizon back until `idle_in_transaction_session_timeout` ends its session (sessions that append have
3 s). A writer that dies gives the lock back at once. Another program's long transaction does not hold the lock and
delays nobody.

One horizon a process serves all its readers, for a look at `pg_locks` costs more than reading a page of events.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.event_store import RecordedEvent
from shared.loops import Stop, Wake, run_passes
from shared.postgres import Connection, Pool, connect, load_queries
from shared.postgres_event_store import to_recorded

_QUERIES = load_queries(__file__)
_FIRST_WAIT_SECONDS = 0.002
_LONGEST_WAIT_SECONDS = 0.05
_POLL_SECONDS = 0.5
_STALE_SECONDS = 10.0


async def find_horizon(connection: Connection) -> int:
    """Return the highest position below which nothing can appear any more (0 for an empty log); may wait for writers.

    The connection must not be inside a transaction: each look needs a snapshot of its own.
    """
    highest: int = await connection.fetchval(_QUERIES["highest"])
    holders = await _holders(connection)
    wait = _FIRST_WAIT_SECONDS
    while holders:
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
        holders &= await _holders(connection)
    return highest


async def _holders(connection: Connection) -> set[str]:
    return {row["virtualtransaction"] for row in await connection.fetch(_QUERIES["holders"])}


async def read_events(
    connection: Connection, *, after: int, until: int, limit: int, types: list[str] | None = None
) -> list[RecordedEvent]:
    """Return up to `limit` events in (after, until] by position; `until` must be a horizon.

    With `types`, only events of these types.
    """
    rows = await connection.fetch(_QUERIES["read"], after, until, limit, types)
    return [to_recorded(row) for row in rows]


@dataclass(slots=True)
class Horizon:
    """The horizon of one log, kept up to date by one task and waited for by many readers."""

    pool: Pool
    channel: str
    position: int = 0
    _found_at: float = float("-inf")
    _moved: asyncio.Condition | None = None

    def _condition(self) -> asyncio.Condition:
        if self._moved is None:
            self._moved = asyncio.Condition()
        return self._moved

    async def refresh(self) -> int:
        """Find the horizon once, tell the readers if it moved, and return it."""
        async with self.pool.acquire() as connection:
            position = await find_horizon(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
        self._found_at = time.monotonic()
        if position > self.position:
            self.position = position
            async with self._condition():
                self._condition().notify_all()
        return self.position

    def trouble(self) -> str | None:
        """Return for how long the log could not be read or settled, for `/readyz`; None while it can."""
        age = time.monotonic() - self._found_at
        if age < _STALE_SECONDS:
            return None
        return "the log was not read yet" if math.isinf(age) else f"the log was last found settled {age:.0f} s ago"

    async def wait_beyond(self, position: int, *, seconds: float) -> int:
        """Return the horizon as soon as it is above a position, or what it is after some time."""
        condition = self._condition()
        try:
            async with asyncio.timeout(seconds), condition:
                await condition.wait_for(lambda: self.position > position)
        except TimeoutError:
            pass
        return self.position


async def listen(connection: Connection, channel: str, wake: Callable[[], None]) -> None:
    """Call `wake` whenever the log has grown; a hint, which may be lost."""
    await connection.add_listener(channel, lambda *_: wake())


async def keep_up(
    horizon: Horizon, *, url: str, schema: str, stop: Stop, told: Callable[[], None] = lambda: None
) -> None:
    """Keep a horizon up to date until told to stop: whenever the log has grown, and every half second.

    `told` is called whenever the log has grown, for others who wait for that; a hint, as every notification is.
    It listens on a connection of its own; one that was lost is opened again, and meanwhile polling goes on.
    """
    wake = Wake()
    ears: list[Connection] = []

    def hear() -> None:
        wake.set()
        told()

    async def once() -> float:
        if not ears or ears[0].is_closed():
            ears[:] = [await connect(url, schema=schema)]
            await listen(ears[0], horizon.channel, hear)
        await horizon.refresh()
        return _POLL_SECONDS

    try:
        await run_passes("horizon", once, stop=stop, wake=wake)
    finally:
        for connection in ears:
            connection.terminate()
