"""The broker, or PostgreSQL, is killed while work is in flight, and comes back."""

from time import perf_counter

import pytest

from deploy.local.child import Child
from deploy.local.servers import Servers
from tests.e2e.flows import SetTo
from tests.e2e.stage import Stage
from tests.e2e.topics import read_topic
from tests.e2e.waiting import eventually
from tests.faults.ground import Ground, come_due, run_through, verdict_on
from tests.faults.judge import Plan
from tests.faults.judge.evidence import HISTORY
from tests.faults.report import Report

pytestmark = pytest.mark.long

ACTIONS = (SetTo("jobtitle", "Lead"), SetTo("jobtitle", "Contacted"))
_COMPLETED = "workflows.occurrence.completed.v1"
_ACTIVE = "SELECT count(*) FROM executor.cohorts"


async def kill_and_restart(stage: Stage, plan: Plan, server: Child) -> float:
    """Kill a server once records are enrolled, start it again; return how long it took until all was done and told."""
    due_at = await come_due(stage, plan)

    async def is_active() -> bool:
        return bool(await stage.pool.fetchval(_ACTIVE))

    await eventually("records are enrolled", is_active)
    await server.kill()
    await server.start()
    began = perf_counter()
    await stage.completed(plan.workflow_id, due_at)
    seen = await read_topic(stage.kafka, stage.topic(HISTORY), until=lambda seen: _COMPLETED in {m.type for m in seen})
    assert _COMPLETED in {message.type for message in seen}
    return perf_counter() - began


@pytest.mark.parametrize("which", ["kafka", "postgres"])
async def test_a_server_killed_while_work_is_in_flight_costs_nothing_but_time(
    own_ground: Ground, own_servers: Servers, report: Report, which: str
) -> None:
    server = own_servers.kafka_broker if which == "kafka" else own_servers.postgres
    async with own_ground.stage() as stage:
        plan = await own_ground.plan(stage, *ACTIONS)
        recovery = await kill_and_restart(stage, plan, server)
        await run_through(stage, plan)
        verdict = await verdict_on(stage, [plan])

    report.add(f"kill -9 of {which}, restart", verdict, hits=1, recovery_seconds=[recovery])
    assert verdict.occurrences == 2
    assert not verdict.findings, str(verdict)
