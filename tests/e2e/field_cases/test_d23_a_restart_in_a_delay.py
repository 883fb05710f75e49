"""D23: a delay that both services are restarted in ends once, and not before its instant."""

from datetime import datetime, timedelta
from typing import Any

from tests.e2e.field_cases.restarting import restart
from tests.e2e.flows import SetTo, contact, daily_flow
from tests.e2e.stage import Stage
from tests.e2e.waiting import eventually

DELAY = {
    "type": "SINGLE_CONNECTION",
    "actionId": "1",
    "actionTypeId": "0-1",
    "fields": {"delta": "30", "time_unit": "MINUTES"},
    "connection": {"edgeType": "STANDARD", "nextActionId": "2"},
}


async def test_a_wait_outlives_the_processes_and_wakes_once(far_away: Stage) -> None:
    stage = far_away
    (record_id,) = await stage.import_contacts([contact("d23@example.com")])
    document = daily_flow("Waits", minute=0, actions=[SetTo("city", "Oslo")], stage="salesqualifiedlead")
    document["actions"] = [DELAY, {**document["actions"][0], "actionId": "2"}]
    workflow_id = await stage.create(document)
    await stage.post(f"/v1/workflows/{workflow_id}/enrollments", {"recordIds": [str(record_id)]})
    waiting = await enrollment(stage, workflow_id, action_id="1", status="ACTIVE")
    wakes_at = datetime.fromisoformat(waiting["nextActionAt"])
    assert wakes_at - datetime.fromisoformat(waiting["enrolledAt"]) >= timedelta(minutes=30)

    await restart(stage, "scheduler", "executor")
    assert (await enrollment(stage, workflow_id, action_id="1", status="ACTIVE"))["nextActionAt"] == waiting[
        "nextActionAt"
    ]
    await stage.move_clock_to(wakes_at)
    await enrollment(stage, workflow_id, action_id=None, status="COMPLETED")

    log = await stage.rows(f"/v1/workflows/{workflow_id}/action-log")
    ended = {row["event"]: datetime.fromisoformat(row["at"]) for row in log}
    assert [row["event"] for row in reversed(log)] == [
        *("ENROLLED", "DELAY_STARTED", "DELAY_ENDED", "ACTION_COMPLETED", "COMPLETED")
    ]
    assert wakes_at <= ended["DELAY_ENDED"] < wakes_at + timedelta(seconds=5)
    await stage.post(f"/v1/workflows/{workflow_id}/turn-off")


async def enrollment(stage: Stage, workflow_id: int, *, action_id: str | None, status: str) -> dict[str, Any]:
    """Wait until the one enrollment stands at an action, with a status, and says until when."""

    async def stands() -> dict[str, Any] | None:
        rows = await stage.rows(f"/v1/workflows/{workflow_id}/enrollments")
        found = [row for row in rows if (row["currentActionId"], row["status"]) == (action_id, status)]
        return found[0] if found and (action_id is None or found[0]["nextActionAt"]) else None

    return await eventually(f"the enrollment is {status} at action {action_id}", stands)
