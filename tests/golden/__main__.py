"""By hand: `python -m tests.golden log` records the logs and messages of this release; without a word, what follows.

The logs of earlier releases stay as they are. What follows from them, the digests, changes when the history gains
columns; that no row means anything else then is for the eye of whoever records it.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from deploy.local.servers import local_servers
from shared.event_store import RecordedEvent
from shared.postgres import close_pool, migrate_schema, open_pool
from shared.postgres_event_store import to_recorded
from tests.conftest import SCHEMAS, with_database
from tests.golden import scheduler_story, story
from tests.golden.logs import fold_all, project_all, read_log, write_digests, write_log
from tests.golden.messages import made_messages, write_messages
from tests.integration.execution.conftest import World


async def record(*, logs: bool) -> None:
    """Let the stories happen and write their logs, if these are asked for, and write what follows from them."""
    if logs:
        write_log("scheduler", scheduler_story.tell())
    with tempfile.TemporaryDirectory() as folder:
        async with local_servers(Path(folder), report=print, kafka=False) as servers:
            if logs:
                async with _database(servers.database_url, "golden_story") as url:
                    write_log("executor", await _told(url))
                write_messages(made_messages())
            async with _database(servers.database_url, "golden_replay") as url:
                history = await open_pool(url, schema="history, executor", max_size=2)
                digests = await project_all(history, read_log("executor"))
                await close_pool(history)
    write_digests({"executor": digests, "scheduler": fold_all(read_log("scheduler"))})


async def _told(url: str) -> list[RecordedEvent]:
    pool = await open_pool(url, schema="executor", max_size=8)
    world = World(url, pool)
    await story.tell(world)
    for session in world.sessions:
        await session.close()
    rows = await pool.fetch("SELECT * FROM events ORDER BY position")
    await close_pool(pool)
    return [to_recorded(row) for row in rows]


@asynccontextmanager
async def _database(server: str, name: str) -> AsyncIterator[str]:
    admin = await asyncpg.connect(server)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{name}"')
    url = with_database(server, name)
    connection = await asyncpg.connect(url)
    for schema, folders in SCHEMAS.items():
        await migrate_schema(connection, schema=schema, folders=folders)
    await connection.close()
    yield url
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


if __name__ == "__main__":
    asyncio.run(record(logs="log" in sys.argv[1:]))
