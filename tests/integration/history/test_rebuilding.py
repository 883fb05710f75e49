"""A rebuild: the same rows from the same log, beside what lives."""

import pytest

from executor_service.history.rebuilding import LiveSchemaError, rebuild
from executor_service.history.store import HistoryReader
from shared.postgres import Pool, close_pool, open_pool
from tests.conftest import Database
from tests.integration.history.test_history import append_a_run, project_all


async def digests(database: Database, schema: str) -> dict[str, str]:
    pool = await open_pool(database.url, schema=f"{schema}, executor")
    found = await HistoryReader(pool).digests()
    await close_pool(pool)
    return found


async def test_a_rebuild_gives_the_rows_that_live_whatever_it_takes_at_once(
    database: Database, history_pool: Pool
) -> None:
    position = await append_a_run(history_pool)
    await project_all(history_pool, horizon=position)

    counts = [
        await rebuild(database.url, until=position, schema=f"by_{size}", events_at_once=size) for size in (1, 3, 200)
    ]

    live = await digests(database, "history")
    assert counts == [position] * 3
    assert [await digests(database, f"by_{size}") for size in (1, 3, 200)] == [live] * 3
    assert all(live.values())


async def test_a_rebuild_begins_from_nothing_and_ends_at_its_position(database: Database, history_pool: Pool) -> None:
    position = await append_a_run(history_pool)

    assert await rebuild(database.url, until=position) == position
    assert await rebuild(database.url, until=3) == 3


async def test_a_rebuild_never_fills_what_lives(database: Database) -> None:
    with pytest.raises(LiveSchemaError) as refused:
        await rebuild(database.url, until=1, schema="history")

    assert refused.value.schema == "history"
