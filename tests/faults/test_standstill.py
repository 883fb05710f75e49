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
    "executor.acted_before_move",
    "executor.action_before_commit",
    "relay.sent_before_stored",
    "projector.before_commit",
)
# The key and the workflow's own change are sent and projected before anything comes due.
_HITS = {"relay.sent_before_stored": 5, "projector.before_commit": 3}
_OTHERS_GO_ON_WITHIN_SECONDS = 15


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
    hit = _HITS.get(point, 1)
    async with ground.stage(Cast(executors=2, failpoints={"executor": f"{point}:{hit}:stop"})) as stage:
        first, second = stage.services.executors
        await second.stop()
        plan = await ground.plan(stage, *ACTIONS)
        due_at = await come_due(stage, plan)
        await stands_still(stage, first.name)
        await stage.revive(second.name)
        began = perf_counter()
        stage.client.base_url = second.url
        await stage.completed(plan.workflow_id, due_at)
        recovery = perf_counter() - began
        first.thaw()
        await run_through(stage, plan)
        verdict = await verdict_on(stage, [plan])

    report.add(f"SIGSTOP beyond the lease, then SIGCONT: {point}", verdict, hits=1, recovery_seconds=[recovery])
    assert recovery < _OTHERS_GO_ON_WITHIN_SECONDS
    assert not verdict.findings, str(verdict)


async def test_a_scheduler_that_was_stopped_in_the_middle_of_its_work_and_goes_on_decides_nothing_twice(
    ground: Ground, report: Report
) -> None:
    cast = Cast(schedulers=2, failpoints={"scheduler": "scheduler.decided_before_commit:1:stop"})
    async with ground.stage(cast) as stage:
        first, second = stage.services.schedulers
        await second.stop()
        plan = await ground.plan(stage, *ACTIONS)
        due_at = await come_due(stage, plan)
        await stands_still(stage, first.name)
        await stage.revive(second.name)
        began = perf_counter()
        await stage.completed(plan.workflow_id, due_at)
        recovery = perf_counter() - began
        first.thaw()
        await run_through(stage, plan)
        verdict = await verdict_on(stage, [plan])

    report.add("SIGSTOP of a scheduler, then SIGCONT", verdict, hits=1, recovery_seconds=[recovery])
    assert recovery < _OTHERS_GO_ON_WITHIN_SECONDS
    assert not verdict.findings, str(verdict)
