"""kill -9 at random instants, of any process, again and again over one set of records."""

import asyncio
from random import Random
from time import perf_counter

import pytest

from tests.e2e.stage import Cast, Stage
from tests.faults.ground import RICH, Ground, come_due, quiet, verdict_on
from tests.faults.journal import Journal
from tests.faults.judge import Plan
from tests.faults.report import Report

pytestmark = pytest.mark.long

TRIALS = 200
SEED = 4_711
_LATEST_SECONDS = 1.0
# Something of it is still to be done that does not merely wait.
_IN_FLIGHT = """
SELECT NOT EXISTS (SELECT FROM executor.occurrences WHERE due_at = $1 AND state <> 'DUE')
    OR EXISTS (SELECT FROM executor.cohorts WHERE phase <> 'WAITING')
    OR (SELECT max(position) FROM executor.events) > (SELECT position FROM history.checkpoint)
    OR (SELECT max(position) FROM executor.events) > (SELECT min(position) FROM executor.relay_cursors)
"""


async def one_trial(stage: Stage, plan: Plan, random: Random) -> tuple[bool, float]:
    """Kill a process some time after its work came due; tell whether it was in flight, and how long it took after."""
    due_at = await come_due(stage, plan)
    victim = random.choice(list(stage.services.children))
    await asyncio.sleep(random.uniform(0, _LATEST_SECONDS))  # the instant of the fault, not a wait for anything
    is_in_flight = await stage.pool.fetchval(_IN_FLIGHT, due_at)
    await victim.kill()
    began = perf_counter()
    await stage.revive(victim.name)
    await quiet(stage, Journal())
    await stage.completed(plan.workflow_id, due_at)
    return is_in_flight, perf_counter() - began


async def test_processes_killed_at_random_instants_lose_and_double_nothing(ground: Ground, report: Report) -> None:
    random = Random(SEED)
    async with ground.stage(Cast(schedulers=2, executors=2)) as stage:
        plan = await ground.plan(stage, *RICH, of="customer")
        trials = [await one_trial(stage, plan, random) for _ in range(TRIALS)]
        verdict = await verdict_on(stage, [plan])

    hits = sum(was_hit for was_hit, _ in trials)
    seconds = [each for _, each in trials]
    report.add(f"kill -9 at random instants (seed {SEED})", verdict, trials=TRIALS, hits=hits, recovery_seconds=seconds)
    assert hits
    assert verdict.occurrences == TRIALS
    assert not verdict.findings, str(verdict)
