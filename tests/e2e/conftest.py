"""One stage for all tests of a module: an empty database prepared by the product's own commands, and both services."""

import os
from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.e2e.stage import Stage, fresh_stage

_numbers = count(1)


@pytest.fixture(scope="module")
async def stage(database_url: str, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Both services, with nothing in their database but a key."""
    name, folder = f"e2e_{os.getpid()}_{next(_numbers)}", tmp_path_factory.mktemp("e2e") / "stage"
    async with fresh_stage(name=name, database_url=database_url, kafka=kafka, folder=folder) as running:
        yield running
