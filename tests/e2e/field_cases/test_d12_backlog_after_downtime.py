"""D12: after downtime of the scheduler the policy decides, and what is planned is due or skipped, never lost."""

from datetime import datetime, timedelta
from typing import Any

from tests.e2e.field_cases.restarting import clock_times, flow, planned
from tests.e2e.flows import contact
from tests.e2e.stage import Stage
from tests.e2e.waiting import eventually

STAGE = "subscriber"
INSTANTS = range(10)
POLICIES: dict[str, dict[str, Any]] = {
    "LATEST": {},
    "ALL": {"catchUp": {"policy": "ALL"}},
    "NONE": {"catchUp": {"policy": "NONE"}},
}


async def test_ten_missed_instants_are_caught_up_by_policy_and_add_up(far_away: Stage) -> None:
    stage = far_away
    (record_id,) = await stage.import_contacts([contact("d12@example.com", lifecyclestage=STAGE)])
    now = await stage.now()
    begin = (now + timedelta(hours=1)).replace(minute=30, second=0, microsecond=0)
    instants = [begin + timedelta(minutes=minute) for minute in INSTANTS]
    schedule = {"type": "DAILY", "timesOfDay": clock_times(*instants), "timeZoneId": "UTC"}
    ids = {
        policy: await stage.create(flow(policy, {**schedule, **more}, stage_of_life=STAGE))
        for policy, more in POLICIES.items()
    }
    await planned(stage, *ids.values())

    await stage.process("scheduler").stop()
    await stage.move_clock_to(instants[-1] + timedelta(seconds=90))
    await stage.process("scheduler").start()

    rows = {policy: await ended(stage, workflow_id) for policy, workflow_id in ids.items()}
    due = {policy: [row["dueAt"] for row in each if row["dueAt"]] for policy, each in rows.items()}
    texts = [f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in instants]
    assert due == {"LATEST": texts[-1:], "ALL": texts, "NONE": []}
    nominal = [f"{instant:%Y-%m-%dT%H:%M}" for instant in instants]
    assert {policy: skips(each) for policy, each in rows.items()} == {
        "LATEST": [("MISSED", {"first": nominal[0], "last": nominal[-2], "count": 9})],
        "ALL": [],
        "NONE": [("MISSED", {"first": nominal[0], "last": nominal[-1], "count": 10})],
    }
    for row in rows["ALL"]:
        assert datetime.fromisoformat(row["recordedAt"]) - datetime.fromisoformat(row["dueAt"]) > timedelta(seconds=60)
        assert row["counts"]["matched"] == 1
    enrollments = await stage.rows(f"/v1/workflows/{ids['ALL']}/enrollments", recordId=record_id)
    assert len(enrollments) == sum(row["counts"]["enrolled"] for row in rows["ALL"]) > 0
    for workflow_id in ids.values():
        await stage.post(f"/v1/workflows/{workflow_id}/turn-off")


def skips(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(row["skipReason"], row["skip"]) for row in rows if row["skip"] is not None]


async def ended(stage: Stage, workflow_id: int) -> list[dict[str, Any]]:
    """Wait until ten instants are accounted for and nothing is open, and return the rows, oldest first."""

    async def all_ended() -> list[dict[str, Any]] | None:
        rows = await stage.rows(f"/v1/workflows/{workflow_id}/occurrences")
        told = sum(1 if row["skip"] is None else row["skip"]["count"] for row in rows)
        return rows[::-1] if told == len(INSTANTS) and all(row["completedAt"] for row in rows) else None

    return await eventually(f"ten instants of workflow {workflow_id} are accounted for", all_ended)
