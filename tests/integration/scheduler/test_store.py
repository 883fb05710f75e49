"""The scheduler on PostgreSQL: its transactions, its queries, two of it at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

import scheduler_service.store
from scheduler_service import handlers
from scheduler_service.domain import ScheduleState, evolve, parse_event, stream_of
from scheduler_service.handlers import Ticked, tick, tick_at
from scheduler_service.ports import OpenWork
from scheduler_service.store import SchedulerWork, known_version
from shared import failpoints
from shared.contracts import Lifecycle, WorkflowTurnedOff, WorkflowTurnedOn
from shared.failpoints import FailpointError
from shared.postgres import Pool, close_pool, load_queries, open_pool
from shared.postgres_event_store import PostgresEventStore
from tests.conftest import Database

DAILY_AT_8 = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}
HOURLY = {
    "type": "DAILY",
    "timesOfDay": [{"hour": hour, "minute": 0} for hour in range(24)],
    "catchUp": {"policy": "ALL", "window": "P30D"},
}
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _crash_points() -> Any:
    yield
    failpoints.switch_on("")


@pytest.fixture
async def second_pool(database: Database) -> AsyncIterator[Pool]:
    """The pool of a second scheduler."""
    pool = await open_pool(database.url, schema="scheduler", max_size=8)
    yield pool
    await close_pool(pool)


def works(pool: Pool) -> OpenWork:
    return partial(SchedulerWork, pool)


def turned_on(workflow_id: int, schedule: dict[str, Any], *, version: int = 1, since: datetime = NOON) -> Any:
    return WorkflowTurnedOn(
        workflow_id=str(workflow_id),
        revision_id=str(version),
        version=version,
        effective_at=since,
        schedule=schedule,
        time_zone_id="UTC",
    )


async def set_clock(pool: Pool, now: datetime) -> None:
    """Shift the rule clock so that it shows an instant."""
    await pool.execute("UPDATE rule_clock SET shift = $1 - clock_timestamp()", now)


async def apply_change(message: Lifecycle, *, open_work: OpenWork) -> bool:
    """Take a change over as if nothing were known beforehand, so that the transaction alone decides."""

    async def unknown(_: int) -> int:
        return 0

    return await handlers.apply_change(message, open_work=open_work, known_version=unknown)


async def tick_for(pool: Pool, now: datetime) -> Ticked:
    async with SchedulerWork(pool) as work:
        ticked = await tick_at(now, work=work)
        await work.commit()
    return ticked


async def state_of(pool: Pool, workflow_id: int) -> ScheduleState:
    async with SchedulerWork(pool) as work:
        return await work.schedules.lock(workflow_id)


async def due_instants(pool: Pool) -> Counter[tuple[str, str]]:
    rows = await pool.fetch("SELECT stream, data->>'dueAt' AS due FROM events WHERE type = 'OccurrenceDue'")
    return Counter((row["stream"], row["due"]) for row in rows)


async def test_a_lifecycle_message_becomes_due_events_when_time_has_passed(scheduler_pool: Pool) -> None:
    await set_clock(scheduler_pool, NOON)
    assert await apply_change(turned_on(7, DAILY_AT_8), open_work=works(scheduler_pool))
    assert (await tick(open_work=works(scheduler_pool))).claimed == 0

    await set_clock(scheduler_pool, NOON + timedelta(hours=20, seconds=1))
    ticked = await tick(open_work=works(scheduler_pool))

    assert (ticked.claimed, ticked.due, ticked.skipped, ticked.broken) == (1, 1, 0, 0)
    assert ticked.nearest == NOON + timedelta(hours=44)
    assert await due_instants(scheduler_pool) == {("schedule-7", "2026-11-27T08:00:00Z"): 1}


async def test_the_row_of_a_workflow_follows_from_its_stream(scheduler_pool: Pool) -> None:
    await apply_change(turned_on(7, HOURLY), open_work=works(scheduler_pool))
    await tick_for(scheduler_pool, NOON + timedelta(hours=5))
    await apply_change(
        turned_on(7, DAILY_AT_8, version=2, since=NOON + timedelta(hours=8)), open_work=works(scheduler_pool)
    )
    await tick_for(scheduler_pool, NOON + timedelta(days=2))

    async with SchedulerWork(scheduler_pool) as work:
        row = await work.schedules.lock(7)
        recorded = await work.events.read_stream(stream_of(7))
    state = ScheduleState(7)
    for event in recorded:
        state = evolve(state, parse_event(event))

    assert [event.version for event in recorded] == list(range(1, row.version + 1))
    assert row.schedule is not None
    assert state.schedule is not None
    assert _without_next(state) == _without_next(row)


def _without_next(state: ScheduleState) -> tuple[object, ...]:
    return (
        state.version,
        state.workflow_version,
        state.revision,
        (state.schedule or "").replace(" ", ""),
        state.zone,
        state.on_since,
        state.known_since,
        state.progress,
        state.last_due_at,
        state.already_due,
        state.set_aside,
    )


async def test_two_ticks_at_once_give_each_occurrence_once(scheduler_pool: Pool, second_pool: Pool) -> None:
    await apply_change(turned_on(1, DAILY_AT_8), open_work=works(scheduler_pool))
    await scheduler_pool.execute(
        "INSERT INTO schedules (workflow_id, workflow_version, revision, schedule, on_since, known_since, next_due_at)"
        " SELECT n, 1, '1', schedule, on_since, known_since, next_due_at FROM schedules, generate_series(2, 1200) AS n"
    )
    now = NOON + timedelta(hours=20, seconds=10)

    async def drain(pool: Pool) -> int:
        done = 0
        while (ticked := await tick_for(pool, now)).claimed:
            done += ticked.due
        return done

    shares = await asyncio.gather(*(drain(pool) for pool in (scheduler_pool, second_pool, scheduler_pool, second_pool)))

    assert sum(shares) == 1200
    assert sum(share > 0 for share in shares) > 1
    found = await due_instants(scheduler_pool)
    assert len(found) == 1200
    assert set(found.values()) == {1}


async def test_a_tick_does_not_wait_for_a_workflow_that_another_transaction_holds(
    scheduler_pool: Pool, second_pool: Pool
) -> None:
    for workflow_id in (7, 8):
        await apply_change(turned_on(workflow_id, DAILY_AT_8), open_work=works(scheduler_pool))
    now = NOON + timedelta(hours=20)

    async with SchedulerWork(second_pool) as work:
        await work.schedules.lock(7)
        async with asyncio.timeout(3):
            ticked = await tick_for(scheduler_pool, now)

    assert (ticked.due, ticked.nearest) == (1, now)
    assert (await tick_for(scheduler_pool, now)).due == 1


async def test_a_lifecycle_message_delivered_again_is_taken_over_once(scheduler_pool: Pool, second_pool: Pool) -> None:
    message = turned_on(7, DAILY_AT_8, version=3)
    pools = (scheduler_pool, second_pool) * 3
    taken = await asyncio.gather(*(apply_change(message, open_work=works(pool)) for pool in pools))
    old = await apply_change(turned_on(7, HOURLY, version=2), open_work=works(scheduler_pool))

    assert sum(taken) == 1
    assert not old
    assert await scheduler_pool.fetchval("SELECT count(*) FROM events") == 1
    assert await known_version(7, pool=scheduler_pool) == 3
    assert await known_version(8, pool=scheduler_pool) == 0


async def test_what_is_due_up_to_a_change_is_decided_before_it(scheduler_pool: Pool) -> None:
    """More than one transaction takes at once: ten days of an hourly schedule."""
    await set_clock(scheduler_pool, NOON)
    await apply_change(turned_on(7, HOURLY), open_work=works(scheduler_pool))
    off_at = NOON + timedelta(days=10, minutes=30)
    await set_clock(scheduler_pool, off_at + timedelta(days=1))
    off = WorkflowTurnedOff(workflow_id="7", revision_id="1", version=2, effective_at=off_at)

    assert await apply_change(off, open_work=works(scheduler_pool))

    types = await scheduler_pool.fetch("SELECT type FROM events ORDER BY position")
    assert [row["type"] for row in types] == ["ScheduleSet", *["OccurrenceDue"] * 240, "ScheduleCleared"]
    assert (await state_of(scheduler_pool, 7)).next_due_at is None


async def test_an_edit_that_arrives_late_makes_no_occurrence_twice(scheduler_pool: Pool) -> None:
    await apply_change(turned_on(7, HOURLY), open_work=works(scheduler_pool))
    await tick_for(scheduler_pool, NOON + timedelta(hours=3))
    again = turned_on(7, HOURLY, version=2, since=NOON + timedelta(minutes=90))

    await apply_change(again, open_work=works(scheduler_pool))
    await tick_for(scheduler_pool, NOON + timedelta(hours=4))

    found = await due_instants(scheduler_pool)
    assert found == {("schedule-7", f"2026-11-26T{hour}:00:00Z"): 1 for hour in (13, 14, 15, 16)}


@pytest.mark.parametrize("point", ["scheduler.decided_before_commit", "scheduler.after_commit"])
async def test_a_crash_in_a_tick_loses_and_doubles_nothing(scheduler_pool: Pool, point: str) -> None:
    await apply_change(turned_on(7, DAILY_AT_8), open_work=works(scheduler_pool))
    await set_clock(scheduler_pool, NOON + timedelta(hours=20, seconds=1))

    failpoints.switch_on(f"{point}:1:raise")
    with pytest.raises(FailpointError):
        await tick(open_work=works(scheduler_pool))
    await tick(open_work=works(scheduler_pool))

    assert await due_instants(scheduler_pool) == {("schedule-7", "2026-11-27T08:00:00Z"): 1}


async def test_a_crash_while_a_change_is_taken_over_leaves_nothing_of_it(scheduler_pool: Pool) -> None:
    failpoints.switch_on("scheduler.lifecycle_before_commit:1:raise")
    with pytest.raises(FailpointError):
        await apply_change(turned_on(7, DAILY_AT_8), open_work=works(scheduler_pool))
    assert await known_version(7, pool=scheduler_pool) == 0
    assert await scheduler_pool.fetchval("SELECT count(*) FROM events") == 0

    assert await apply_change(turned_on(7, DAILY_AT_8), open_work=works(scheduler_pool))
    assert await scheduler_pool.fetchval("SELECT count(*) FROM events") == 1


async def test_a_schedule_that_cannot_be_computed_is_set_aside_and_the_others_go_on(scheduler_pool: Pool) -> None:
    for workflow_id in (7, 8):
        await apply_change(turned_on(workflow_id, DAILY_AT_8), open_work=works(scheduler_pool))
    await scheduler_pool.execute("""UPDATE schedules SET schedule = '{"type": "SOMETIMES"}' WHERE workflow_id = 7""")

    ticked = await tick_for(scheduler_pool, NOON + timedelta(hours=20))

    assert (ticked.due, ticked.broken) == (1, 1)
    broken = await state_of(scheduler_pool, 7)
    assert "SOMETIMES" in (broken.set_aside or "")
    assert broken.next_due_at is None
    events = await PostgresEventStore(scheduler_pool).read_stream("schedule-7")  # type: ignore[arg-type] # reads only
    assert [event.type for event in events] == ["ScheduleSet", "ScheduleBroken"]


async def test_a_tick_is_bounded_and_the_rest_is_for_the_next(scheduler_pool: Pool) -> None:
    await apply_change(turned_on(7, HOURLY), open_work=works(scheduler_pool))
    now = NOON + timedelta(days=10)
    shares = []
    while (ticked := await tick_for(scheduler_pool, now)).claimed:
        shares.append(ticked.due)
    assert shares == [100, 100, 40]


async def test_every_query_prepares(scheduler_pool: Pool) -> None:
    queries = load_queries(scheduler_service.store.__file__)
    async with scheduler_pool.acquire() as connection:
        for name in queries:
            await connection.prepare(queries[name])
    assert {"claim_due", "advance", "replace"} <= set(queries)
