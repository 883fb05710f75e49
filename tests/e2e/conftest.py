"""One stage for all tests of a module: an empty database prepared by the product's own commands, and both services."""

import os
from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest

from deploy.local.prepare import create_key, migrate
from deploy.local.state import State
from tests.conftest import with_database
from tests.e2e.stage import Apart, Stage, staged

_numbers = count(1)


@pytest.fixture(scope="module")
async def stage(database_url: str, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Both services, with nothing in their database but a key."""
    name, folder = f"e2e_{os.getpid()}_{next(_numbers)}", tmp_path_factory.mktemp("e2e") / "stage"
    url = with_database(database_url, name)
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    surroundings = Apart(url, kafka, State(folder), f"{name}.")
    await migrate(surroundings)
    key = await create_key(surroundings, "e2e")
    async with staged(database_url=url, kafka=kafka, key=key, folder=folder, prefix=f"{name}.") as running:
        yield running
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()
