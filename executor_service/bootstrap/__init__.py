"""From settings to a running executor: the only place that constructs."""

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from executor_service import app
from executor_service.bootstrap.connecting import SCHEMA
from executor_service.bootstrap.wiring import Executor, Pools
from executor_service.settings import RoleName, Settings
from shared.contracts import TOPICS
from shared.failpoints import switch_on
from shared.kafka import declare_topics, prefixed
from shared.logs import configure_logs
from shared.postgres import connect, migrate_schema
from shared.serving import serve_until_told

__all__ = ["SCHEMA", "Executor", "Pools", "migrate", "serve"]

_HERE = Path(__file__).parents[1]
_MIGRATIONS = {
    SCHEMA: (_HERE.parent / "shared" / "migrations", _HERE / "migrations"),
    "history": (_HERE / "migrations" / "history",),
}


async def migrate(settings: Settings) -> None:
    """Bring both schemas to head and declare the topics; again: changes nothing."""
    connection = await connect(settings.database_url or settings.url, schema=SCHEMA)
    try:
        for schema, folders in _MIGRATIONS.items():
            await migrate_schema(connection, schema=schema, folders=folders)
    finally:
        await connection.close()
    await declare_topics(settings.kafka, prefixed(settings.topic_prefix, TOPICS))


async def serve(settings: Settings, roles: frozenset[RoleName]) -> None:
    """Run the parts of these roles until SIGTERM or SIGINT."""
    configure_logs(SCHEMA, level=settings.log_level)
    switch_on(settings.failpoints)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        executor = Executor(settings, await Pools.open(settings, stack), stack)
        parts = executor.parts(roles)
        await serve_until_told(partial(app.run, parts), abandoned=lambda: executor.consumption.abandoned)
