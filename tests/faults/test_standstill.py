"""A process that is stopped in the middle of its work and goes on after others have taken it over."""

from time import perf_counter

import psutil
import pytest

from tests.e2e.flows import SetTo
from tests.e2e.stage import Cast, Stage
from tests.e2e.waiting import eventually
from tests.faults.ground import Ground, come_due, run_through, verdict_on
from tests.faults.report import Report

pytestmark = pytest.mark.long

ACTIONS = (SetTo("jobtitle", "Lead"), SetTo("jobtitle", "Contacted"))
POINTS = (
    "executor.evaluated_before_commit",
    "executor.claimed_before_action",
    "executor.action_before_commit",
    "relay.sent_before_stored",
)


async def stands_still(stage: Stage, name: str) -> None:
    """Wait until a process has stopped itself."""
    process = psutil.Process(stage.process(name).pid)

    async def look() -> bool:
        return process.status() == psutil.STATUS_STOPPED

    await eventually(f"{name} stands still", look)


@pytest.mark.parametrize("point", POINTS)
async def test_an_executor_that_was_stopped_beyond_its_lease_and_goes_on_writes_nothing_twice(
    ground: Ground, report: Report, point: str
) -> None:
    hit = 2 if point.startswith("relay.") else 1
    async with ground.stage(Cast(executors=2, failpoints={"executor": f"{point}:{hit}:stop"})) as stage:
        first, second = stage.services.executors
        await second.stop()
        plan = await ground.plan(stage, *ACTIONS)
        due_at = await come_due(stage, plan)
        await stands_still(stage, first.name)
        stopped_at = perf_counter()
        await stage.revive(second.name)
        stage.client.base_url = second.url
        await stage.completed(plan.workflow_id, due_at)
        recovery = perf_counter() - stopped_at
        first.thaw()
        await run_through(stage, plan)
        verdict = await verdict_on(stage, [plan])

    report.add(f"SIGSTOP beyond the lease, then SIGCONT: {point}", verdict, hits=1, recovery_seconds=[recovery])
    assert not verdict.findings, str(verdict)
