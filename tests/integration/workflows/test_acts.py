"""Turning on and off: by the instant that counts, at the barrier, with what execution and the scheduler see of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import pytest

from executor_service.events import OccurrencesSkipped, WorkflowEvent, parse_event
from executor_service.web import Role
from executor_service.workflows.domain.revision import Action, InForce
from executor_service.workflows.domain.state import WorkflowState, evolve_all
from executor_service.workflows.ports import NoSuchRevisionError, NoSuchWorkflowError
from executor_service.workflows.store import PostgresWorkflows, RevisionCache, property_users
from shared.postgres import Connection, Kind, Pool, advisory_key, connect
from tests.conftest import Database
from tests.integration.workflows.conftest import FLOWS, World

AnyFlow = dict[str, Any]
DAY = timedelta(days=1)
SKIPPED = OccurrencesSkipped(
    workflow_id="1", revision_id="1", source_event_id="e", reason="GAP", first="a", last="b", count=2
)
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


def eight(day: datetime, *, hour: int = 8) -> datetime:
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


async def set_clock(pool: Pool, instant: datetime) -> None:
    await pool.execute("UPDATE rule_clock SET shift = $1 - clock_timestamp()", instant)


async def in_force(world: World, number: int, due_at: datetime) -> InForce:
    async with world.work() as work:
        found = await PostgresWorkflows(work.connection, RevisionCache()).in_force(number, due_at)
    assert found is not None
    return found


NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


async def test_a_workflow_is_turned_on_and_off(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)

    on, again, off = [await world.switch(number, word) for word in ("on", "on", "off")]

    assert [answer.status_code for answer in (on, again, off)] == [200, 200, 200]
    assert on.json() == {"id": str(number), "isEnabled": True, "position": int(on.headers["workflows-position"])}
    assert again.json() == on.json()
    assert off.json()["isEnabled"] is False
    assert await world.kinds(number) == ["WorkflowSaved", "WorkflowTurnedOn", "WorkflowTurnedOff"]
    assert (await world.client.get(f"{FLOWS}/{number}")).json()["revisionId"] == "1"


async def test_what_cannot_run_is_not_turned_on(world: World, flow: AnyFlow) -> None:
    del flow["enrollmentSchedule"]
    number = await world.create(flow)

    refused = await world.switch(number, "on")
    missing = [await world.switch(number + 1, word) for word in ("on", "off")]

    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [(each["code"], each["field"]) for each in refused.json()["errors"]] == [
        ("INCOMPLETE", "enrollmentSchedule")
    ]
    assert [answer.status_code for answer in missing] == [404, 404]
    assert await world.kinds(number) == ["WorkflowSaved"]


async def test_a_change_counts_for_every_due_at_after_it(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)
    await set_clock(world.pool, NOON)
    await world.switch(number, "on")
    await set_clock(world.pool, NOON + 2 * DAY)
    await world.switch(number, "off")
    [(on_from, off_at)] = await world.pool.fetch(
        "SELECT on_from, off_at FROM workflow_spans WHERE workflow_id = $1", number
    )

    moments = {
        "before on": eight(NOON),
        "at on": on_from,
        "after on": on_from + timedelta(microseconds=1),
        "while on": eight(NOON + DAY),
        "at off": off_at,
        "after off": off_at + timedelta(microseconds=1),
    }
    found = {name: (await in_force(world, number, due_at)).on for name, due_at in moments.items()}

    assert found == {
        "before on": False,
        "at on": False,
        "after on": True,
        "while on": True,
        "at off": True,
        "after off": False,
    }


async def test_the_revision_in_force_is_that_of_the_instant(world: World, flow: AnyFlow) -> None:
    await set_clock(world.pool, NOON)
    number = await world.create(flow, isEnabled=True)
    await set_clock(world.pool, NOON + DAY)
    nine = {"type": "DAILY", "timeOfDay": {"hour": 9, "minute": 0}}
    await world.replace(number, flow, enrollmentSchedule=nine, isEnabled=True, revisionId="1")

    asked = [eight(NOON + DAY), eight(NOON + 2 * DAY), eight(NOON + 2 * DAY, hour=9), eight(NOON + 2 * DAY, hour=7)]
    found = [await in_force(world, number, due_at) for due_at in asked]
    before = await in_force(world, number, NOON - DAY)

    assert [(each.on, each.schedule, each.revision and each.revision.revision) for each in found] == [
        (True, "NAMED", 1),
        (True, "EDITED", 2),
        (True, "NAMED", 2),
        (True, "NOT_NAMED", 2),
    ]
    assert (before.on, before.revision) == (False, None)
    revision = found[0].revision
    assert revision is not None
    assert revision.graph.start == "1"
    assert revision.graph.actions["1"] == Action("1", "0-5", flow["actions"][0]["fields"], None)


async def test_a_new_zone_of_the_account_moves_the_schedules_that_name_none(world: World, flow: AnyFlow) -> None:
    await set_clock(world.pool, NOON)
    plain = await world.create(flow, isEnabled=True)
    off = await world.create(flow)
    own = await world.create(
        flow, enrollmentSchedule={**flow["enrollmentSchedule"], "timeZoneId": "Asia/Tokyo"}, isEnabled=True
    )
    await set_clock(world.pool, NOON + DAY)

    answer = await world.client.patch(
        "/account-info/v3/details", json={"timeZone": "Europe/Oslo"}, headers=world.as_role(Role.ADMIN)
    )

    assert answer.status_code == 200
    assert [await world.kinds(number) for number in (plain, off, own)] == [
        ["WorkflowSaved", "WorkflowTurnedOn", "WorkflowTurnedOn"],
        ["WorkflowSaved"],
        ["WorkflowSaved", "WorkflowTurnedOn"],
    ]
    assert (await world.events(plain))[-1].data["timeZoneId"] == "Europe/Oslo"
    oslo, utc = [await in_force(world, plain, eight(NOON + 2 * DAY, hour=hour)) for hour in (7, 8)]
    assert (oslo.on, oslo.schedule, utc.schedule) == (True, "NAMED", "EDITED")
    assert (await in_force(world, plain, eight(NOON + DAY))).schedule == "NAMED"
    assert await world.pool.fetchval("SELECT count(*) FROM workflow_spans WHERE workflow_id = $1", plain) == 1


async def test_an_edit_may_turn_off_what_it_changes(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow, isEnabled=True)

    answer = await world.replace(number, flow, name="off", revisionId="1")

    assert (answer.status_code, answer.json()["isEnabled"]) == (200, False)
    assert await world.kinds(number) == ["WorkflowSaved", "WorkflowTurnedOn", "WorkflowTurnedOff", "WorkflowSaved"]


async def test_a_deleted_workflow_is_off_for_good(world: World, flow: AnyFlow) -> None:
    await set_clock(world.pool, NOON)
    number = await world.create(flow, isEnabled=True)
    await set_clock(world.pool, NOON + DAY)

    await world.client.delete(f"{FLOWS}/{number}")

    before, after = [await in_force(world, number, NOON + days * DAY) for days in (0.5, 2)]
    assert (before.on, before.on_now, before.deleted) == (True, False, True)
    assert (after.on, after.deleted) == (False, True)
    assert (await world.switch(number, "on")).status_code == 404


async def test_turning_off_waits_at_the_barrier(world: World, flow: AnyFlow, database: Database) -> None:
    number = await world.create(flow, isEnabled=True)
    key = advisory_key(Kind.BARRIER, number)
    worker = await connect(database.url, schema="executor")
    await worker.execute("SELECT pg_advisory_lock_shared($1)", key)

    turning = asyncio.create_task(world.switch(number, "off"))
    async with asyncio.timeout(20):
        while not await worker.fetchval(WAITING):
            assert not turning.done()
    flag = await worker.fetchval("SELECT is_enabled FROM workflows WHERE id = $1", number)
    tried = await worker.fetchval("SELECT pg_try_advisory_lock_shared($1)", key + 1)
    await worker.execute("SELECT pg_advisory_unlock_shared($1)", key)
    answer = await turning
    await worker.close()

    assert (flag, tried, answer.status_code) == (False, True, 200)


async def test_an_action_that_goes_on_for_more_than_five_seconds_is_told(
    world: World, flow: AnyFlow, database: Database
) -> None:
    number = await world.create(flow, isEnabled=True)
    worker = await connect(database.url, schema="executor")
    await worker.execute("SELECT pg_advisory_lock_shared($1)", advisory_key(Kind.BARRIER, number))

    answer = await world.switch(number, "off")
    await worker.close()

    assert (answer.status_code, answer.json()["isEnabled"]) == (202, False)


async def test_an_evaluation_and_a_change_wait_for_each_other(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow, isEnabled=True)
    async with world.work() as evaluation:
        workflows = PostgresWorkflows(evaluation.connection, RevisionCache())
        assert await workflows.lock_for_evaluation(number)
        assert not await workflows.lock_for_evaluation(number + 1)
        async with world.work() as change:
            with pytest.raises(asyncpg.LockNotAvailableError):
                await lock_now(change.connection, number)
        assert (await workflows.standing(number)).is_on


async def lock_now(connection: Connection, number: int) -> None:
    await connection.execute("SET LOCAL lock_timeout = '50ms'")
    await connection.execute("SELECT FROM workflows WHERE id = $1 FOR NO KEY UPDATE", number)


async def test_execution_reads_workflows_and_appends_skips_to_their_streams(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)
    async with world.work() as work:
        workflows = PostgresWorkflows(work.connection, RevisionCache())
        revision = await workflows.revision(number, 1)
        assert await workflows.revision(number, 1) is revision
        assert (revision.object_type_id, revision.time_zone_id) == ("0-1", "UTC")
        with pytest.raises(NoSuchRevisionError):
            await workflows.revision(number, 2)
        with pytest.raises(NoSuchWorkflowError):
            await workflows.append_skips(number + 1, [SKIPPED])
        assert [await workflows.object_type_id(each) for each in (number, number + 1)] == ["0-1", None]
        assert [await workflows.is_deleted(each) for each in (number, number + 1)] == [False, True]
        assert await workflows.in_force(number + 1, NOON) is None
        position = await workflows.append_skips(number, [SKIPPED, SKIPPED])
        await work.commit()

    await world.switch(number, "on")

    events = await world.events(number)
    assert [event.type for event in events] == [
        "WorkflowSaved",
        "OccurrencesSkipped",
        "OccurrencesSkipped",
        "WorkflowTurnedOn",
    ]
    assert events[2].position == position


async def test_a_property_has_users_while_a_workflow_is_on(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow, isEnabled=True)
    await world.create(flow)
    async with world.work() as work:
        used = await property_users(work.connection, object_type_id="0-1", name="company")
        unused = await property_users(work.connection, object_type_id="0-1", name="city")

    assert (list(used), list(unused)) == ([f"workflow {number}"], [])


async def test_turning_on_twice_under_one_key_answers_alike(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow)
    path, headers = f"/v1/workflows/{number}/turn-on", {"idempotency-key": "k"}

    one = await world.client.post(path, headers=headers)
    await world.switch(number, "off")
    two = await world.client.post(path, headers=headers)

    assert one.headers["workflows-position"] == two.headers["workflows-position"]
    assert await world.kinds(number) == ["WorkflowSaved", "WorkflowTurnedOn", "WorkflowTurnedOff"]


async def test_what_is_stored_follows_from_the_log(world: World, flow: AnyFlow) -> None:
    number = await world.create(flow, isEnabled=True)
    await world.replace(number, flow, name="other", isEnabled=True, revisionId="1")
    await world.switch(number, "off")

    events = [cast("WorkflowEvent", parse_event(event)) for event in await world.events(number)]
    async with world.work() as work:
        assert await work.workflows.load(number) == evolve_all(WorkflowState(number), events)
