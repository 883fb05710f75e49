"""Flows for restarts, and restarts."""

import asyncio
from datetime import datetime
from typing import Any

from tests.e2e.flows import SetTo, daily_flow
from tests.e2e.stage import Stage
from tests.e2e.waiting import eventually


def clock_times(*instants: datetime) -> list[dict[str, int]]:
    return [{"hour": instant.hour, "minute": instant.minute} for instant in instants]


def flow(name: str, schedule: dict[str, Any], *, stage_of_life: str) -> dict[str, Any]:
    """Return a flow with a schedule of any type that enrolls contacts of a stage of life of its test's own."""
    document = daily_flow(name, minute=0, actions=[SetTo("city", "Oslo")], stage=stage_of_life)
    return document | {"enrollmentSchedule": schedule}


async def restart(stage: Stage, *names: str) -> None:
    """Stop processes as an operator does (SIGTERM), and start them again."""
    async with asyncio.TaskGroup() as stopping:
        for name in names:
            stopping.create_task(stage.process(name).stop())
    await stage.revive(*names)


async def planned(stage: Stage, *workflow_ids: int) -> None:
    """Wait until the scheduler knows of workflows."""

    async def known() -> bool:
        query = "SELECT count(*) FROM scheduler.schedules WHERE workflow_id = ANY ($1) AND next_due_at IS NOT NULL"
        return bool(await stage.pool.fetchval(query, list(workflow_ids)) == len(workflow_ids))

    await eventually("the scheduler plans them all", known)
