"""Filling the history again from nothing, in a schema of its own beside the live one, by the code that projects live.

The log alone decides what comes out: at the same position both schemas hold the same rows (`HistoryReader.digests`).
"""

from pathlib import Path

from executor_service.history.handlers import EVENTS_AT_ONCE, project_pass
from executor_service.history.writer import ProjectionTransaction
from shared.postgres import close_pool, connect, migrate_schema, open_pool

LIVE_SCHEMA = "history"
_LOG_SCHEMA = "executor"
_MIGRATIONS = Path(__file__).parents[1] / "migrations" / "history"


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
    if schema in {LIVE_SCHEMA, _LOG_SCHEMA}:
        raise LiveSchemaError(schema)
    await _make_schema(url, schema)
    pool = await open_pool(url, schema=f"{schema}, {_LOG_SCHEMA}", max_size=1)
    try:
        count = 0
        while taken := await project_pass(ProjectionTransaction(pool), horizon=until, limit=events_at_once):
            count += taken
        return count
    finally:
        await close_pool(pool)


async def _make_schema(url: str, schema: str) -> None:
    connection = await connect(url, schema=schema)
    try:
        await connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        await migrate_schema(connection, schema=schema, folders=[_MIGRATIONS])
    finally:
        await connection.close()
