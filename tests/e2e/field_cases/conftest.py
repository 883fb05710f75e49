"""One stage for the field cases that need processes; the host's own zone is Auckland's, which must not matter."""

import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.prepare import create_key, migrate
from deploy.local.state import State
from tests.conftest import with_database
from tests.e2e.stage import Apart, Cast, Stage, staged

AUCKLAND = {"TZ": "Pacific/Auckland"}


@pytest.fixture(scope="session")
async def far_away(database_url: str, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Both services, as on a host in Auckland, with nothing in their database but a key."""
    name, folder = f"field_cases_{os.getpid()}", tmp_path_factory.mktemp("field_cases") / "stage"
    url = with_database(database_url, name)
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    surroundings = Apart(url, kafka, State(folder), f"{name}.")
    await migrate(surroundings)
    key = await create_key(surroundings, "field cases")
    cast = Cast(environment={"scheduler": AUCKLAND, "executor": AUCKLAND})
    async with staged(database_url=url, kafka=kafka, key=key, folder=folder, prefix=f"{name}.", cast=cast) as running:
        yield running
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()
