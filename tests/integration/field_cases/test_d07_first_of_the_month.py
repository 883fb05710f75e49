"""D07: the first of the month stays the first in a leap year, and the last day is the 29th of February."""

from datetime import UTC, datetime, timedelta

from tests.integration.field_cases.flows import flow
from tests.integration.field_cases.product import Json, Product

MIDNIGHT = {"timeOfDay": {"hour": 0, "minute": 0}}
FIRST = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [1], **MIDNIGHT}
LAST = {"type": "MONTHLY_RELATIVE_DAYS", "monthlyRelativeDays": "LAST_DAY_OF_MONTH", **MIDNIGHT}
AFTER = datetime(2028, 1, 15, tzinfo=UTC)


async def test_a_year_of_months_that_begins_before_a_leap_day(product: Product) -> None:
    async def preview(schedule: Json) -> list[str]:
        body = {"schedule": {**schedule, "timeZoneId": "UTC"}, "after": AFTER.isoformat(), "count": 12}
        found = await product.say("POST", "/v1/schedules/preview", body)
        assert found["skipped"] == []
        return [each["dueAt"].removesuffix("T00:00:00Z") for each in found["occurrences"]]

    assert await preview(FIRST) == [*(f"2028-{month:02}-01" for month in range(2, 13)), "2029-01-01"]
    assert await preview(LAST) == [
        *("2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31", "2028-06-30"),
        *("2028-07-31", "2028-08-31", "2028-09-30", "2028-10-31", "2028-11-30", "2028-12-31"),
    ]


async def test_the_scheduler_takes_february_as_the_preview_does(product: Product) -> None:
    await product.set_clock(AFTER)
    first, last = await product.create(flow(FIRST)), await product.create(flow(LAST))
    for day in ("2028-01-31", "2028-02-01", "2028-02-28", "2028-02-29", "2028-03-01"):
        await product.pass_to(datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=1))

    assert await product.due_at(first) == ["2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"]
    assert await product.due_at(last) == ["2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z"]
