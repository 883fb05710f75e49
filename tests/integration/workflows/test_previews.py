"""What a schedule comes to, asked of a document and of a workflow."""

from datetime import UTC, datetime
from typing import Any

from executor_service.web import Role
from tests.integration.workflows.conftest import World

AnyFlow = dict[str, Any]
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


async def test_a_preview_says_what_a_schedule_comes_to(world: World) -> None:
    friday = {
        "type": "WEEKLY",
        "daysOfWeek": ["FRIDAY"],
        "timeOfDay": {"hour": 8, "minute": 0},
        "timeZoneId": "Europe/Oslo",
    }
    asked = {"schedule": friday, "after": "2026-11-23T00:00:00Z", "count": 1}

    seen = await world.client.post("/v1/schedules/preview", json=asked, headers=world.as_role(Role.VIEWER))
    plain = await world.client.post(
        "/v1/schedules/preview", json={"schedule": {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}}
    )
    wrong = await world.client.post("/v1/schedules/preview", json={"schedule": {**friday, "timeZoneId": "x"}})

    assert seen.json()["occurrences"] == [
        {
            "dueAt": "2026-11-27T07:00:00Z",
            "localTime": "2026-11-27T08:00:00+01:00",
            "nominal": "2026-11-27T08:00",
            "resolution": "EXACT",
        }
    ]
    assert (plain.json()["timeZoneId"], len(plain.json()["occurrences"])) == ("UTC", 10)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "schedule.timeZoneId")


async def test_what_is_upcoming_is_planned_only_while_on(world: World, flow: AnyFlow) -> None:
    await world.pool.execute("UPDATE rule_clock SET shift = $1 - clock_timestamp()", NOON)
    off = await world.create(flow)
    on = await world.create(flow, isEnabled=True)
    by_hand = await world.create(flow, enrollmentSchedule=None, enrollmentCriteria={"type": "MANUAL"})

    answers = [
        await world.client.get(f"/v1/workflows/{number}/occurrences/upcoming", params={"limit": 2})
        for number in (off, on, by_hand, by_hand + 1)
    ]

    dues = [[each["dueAt"] for each in answer.json().get("occurrences", [])] for answer in answers]
    assert dues == [[], ["2027-03-02T08:00:00Z", "2027-03-03T08:00:00Z"], [], []]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
