"""Reading the log in order: the obvious reader loses events, the horizon loses none.

Eight writers append at once, some slowly, some with savepoints, some by COPY, and some have their sessions ended in the
middle. Both readers look at the same log at the same time.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from shared.event_store import Append, NewEvent
from shared.horizon import find_horizon, read_events
from shared.postgres import DRIVER_ERRORS, Connection, Pool, connect, is_transient
from shared.postgres_event_store import PostgresEventStore
from tests.conftest import Database

WRITERS = 8
TRANSACTIONS = 25
EVENT = NewEvent("Counted", {})


async def write_slowly(connection: Connection, stream: str, dice: random.Random) -> None:
    async with connection.transaction():
        await PostgresEventStore(connection).append([Append(stream, 0, [EVENT, EVENT])])
        await connection.execute("SELECT pg_sleep($1)", dice.random() * 0.03)


async def write_with_savepoints(connection: Connection, stream: str, dice: random.Random) -> None:
    async with connection.transaction():
        with contextlib.suppress(ZeroDivisionError):
            async with connection.transaction():
                await PostgresEventStore(connection).append([Append(f"{stream}-void", 0, [EVENT])])
                _ = 1 / 0
        await PostgresEventStore(connection).append([Append(stream, 0, [EVENT])])
        await connection.execute("SELECT pg_sleep($1)", dice.random() * 0.02)


async def write_by_copy(connection: Connection, stream: str, dice: random.Random) -> None:
    async with connection.transaction():
        nothing: dict[str, int] = {}
        rows = [(stream, version, "Counted", nothing, nothing) for version in (1, 2, 3)]
        await connection.copy_records_to_table(
            "events", records=rows, columns=["stream", "version", "type", "data", "metadata"]
        )
        await connection.execute("SELECT pg_sleep($1)", dice.random() * 0.02)


async def write_and_die(connection: Connection, stream: str, dice: random.Random) -> None:
    del dice
    async with connection.transaction():
        await PostgresEventStore(connection).append([Append(stream, 0, [EVENT])])
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


WAYS: list[Callable[[Connection, str, random.Random], Awaitable[None]]] = [
    write_slowly,
    write_with_savepoints,
    write_by_copy,
    write_and_die,
]


async def write(url: str, number: int) -> None:
    dice = random.Random(number)
    connection = await connect(url, schema="scheduler")
    for transaction in range(TRANSACTIONS):
        way = WAYS[(number + transaction) % len(WAYS)]
        try:
            await way(connection, f"writer-{number}-{transaction}", dice)
        except DRIVER_ERRORS as error:
            if not is_transient(error):
                raise
            connection = await connect(url, schema="scheduler")
    await connection.close()


async def read_naively(connection: Connection, seen: list[int]) -> None:
    last = seen[-1] if seen else 0
    rows = await connection.fetch("SELECT position FROM events WHERE position > $1 ORDER BY position", last)
    seen.extend(row["position"] for row in rows)


async def read_behind_horizon(connection: Connection, seen: list[int]) -> None:
    last = seen[-1] if seen else 0
    until = await find_horizon(connection)
    events = await read_events(connection, after=last, until=until, limit=10_000)
    seen.extend(event.position for event in events)


async def keep_reading(
    url: str, read: Callable[[Connection, list[int]], Awaitable[None]], done: asyncio.Event
) -> list[int]:
    connection, seen = await connect(url, schema="scheduler"), list[int]()
    while not done.is_set():
        await read(connection, seen)
        await asyncio.sleep(0)
    await read(connection, seen)
    await connection.close()
    return seen


async def test_the_naive_reader_loses_events_and_the_horizon_loses_none(database: Database) -> None:
    done = asyncio.Event()
    readers = [
        asyncio.create_task(keep_reading(database.url, read, done)) for read in (read_naively, read_behind_horizon)
    ]
    await asyncio.gather(*(write(database.url, number) for number in range(WRITERS)))
    done.set()
    naive, ours = await asyncio.gather(*readers)
    connection = await connect(database.url, schema="scheduler")
    everything = [row["position"] for row in await connection.fetch("SELECT position FROM events ORDER BY position")]
    await connection.close()
    assert len(everything) > WRITERS * TRANSACTIONS
    assert set(everything) - set(naive)
    assert ours == everything


async def test_another_databases_long_transaction_holds_nothing_back(database: Database, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    mine = await connect(database.url, schema="scheduler")
    key = await mine.fetchval("SELECT log_lock_key()")
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock_shared($1)", key)
        await PostgresEventStore(mine).append([Append("workflow-1", 0, [EVENT])])
        async with asyncio.timeout(2):
            assert await find_horizon(mine) > 0
    await other.close()
    await mine.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events SET type = 'Other'", "DELETE FROM events", "TRUNCATE events", "TRUNCATE events CASCADE"],
)
async def test_the_log_only_grows(scheduler_pool: Pool, statement: str) -> None:
    async with scheduler_pool.acquire() as connection:
        log = PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
        await log.append([Append("workflow-1", 0, [EVENT])])
        with pytest.raises(asyncpg.RaiseError, match="the event log only grows"):
            await connection.execute(statement)
        assert len(await log.read_stream("workflow-1")) == 1
