"""Every query of the shared machinery fits the migrated schema."""

from pathlib import Path

import pytest

from shared.postgres import Pool
from shared.postgres.queries import Queries

ROOT = Path(__file__).parents[3]
FILES = [
    "shared/dead_letters.sql",
    "shared/event_store.sql",
    "shared/horizon.sql",
    "shared/postgres/lease.sql",
    "shared/relay/cursors.sql",
]


@pytest.mark.parametrize("file", FILES)
async def test_every_query_of_the_shared_machinery_can_be_prepared(scheduler_pool: Pool, file: str) -> None:
    queries = Queries(ROOT / file)
    async with scheduler_pool.acquire() as connection:
        prepared = [await connection.prepare(text) for text in queries.values()]
    assert len(prepared) == len(queries) > 0
