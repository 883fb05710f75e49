"""D38: neither the services' own zone nor that of whoever asks has a part in when the next run is."""

import asyncio
import json
import os
import sys
from typing import Any

from tests.conftest import ROOT
from tests.e2e.field_cases.restarting import flow, planned
from tests.e2e.stage import Stage

SCHEDULE = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}, "timeZoneId": "Asia/Seoul"}
COMMAND = (sys.executable, "-c", "from executor_service.cli import main; main()")


async def asked_in_berlin(stage: Stage, *words: str) -> Any:
    """Return what the command says, in JSON, on a host in Berlin."""
    reached = {
        "WORKFLOWS_URL": str(stage.client.base_url),
        "WORKFLOWS_KEY": stage.client.headers["authorization"].removeprefix("Bearer "),
    }
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        "--json",
        cwd=ROOT,
        env={**os.environ, **reached, "TZ": "Europe/Berlin"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


async def test_every_way_of_asking_gives_the_same_instants(far_away: Stage) -> None:
    stage = far_away
    workflow_id = await stage.create(flow("Seoul", SCHEDULE, stage_of_life="other"))
    await planned(stage, workflow_id)

    previewed = (await stage.post("/v1/schedules/preview", {"schedule": SCHEDULE, "count": 5}))["occurrences"]
    upcoming = (await stage.get(f"/v1/workflows/{workflow_id}/occurrences/upcoming", limit=5))["occurrences"]
    row = await stage.get(f"/v1/workflows/{workflow_id}")
    told = await asked_in_berlin(stage, "preview", str(workflow_id), "--count", "5")
    decided = await stage.pool.fetchval(
        "SELECT next_due_at FROM scheduler.schedules WHERE workflow_id = $1", workflow_id
    )

    assert upcoming == previewed == told["schedule"]["occurrences"]
    assert {each["dueAt"][10:] for each in previewed} == {"T23:00:00Z"}
    assert row["nextOccurrenceAt"] == previewed[0]["dueAt"] == f"{decided:%Y-%m-%dT%H:%M:%SZ}"
    await stage.post(f"/v1/workflows/{workflow_id}/turn-off")
