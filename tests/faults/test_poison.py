"""What cannot be done: a record at which every write fails, and an occurrence that kills whoever evaluates it."""

from time import perf_counter
from typing import Any

import pytest

from tests.e2e.flows import SetTo
from tests.e2e.stage import Stage
from tests.e2e.waiting import eventually
from tests.faults.ground import Ground, run_through, verdict_on
from tests.faults.report import Report

ACTIONS = (SetTo("jobtitle", "Lead"), SetTo("city", "Oslo"))
ATTEMPTS = 5
LOSSES = 5
_POISON = """
CREATE FUNCTION executor.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {how};
    RETURN new;
END $$;
CREATE TRIGGER poison BEFORE UPDATE ON executor.records FOR EACH ROW WHEN (old.id = {record_id})
EXECUTE FUNCTION executor.refuse()
"""
RAISES = "RAISE EXCEPTION 'this record cannot be written'"
ENDS_ITS_SESSION = "PERFORM pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize(
    "how", [RAISES, pytest.param(ENDS_ITS_SESSION, marks=pytest.mark.long)], ids=["raises", "ends"]
)
async def test_a_record_at_which_every_write_fails_is_failed_alone(ground: Ground, report: Report, how: str) -> None:
    poisoned = sorted(ground.crm.leads)[len(ground.crm.leads) // 2]
    async with ground.stage() as stage:
        await stage.pool.execute(_POISON.format(how=how, record_id=poisoned))
        plan = await ground.plan(stage, *ACTIONS, failing=frozenset({poisoned}))
        began = perf_counter()
        await run_through(stage, plan)
        seconds = perf_counter() - began
        rows = await stage.rows(f"/v1/workflows/{plan.workflow_id}/action-log")
        verdict = await verdict_on(stage, [plan])

    report.add(
        "one record in a cohort cannot be written",
        verdict,
        trials=2 * LOSSES,
        hits=2 * LOSSES,
        recovery_seconds=[seconds],
    )
    failed = [(row["recordId"], row["details"]["reason"]) for row in rows if row["event"] == "ACTION_FAILED"]
    assert failed == [(str(poisoned), "INTERNAL")] * 2
    assert not verdict.findings, str(verdict)


async def ended(stage: Stage, workflow_id: int, trigger: str) -> dict[str, Any]:
    """Wait until the one occurrence of a trigger has ended, and return it."""

    async def look() -> dict[str, Any] | None:
        rows = await stage.rows(f"/v1/workflows/{workflow_id}/occurrences")
        return next((row for row in rows if row["trigger"] == trigger and row["completedAt"] is not None), None)

    return await eventually(f"the occurrence by {trigger} has ended", look)


@pytest.mark.long
async def test_an_occurrence_that_kills_its_evaluator_each_time_ends_as_failed(ground: Ground, report: Report) -> None:
    async with ground.stage() as stage:
        plan = await ground.plan(stage, *ACTIONS)
        await stage.process("executor").kill()
        await stage.revive("executor", failpoint="executor.evaluated_before_commit:1")
        await stage.post(f"/v1/workflows/{plan.workflow_id}/run")
        began = perf_counter()
        for attempt in range(1, ATTEMPTS + 1):
            await stage.killed("executor")
            failpoint = "executor.evaluated_before_commit:1" if attempt < ATTEMPTS else ""
            await stage.launch("executor", failpoint=failpoint)
        row = await ended(stage, plan.workflow_id, "RUN_NOW")
        seconds = perf_counter() - began
        due_at = await run_through(stage, plan)
        after = await stage.completed(plan.workflow_id, due_at)

    report.add(
        "an occurrence that kills its evaluator", None, trials=ATTEMPTS, hits=ATTEMPTS, recovery_seconds=[seconds]
    )
    assert (row["state"], row["failure"]) == ("FAILED", {"reason": "INTERNAL", "attempts": ATTEMPTS})
    assert after["counts"]["completed"] == len(plan.matches)
