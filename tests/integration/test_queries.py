"""Every named query prepares against the migrated schema: a misspelt column is found by name."""

from pathlib import Path

import pytest

from shared.postgres import Pool, Queries

ROOT = Path(__file__).parents[2]


def queries_below(folder: str, *, without: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The named queries of a folder, as (file and name, text); migrations have none."""
    found = (ROOT / folder).rglob("*.sql")
    files = sorted(path for path in found if not {"migrations", *without} & set(path.parts))
    return [
        (f"{path.relative_to(ROOT)}: {name}", text) for path in files for name, text in sorted(Queries(path).items())
    ]


async def unprepared(pool: Pool, queries: list[tuple[str, str]]) -> list[str]:
    found = []
    async with pool.acquire() as connection:
        for name, text in queries:
            try:
                await connection.prepare(text)
            except Exception as error:  # noqa: BLE001 # each query is named with what is wrong with it
                found.append(f"{name}: {error}")
    return found


@pytest.mark.parametrize("folder", ["scheduler_service", "shared"])
async def test_every_query_of_the_scheduler_prepares(scheduler_pool: Pool, folder: str) -> None:
    queries = queries_below(folder)

    assert queries
    assert await unprepared(scheduler_pool, queries) == []


@pytest.mark.parametrize("folder", ["executor_service", "shared"])
async def test_every_query_of_the_executor_prepares(executor_pool: Pool, folder: str) -> None:
    queries = queries_below(folder, without=("history",))

    assert queries
    assert await unprepared(executor_pool, queries) == []


async def test_every_query_of_the_history_prepares(history_pool: Pool) -> None:
    queries = queries_below("executor_service/history")

    assert queries
    assert await unprepared(history_pool, queries) == []
