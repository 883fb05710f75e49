"""Delays: exactly one wake-up, never early, whoever dies and whatever the workflow's switch says."""

from datetime import UTC, datetime, timedelta

import pytest

from executor_service.execution.handlers.losing import find_losses
from executor_service.workflows.handlers import turn_off
from executor_service.workflows.store import RevisionCache
from shared.failpoints import FailpointError, switch_on
from tests.integration.execution.conftest import World, set_property
from tests.integration.execution.walking import delay, enrolled, told, waiting_until

POINTS = ("executor.claimed_before_action", "executor.acted_before_move", "executor.action_before_commit")


async def test_records_wait_and_go_on_when_the_time_has_passed(world: World) -> None:
    records = await world.contacts(3)
    await enrolled(world, delay("1", "90", "MINUTES", "2"), set_property("2", "city", "Oslo"))
    await world.advance()
    [until] = await waiting_until(world)
    [started] = await world.events("DelayStarted")
    [group] = started.data["groups"]
    assert (group["outcome"], group["next"]) == ("WAITING", "1")
    assert datetime.fromisoformat(group["until"]) == until
    assert started.recorded_at + timedelta(minutes=89) < until < started.recorded_at + timedelta(minutes=91)
    await world.pass_to(until - timedelta(seconds=2))
    await world.advance()
    assert await world.events("DelayEnded") == []
    await world.pass_to(until)
    await world.advance()
    await world.advance()
    [ended] = await world.events("DelayEnded")
    assert (ended.record_ids, ended.data["groups"][0]["details"]) == (records, {"outcome": "WAITED"})
    assert set((await world.values("city")).values()) == {"Oslo"}


async def test_a_claim_takes_all_that_a_delay_only_groups(world: World) -> None:
    await world.contacts(3500)
    await enrolled(world, delay("1", "1", "DAYS"))
    await world.advance()
    until = (await waiting_until(world))[-1]
    starts = [len(event.record_ids or ()) for event in await world.events("DelayStarted")]
    # The first claim knows no mean size and takes one cohort, the second all the others.
    assert starts == [1000, 2500]
    await world.pass_to(until + timedelta(minutes=1))
    await world.advance()
    ends = [len(event.record_ids or ()) for event in await world.events("DelayEnded")]
    assert sum(ends) == 3500
    assert await world.pool.fetchval("SELECT count(*) FROM cohorts") == 0


async def test_delays_go_on_while_the_workflow_is_off_and_nothing_else_does(world: World) -> None:
    await world.contacts(2)
    workflow_id = await enrolled(world, delay("1", "1", "HOURS", "2"), set_property("2", "city", "Oslo"))
    await turn_off(workflow_id, work=world.workflow_work())
    await world.advance()
    [until] = await waiting_until(world)
    await world.pass_to(until)
    await world.advance()
    assert await told(world) == {
        ("DelayStarted", "1", "WAITING", None): 2,
        ("DelayEnded", "1", "SUCCEEDED", None): 2,
        ("ActionDone", "2", "SKIPPED", "WORKFLOW_OFF"): 2,
    }


async def test_a_record_archived_while_it_waits_leaves_when_it_wakes(world: World) -> None:
    records = await world.contacts(3)
    await enrolled(world, delay("1", "1", "WEEKS"))
    await world.advance()
    [until] = await waiting_until(world)
    await world.archive(records[1])
    await world.pass_to(until)
    await world.advance()
    sums = await told(world)
    assert sums["DelayEnded", "1", "SUCCEEDED", None] == 2
    assert sums["DelayEnded", "1", "MISSING", "RECORD_DELETED"] == 1


@pytest.mark.parametrize("phase", ["arrival", "end"])
@pytest.mark.parametrize(
    "point", ["executor.claimed_before_action", "executor.acted_before_move", "executor.action_before_commit"]
)
async def test_a_worker_that_dies_at_a_delay_wakes_nobody_twice(world: World, phase: str, point: str) -> None:
    await world.contacts(4)
    await enrolled(world, delay("1", "2", "HOURS"))
    if phase == "end":
        await world.advance()
        await world.pass_to((await waiting_until(world))[0])
    switch_on(f"{point}:1:raise")
    try:
        await world.advance("dying")
    except FailpointError:
        await world.pool.execute("UPDATE cohorts SET lease_until = 'epoch' WHERE owner IS NOT NULL")
    switch_on("")
    await find_losses(open_work=world.open_work)
    await world.advance()
    if phase == "arrival":
        await world.pass_to((await waiting_until(world))[0])
    await world.advance()
    assert await told(world) == {
        ("DelayStarted", "1", "WAITING", None): 4,
        ("DelayEnded", "1", "SUCCEEDED", None): 4,
    }


async def test_days_end_at_the_same_wall_time_of_the_workflows_zone(world: World) -> None:
    await world.contacts(1)
    await world.pass_to(datetime(2027, 3, 27, 12, 0, tzinfo=UTC))
    await enrolled(world, delay("1", "1", "DAYS"))
    await world.pool.execute("UPDATE workflow_plans SET time_zone_id = 'Europe/Berlin'")
    world.cache = RevisionCache()
    await world.advance()
    [until] = await waiting_until(world)
    [started] = await world.events("DelayStarted")
    # Over the change of 28 March a day has 23 hours.
    assert timedelta(hours=22, minutes=59) < until - started.recorded_at < timedelta(hours=23, seconds=10)
