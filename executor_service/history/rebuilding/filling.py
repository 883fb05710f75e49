"""Filling a schema of its own from the log, by the code that projects live."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from executor_service.history.handlers import EVENTS_AT_ONCE, project_pass
from executor_service.history.writer import ProjectionTransaction
from shared.postgres import Pool, close_pool, connect, load_queries, migrate_schema, open_pool

_QUERIES = load_queries(__file__)
LIVE_SCHEMA = "history"
LOG_SCHEMA = "executor"
_MIGRATIONS = Path(__file__).parents[2] / "migrations" / "history"


class LiveSchemaError(ValueError):
    """The history that people read was named as the schema to be filled anew."""

    def __init__(self, schema: str) -> None:
        super().__init__(f"{schema} is the live history; a rebuild fills another schema")
        self.schema = schema


async def rebuild(
    url: str, *, until: int, schema: str = "history_rebuild", events_at_once: int = EVENTS_AT_ONCE
) -> int:
    """Fill a schema from the log up to a position, which must be settled, and return how many events that took.

    What stood in the schema is dropped first. The rows do not depend on `events_at_once`. Raises LiveSchemaError, and
    UnknownEventError for an event that this release cannot read.
    """
    if schema in {LIVE_SCHEMA, LOG_SCHEMA}:
        raise LiveSchemaError(schema)
    await _make_schema(url, schema)
    async with opened(url, schema) as pool:
        late = await pool.fetch(_QUERIES["late_indexes"])
        for index in late:
            await pool.execute(f'DROP INDEX "{index["indexname"]}"')
        count = await catch_up(pool, until=until, events_at_once=events_at_once)
        for index in late:
            await pool.execute(index["indexdef"])
        return count


@asynccontextmanager
async def opened(url: str, schema: str) -> AsyncIterator[Pool]:
    """Open a pool of one connection that sees a schema, and the log behind it."""
    settings = {
        "statement_timeout": "0",
        "plan_cache_mode": "force_custom_plan",
        # While one session compares, the other one waits.
        "idle_in_transaction_session_timeout": "120000",
    }
    pool = await open_pool(url, schema=f"{schema}, {LOG_SCHEMA}", max_size=1, settings=settings)
    try:
        yield pool
    finally:
        await close_pool(pool)


async def catch_up(pool: Pool, *, until: int, events_at_once: int = EVENTS_AT_ONCE) -> int:
    """Project what a schema lacks up to a position, and return how many events that took."""
    count = 0
    while taken := await project_pass(ProjectionTransaction(pool), horizon=until, limit=events_at_once):
        count += taken
    return count


async def drop(url: str, schema: str) -> None:
    """Drop a schema."""
    connection = await connect(url, schema=schema)
    try:
        await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    finally:
        await connection.close()


async def _make_schema(url: str, schema: str) -> None:
    await drop(url, schema)
    connection = await connect(url, schema=schema)
    try:
        await migrate_schema(connection, schema=schema, folders=[_MIGRATIONS])
    finally:
        await connection.close()
