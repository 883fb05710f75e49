"""All that a person, another system and a schedule can ask for at once, while processes die under it."""

import asyncio
from random import Random

from tests.e2e.stage import Cast, Stage
from tests.faults.crm import Crm
from tests.faults.ground import RICH, Ground, come_due, quiet, verdict_on
from tests.faults.journal import Journal
from tests.faults.judge import Plan
from tests.faults.report import Report

SEED = 8_128
_LATEST_SECONDS = 1.0


async def ask_of_everything(stage: Stage, journal: Journal, plan: Plan, crm: Crm) -> None:
    """Enroll and let leave by hand and by command, pause and resume, run now, and change records meanwhile."""
    leads, others, workflow_id = sorted(crm.leads), sorted(crm.others), plan.workflow_id
    await journal.tell(stage, others[:100], "city", ["Turin", "Genoa", "Milan"])
    await journal.enroll(stage, workflow_id, others[:40])
    await journal.unenroll(stage, workflow_id, [*leads[:300], *others[:5]])
    await journal.command(stage, "enroll", workflow_id, others[40:80])
    await journal.pause(stage, workflow_id)
    await journal.command(stage, "unenroll", workflow_id, [*leads[290:400], *others[45:50]])
    await journal.enroll(stage, workflow_id, others[80:90])
    await journal.resume(stage, workflow_id)
    await journal.run(stage, workflow_id)
    await journal.refused(stage, workflow_id)
    await journal.tell(stage, leads[:50], "city", ["Turin", "Milan"])


async def kill_one(stage: Stage, random: Random) -> None:
    """Kill a process at a random instant, and start it again."""
    victim = random.choice(list(stage.services.children))
    await asyncio.sleep(random.uniform(0, _LATEST_SECONDS))  # the instant of the fault, not a wait for anything
    await victim.kill()
    await stage.revive(victim.name)


async def test_everything_asked_for_at_once_happens_once_though_processes_die(ground: Ground, report: Report) -> None:
    random, journal = Random(SEED), Journal()
    async with ground.stage(Cast(schedulers=2, executors=2)) as stage:
        plan = await ground.plan(stage, *RICH)
        await come_due(stage, plan)
        await asyncio.gather(ask_of_everything(stage, journal, plan, ground.crm), kill_one(stage, random))
        await quiet(stage, journal)
        await come_due(stage, plan)
        await asyncio.gather(journal.run(stage, plan.workflow_id), kill_one(stage, random))
        await quiet(stage, journal)
        verdict = await verdict_on(stage, [plan], journal=journal)

    report.add(f"all that can be asked for, at once (seed {SEED})", verdict, trials=2, hits=2)
    assert journal.pauses
    assert not verdict.findings, str(verdict)
