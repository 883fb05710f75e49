"""Several processes of each service at once, over the same workflows and records."""

import asyncio

import pytest

from tests.e2e.flows import SetTo
from tests.e2e.stage import Cast, Stage
from tests.faults.ground import Ground, run_through, verdict_on
from tests.faults.report import Report

PROPERTIES = ("jobtitle", "city", "company", "industry")
_LOOK_SECONDS = 0.01
_OWNERS = "SELECT DISTINCT split_part(owner, '-', 1) FROM executor.cohorts WHERE owner IS NOT NULL"


async def watch_owners(stage: Stage, seen: set[str]) -> None:
    """Note the processes that hold cohorts, until cancelled."""
    while True:
        seen.update(row[0] for row in await stage.pool.fetch(_OWNERS))
        await asyncio.sleep(_LOOK_SECONDS)


@pytest.mark.long
async def test_two_schedulers_and_three_executors_lose_and_double_nothing(ground: Ground, report: Report) -> None:
    owners: set[str] = set()
    async with ground.stage(Cast(schedulers=2, executors=3)) as stage:
        plans = [await ground.plan(stage, SetTo(name, "One"), SetTo(name, "Two")) for name in PROPERTIES]
        watching = asyncio.create_task(watch_owners(stage, owners))
        for _ in range(2):
            await run_through(stage, *plans)
        watching.cancel()
        verdict = await verdict_on(stage, plans)
        processes = {str(child.pid) for child in stage.services.executors}

    report.add("two schedulers and three executors at once", verdict, trials=3, hits=len(owners))
    assert owners <= processes
    assert len(owners) > 1
    assert verdict.occurrences == 8
    assert not verdict.findings, str(verdict)
