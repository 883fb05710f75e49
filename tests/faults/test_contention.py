"""Two workflows, the API and another system's topic write the same ten thousand records at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.e2e.flows import RaiseBy, SetTo
from tests.e2e.stage import Cast, Stage
from tests.faults.crm import Crm, drop, fill
from tests.faults.ground import Ground, come_due, quiet, verdict_on
from tests.faults.journal import Journal
from tests.faults.report import Report

pytestmark = pytest.mark.long

RECORDS = 10_000
SCORE = "hubspotscore"
# Each occurrence of each workflow raises the same number, twice; the API and the topic write other properties.
RAISES = (RaiseBy(SCORE, 3), RaiseBy(SCORE, 4))
ROUNDS = 2
_PAGE = 100
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_TOTAL = f"SELECT sum((properties ->> '{SCORE}')::numeric) FROM executor.records WHERE object_type_id = '0-1'"


@pytest.fixture
async def large_ground(database_url: str, kafka: str, tmp_path: Path) -> AsyncIterator[Ground]:
    """A database with ten thousand leads."""
    crm: Crm = await fill(database_url, f"contention_{tmp_path.name[-6:]}", leads=RECORDS)
    yield Ground(crm, kafka, tmp_path / "stage")
    await drop(database_url, crm.name)


async def write_by_api(stage: Stage, ids: list[int], value: str) -> None:
    """Set a property of all records, a hundred at a time, in no order that anybody else keeps."""
    for begin in reversed(range(0, len(ids), _PAGE)):
        inputs = [{"id": str(each), "properties": {"zip": value}} for each in reversed(ids[begin : begin + _PAGE])]
        await stage.post("/crm/v3/objects/contacts/batch/update", {"inputs": inputs})


async def test_nobody_dead_locks_and_no_update_is_lost(large_ground: Ground, report: Report) -> None:
    journal, ids = Journal(), sorted(large_ground.crm.leads)
    async with large_ground.stage(Cast(executors=2)) as stage:
        plans = [
            await large_ground.plan(stage, *RAISES),
            await large_ground.plan(stage, SetTo("city", "Oslo"), *RAISES),
        ]
        for number in range(ROUNDS):
            await come_due(stage, *plans)
            await asyncio.gather(
                write_by_api(stage, ids, str(number)),
                write_by_api(stage, ids[::-1], str(number)),
                journal.tell(stage, ids, "industry", [f"Industry {number}"]),
            )
            await quiet(stage, journal, seconds=240)
        total = await stage.pool.fetchval(_TOTAL)
        deadlocks = await _deadlocks(large_ground.crm.url)
        zips = await stage.pool.fetchval("SELECT count(*) FROM executor.records WHERE properties ->> 'zip' = '1'")
        verdict = await verdict_on(stage, [], journal=journal)

    report.add("two workflows, the API and a topic on 10,000 records", None, trials=ROUNDS, hits=ROUNDS)
    assert deadlocks == 0
    assert total == RECORDS * ROUNDS * len(plans) * sum(each.amount for each in RAISES)
    assert zips == RECORDS
    assert not [each for each in verdict.findings if each.rule in {"write lost", "projection differs"}], str(verdict)


async def _deadlocks(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        count: int = await connection.fetchval(_DEADLOCKS)
        return count
    finally:
        await connection.close()
