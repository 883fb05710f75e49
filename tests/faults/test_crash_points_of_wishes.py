"""kill -9 while something is asked of a workflow: before and after the commit of who files it, and of who obeys.

Who asked and had no answer asks the same again. It counts once.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Literal

import pytest

from shared.failpoints import NAMES
from tests.e2e.stage import Stage
from tests.e2e.waiting import eventually
from tests.faults import test_crash_points
from tests.faults.ground import RICH, Ground, come_due, quiet, verdict_on
from tests.faults.journal import Journal
from tests.faults.judge import Plan
from tests.faults.report import Report

Word = Literal["enroll", "unenroll", "run", "pause", "resume"]
Trials = Sequence[tuple[Word, str]]

SHORT: Trials = (("enroll", "api.before_commit"), ("unenroll", "api.after_commit"))
LONG: Trials = (
    ("enroll", "api.after_commit"),
    ("enroll", "executor.asked_before_commit"),
    ("run", "api.before_commit"),
    ("run", "api.after_commit"),
    ("unenroll", "api.before_commit"),
    ("unenroll", "executor.unenrolled_before_commit"),
    ("pause", "api.after_commit"),
    ("resume", "api.before_commit"),
    ("pause", "api.before_commit"),
    ("resume", "api.after_commit"),
)
_WAITING = "SELECT COALESCE(sum(cardinality(record_ids)), 0) FROM executor.cohorts WHERE phase = 'WAITING'"


async def ask(stage: Stage, journal: Journal, plan: Plan, word: Word, ids: Sequence[int]) -> None:
    match word:
        case "enroll":
            await journal.enroll(stage, plan.workflow_id, ids)
        case "unenroll":
            await journal.unenroll(stage, plan.workflow_id, ids)
        case "run":
            await journal.run(stage, plan.workflow_id)
        case "pause":
            await journal.pause(stage, plan.workflow_id)
        case "resume":
            await journal.resume(stage, plan.workflow_id)


async def all_wait(stage: Stage, count: int) -> None:
    """Wait until so many enrollments have come to their delay."""

    async def look() -> bool:
        return bool(await stage.pool.fetchval(_WAITING) == count)

    await eventually(f"{count} enrollments wait", look)


async def killed_while_asked(
    stage: Stage, journal: Journal, plan: Plan, word: Word, point: str, ids: list[int]
) -> float:
    """Ask while the process that answers dies at a crash point; return the seconds from its death to the answer."""
    await stage.process("executor").kill()
    await stage.launch("executor", failpoint=f"{point}:1")
    asking = asyncio.create_task(ask(stage, journal, plan, word, ids))
    await stage.killed("executor")
    began = perf_counter()
    await stage.revive("executor")
    await asking
    return perf_counter() - began


@pytest.mark.parametrize("trials", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
async def test_what_is_asked_while_its_process_dies_counts_once(ground: Ground, report: Report, trials: Trials) -> None:
    journal, seconds = Journal(), []
    async with ground.stage() as stage:
        plan = await ground.plan(stage, *RICH, of="customer")
        await come_due(stage, plan)
        await all_wait(stage, len(plan.matches))
        strangers, members = sorted(ground.crm.leads), sorted(plan.matches)
        for number, (word, point) in enumerate(trials):
            ids = (members if word == "unenroll" else strangers)[number * 20 : number * 20 + 20]
            seconds.append(await killed_while_asked(stage, journal, plan, word, point, ids))
        await quiet(stage, journal)
        verdict = await verdict_on(stage, [plan], journal=journal)

    name = "kill -9 at the commit of what is asked"
    report.add(name, verdict, trials=len(trials), hits=len(seconds), recovery_seconds=seconds)
    assert not verdict.findings, str(verdict)


def test_a_process_is_killed_at_every_crash_point_there_is() -> None:
    plain = {crash.point for crash in (*test_crash_points.SHORT, *test_crash_points.LONG)}
    asked = {point for _, point in (*SHORT, *LONG)}

    assert plain | asked == set(NAMES)
