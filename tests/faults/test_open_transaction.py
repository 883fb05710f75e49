"""Another program holds a transaction open in the same database, with a snapshot and an id: nobody waits for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import perf_counter

import asyncpg
import pytest

from tests.e2e.flows import SetTo
from tests.e2e.stage import Stage
from tests.faults.ground import Ground, run_through, verdict_on
from tests.faults.judge import Plan
from tests.faults.report import Report

pytestmark = pytest.mark.long

ACTIONS = (SetTo("jobtitle", "Lead"), SetTo("jobtitle", "Contacted"))
OPEN_SECONDS = 120
# The bar of lateness on a quiet machine is half a second; what is compared is with the transaction and without.
_WORSE_BY_AT_MOST = timedelta(seconds=1)
_LATENESS = """
SELECT recorded_at - (data ->> 'dueAt')::timestamptz FROM scheduler.events
WHERE type = 'OccurrenceDue' ORDER BY position OFFSET $1
"""


async def lateness(stage: Stage, *, after: int) -> Sequence[timedelta]:
    """How late each occurrence was written down, those before left out."""
    return [row[0] for row in await stage.pool.fetch(_LATENESS, after)]


async def run_for(stage: Stage, plan: Plan, seconds: float) -> list[datetime]:
    """Let occurrences come due one after the other, for so long, at least one."""
    began, due = perf_counter(), [await run_through(stage, plan)]
    while perf_counter() - began < seconds:
        due.append(await run_through(stage, plan))
    return due


async def test_a_transaction_left_open_for_two_minutes_makes_nothing_later(ground: Ground, report: Report) -> None:
    async with ground.stage() as stage:
        plan = await ground.plan(stage, *ACTIONS)
        before = [await run_through(stage, plan) for _ in range(3)]
        connection = await asyncpg.connect(ground.crm.url)
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        await connection.execute("CREATE TEMPORARY TABLE held AS SELECT pg_current_xact_id() AS id")
        due = await run_for(stage, plan, OPEN_SECONDS)
        quiet, beside = await lateness(stage, after=0), await lateness(stage, after=len(before))
        await transaction.rollback()
        await connection.close()
        verdict = await verdict_on(stage, [plan])

    report.add(f"another program's transaction open for {OPEN_SECONDS} s", verdict, trials=len(due), hits=len(due))
    assert max(beside) < max(quiet[: len(before)]) + _WORSE_BY_AT_MOST
    assert not verdict.findings, str(verdict)
