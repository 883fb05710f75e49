"""From settings to a running executor: the only place that constructs."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from executor_service import app
from executor_service.bootstrap.connecting import SCHEMA, with_connection
from executor_service.bootstrap.publishing import published_topics
from executor_service.bootstrap.wiring import Executor, Pools
from executor_service.settings import RoleName, Settings
from shared.contracts import TOPICS, Topic
from shared.examination import Finding, look_over
from shared.failpoints import switch_on
from shared.kafka import declare_topics, prefixed
from shared.logs import configure_logs
from shared.postgres import connect, migrate_schema
from shared.postgres.fitness import wait_until_fit
from shared.relay.republishing import Republished, republish_topics
from shared.serving import serve_until_told, stop_on_signals

__all__ = ["SCHEMA", "Executor", "Pools", "examine", "migrate", "republish", "serve"]

_HERE = Path(__file__).parents[1]
_MIGRATIONS = {
    SCHEMA: (_HERE.parent / "shared" / "migrations", _HERE / "migrations"),
    "history": (_HERE / "migrations" / "history",),
}


async def migrate(settings: Settings) -> None:
    """Bring both schemas to head and declare the topics; again: changes nothing."""
    connection = await connect(settings.owner_url, schema=SCHEMA)
    try:
        for schema, folders in _MIGRATIONS.items():
            await migrate_schema(connection, schema=schema, folders=folders)
    finally:
        await connection.close()
    await declare_topics(settings.kafka, _topics(settings))


def _topics(settings: Settings) -> list[Topic]:
    return prefixed(settings.topic_prefix, [*TOPICS, *published_topics(settings)])


async def examine(settings: Settings) -> list[Finding]:
    """Look over what the executor needs."""
    return await look_over(
        service=SCHEMA,
        url=settings.url,
        schemas=_MIGRATIONS,
        bootstrap=settings.kafka,
        topics=_topics(settings),
    )


async def republish(settings: Settings, topics: Sequence[str]) -> Republished:
    """Publish topics again from the start of the log; without names: all."""
    act = partial(republish_topics, names=topics, prefix=settings.topic_prefix)
    return await with_connection(settings, act)


async def serve(settings: Settings, roles: frozenset[RoleName]) -> None:
    """Run the parts of these roles until SIGTERM or SIGINT."""
    configure_logs(SCHEMA, level=settings.log_level)
    switch_on(settings.failpoints)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    stop = stop_on_signals()
    await wait_until_fit(settings.url, schemas=_MIGRATIONS, stop=stop)
    if stop.is_set:
        return
    async with AsyncExitStack() as stack:
        executor = Executor(settings, await Pools.open(settings, stack), stack)
        parts = executor.parts(roles)
        await serve_until_told(partial(app.run, parts), stop, abandoned=lambda: executor.inbound.abandoned)
