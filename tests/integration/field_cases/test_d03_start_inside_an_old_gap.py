"""D03: a start of the rule before an old gap does not cost a day after it."""

from datetime import UTC, datetime, timedelta

from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import Product

SCHEDULE = {**at("02:30"), "startsOn": "2025-03-01"}
ZONE = "Europe/Amsterdam"


async def test_a_rule_that_began_before_the_gap_is_due_on_the_first_day_that_is_asked_for(product: Product) -> None:
    async def preview(after: str) -> list[tuple[str, str]]:
        body = {"schedule": {**SCHEDULE, "timeZoneId": ZONE}, "after": after, "count": 2}
        found = await product.say("POST", "/v1/schedules/preview", body)
        return [(each["dueAt"], each["resolution"]) for each in found["occurrences"]]

    assert await preview("2025-04-01T00:00:00Z") == [
        ("2025-04-01T00:30:00Z", "EXACT"),
        ("2025-04-02T00:30:00Z", "EXACT"),
    ]
    assert await preview("2025-03-29T01:30:00Z") == [
        ("2025-03-30T01:30:00Z", "SHIFTED"),
        ("2025-03-31T00:30:00Z", "EXACT"),
    ]


async def test_the_scheduler_finds_the_same_instants_over_the_gap(product: Product) -> None:
    begin = datetime(2025, 3, 29, 2, tzinfo=UTC)
    await product.set_clock(begin)
    workflow_id = await product.create(flow(SCHEDULE, zone=ZONE))
    for days in range(1, 4):
        await product.pass_to(begin + timedelta(days=days))

    assert await product.due_at(workflow_id) == [
        "2025-03-30T01:30:00Z",
        "2025-03-31T00:30:00Z",
        "2025-04-01T00:30:00Z",
    ]
    first, *_ = await product.occurrences(workflow_id)
    assert first["localTime"] == "2025-03-30T03:30:00+02:00"
