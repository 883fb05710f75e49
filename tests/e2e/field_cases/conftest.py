"""One stage for the field cases that need processes; the host's own zone is Auckland's, which must not matter."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.e2e.stage import Cast, Stage, fresh_stage

AUCKLAND = {"TZ": "Pacific/Auckland"}


@pytest.fixture(scope="session")
async def far_away(database_url: str, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Both services, as on a host in Auckland, with nothing in their database but a key."""
    name, folder = f"field_cases_{os.getpid()}", tmp_path_factory.mktemp("field_cases") / "stage"
    cast = Cast(environment={"scheduler": AUCKLAND, "executor": AUCKLAND})
    async with fresh_stage(name=name, database_url=database_url, kafka=kafka, folder=folder, cast=cast) as running:
        yield running
