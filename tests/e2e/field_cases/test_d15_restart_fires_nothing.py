"""D15: a restart, or a move to another place, runs nothing and changes no plan."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.conftest import with_database
from tests.e2e.field_cases.restarting import clock_times, flow, planned, restart
from tests.e2e.stage import Stage, staged
from tests.e2e.waiting import eventually

COUNT_EVENTS = "SELECT count(*) FROM {schema}.events"


async def schedules(stage: Stage) -> list[dict[str, Any]]:
    """Return a schedule of every type, none of which is due within two hours."""
    far = await stage.now() + timedelta(hours=3)
    (time,) = clock_times(far)
    days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
    date = far + timedelta(days=40)
    once = {"year": date.year, "month": date.month, "day": date.day}
    typed: list[dict[str, Any]] = [
        {"type": "DAILY"},
        {"type": "DAILY", "every": 3, "startsOn": "2025-01-01"},
        {"type": "WEEKLY", "daysOfWeek": days},
        {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [15, 31]},
        {"type": "MONTHLY_RELATIVE_DAYS", "monthlyRelativeDays": "LAST_DAY_OF_MONTH"},
        {"type": "MONTHLY_NTH_WEEKDAY", "nth": -1, "dayOfWeek": "FRIDAY"},
        {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 29},
        {"type": "ONCE", "date": once},
    ]
    return [{**each, "timeOfDay": time, "timeZoneId": "UTC"} for each in typed]


async def upcoming(stage: Stage, ids: list[int]) -> list[str]:
    """Return what is upcoming for each workflow, byte for byte."""
    answers = [await stage.client.get(f"/v1/workflows/{each}/occurrences/upcoming?limit=20") for each in ids]
    return [answer.text for answer in answers]


async def logs(stage: Stage) -> list[int]:
    """Return how many events the two logs hold."""
    return [await stage.pool.fetchval(COUNT_EVENTS.format(schema=schema)) for schema in ("scheduler", "executor")]


async def ticked(stage: Stage) -> None:
    """Wait until the scheduler has decided what is due now."""

    async def answers() -> bool:
        return bool((await stage.client.get(f"{stage.services.schedulers[0].url}/readyz")).is_success)

    await eventually("the scheduler has ticked", answers)


@pytest.mark.long
async def test_restarts_and_a_move_to_a_copy_leave_every_plan_and_both_logs_as_they_were(
    far_away: Stage, database_url: str, kafka: str
) -> None:
    stage = far_away
    ids = [
        await stage.create(flow(f"{number}", schedule, stage_of_life="evangelist"))
        for number, schedule in enumerate(await schedules(stage))
    ]
    await planned(stage, *ids)
    plans, events = await upcoming(stage, ids), await logs(stage)

    await restart(stage, "scheduler", "executor")
    await hold(stage, ids, plans, events)
    await move(stage, ids, plans, events, database_url=database_url, kafka=kafka)
    await hold(stage, ids, plans, events)
    for workflow_id in ids:
        await stage.post(f"/v1/workflows/{workflow_id}/turn-off")


async def hold(stage: Stage, ids: list[int], plans: list[str], events: list[int]) -> None:
    """Hold services that have just started to what was planned before, and to two logs that have not grown."""
    await ticked(stage)
    assert await upcoming(stage, ids) == plans
    assert await logs(stage) == events


async def move(
    stage: Stage, ids: list[int], plans: list[str], events: list[int], *, database_url: str, kafka: str
) -> None:
    """Move to a copy of the database under new processes, whose topics are empty, and back again."""
    name = f"{stage.surroundings.prefix.rstrip('.')}_copy"
    for child in stage.services.children:
        await child.stop()
    await stage.pool.expire_connections()
    admin = await asyncpg.connect(database_url)
    origin = stage.surroundings.prefix.rstrip(".")
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", origin)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{origin}"')
    key = stage.client.headers["authorization"].removeprefix("Bearer ")
    folder = stage.surroundings.state.logs.parent / "copy"
    url = with_database(database_url, name)
    async with staged(database_url=url, kafka=kafka, key=key, folder=folder, prefix=f"{name}.") as copy:
        await hold(copy, ids, plans, events)
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()
    await stage.revive("scheduler", "executor")
