"""Real servers for the levels that need them: one PostgreSQL and one Kafka a session, one database a test.

`WORKFLOWS_DATABASE_URL` and `WORKFLOWS_KAFKA` name servers of one's own; without them local ones are started. Each
test's database is cloned from a migrated template.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import settings

from deploy.local.servers import Servers, local_servers
from shared.postgres import Pool, close_pool, migrate_schema, open_pool

ROOT = Path(__file__).parents[1]
SCHEMAS = {
    "scheduler": [ROOT / "shared/migrations", ROOT / "scheduler_service/migrations"],
    "executor": [ROOT / "shared/migrations", ROOT / "executor_service/migrations"],
    "history": [ROOT / "executor_service/migrations/history"],
}
_numbers = count(1)

# The same examples each time, so that a run says something of the change and not of its luck; and no example is timed.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of a test's own."""

    url: str


def with_database(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """The servers of the session."""
    async with local_servers(tmp_path_factory.mktemp("servers"), report=lambda _: None) as running:
        yield running


@pytest.fixture(scope="session")
def database_url(servers: Servers) -> str:
    """The URL of the server's own database, as its superuser."""
    return servers.database_url


@pytest.fixture(scope="session")
def kafka(servers: Servers) -> str:
    """The address of the broker."""
    return servers.kafka


@pytest.fixture(scope="session")
async def template(database_url: str) -> AsyncIterator[str]:
    """The name of a migrated database that tests are cloned from."""
    name = f"template_{os.getpid()}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
    await admin.execute(f'CREATE DATABASE "{name}"')
    connection = await asyncpg.connect(with_database(database_url, name))
    for schema, folders in SCHEMAS.items():
        await migrate_schema(connection, schema=schema, folders=folders)
    await connection.close()
    yield name
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
async def database(database_url: str, template: str) -> AsyncIterator[Database]:
    """A database of the test's own, with all schemas at head."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield Database(with_database(database_url, name))
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
async def executor_pool(database: Database) -> AsyncIterator[Pool]:
    """A pool that sees the executor's schema."""
    pool = await open_pool(database.url, schema="executor", max_size=16)
    yield pool
    await close_pool(pool)


@pytest.fixture
async def history_pool(database: Database) -> AsyncIterator[Pool]:
    """A pool that sees the history, and the executor's log behind it."""
    pool = await open_pool(database.url, schema="history, executor", max_size=16)
    yield pool
    await close_pool(pool)


@pytest.fixture
async def scheduler_pool(database: Database) -> AsyncIterator[Pool]:
    """A pool that sees the scheduler's schema."""
    pool = await open_pool(database.url, schema="scheduler", max_size=16)
    yield pool
    await close_pool(pool)
