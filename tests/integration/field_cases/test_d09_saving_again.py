"""D09: a fortnightly rule keeps its weeks however often the same form is saved."""

from datetime import UTC, datetime

from tests.integration.field_cases.flows import flow
from tests.integration.field_cases.product import Product

FORTNIGHTLY = {"type": "WEEKLY", "every": 2, "timeOfDay": {"hour": 9, "minute": 0}}
SUNDAYS = {**FORTNIGHTLY, "daysOfWeek": ["SUNDAY"], "startsOn": "2026-06-23"}
MONDAYS = {**FORTNIGHTLY, "daysOfWeek": ["MONDAY"], "startsOn": "2026-12-07"}


async def upcoming(product: Product, workflow_id: int) -> list[str]:
    found = await product.get(f"/v1/workflows/{workflow_id}/occurrences/upcoming", limit=4)
    return [each["dueAt"].removesuffix("T09:00:00Z") for each in found["occurrences"]]


async def test_the_weeks_are_those_of_the_start_after_every_save(product: Product) -> None:
    await product.set_clock(datetime(2026, 6, 23, tzinfo=UTC))
    document = flow(SUNDAYS)
    workflow_id = await product.create(document)
    for _ in range(5):
        assert await upcoming(product, workflow_id) == ["2026-06-28", "2026-07-12", "2026-07-26", "2026-08-09"]
        assert (await product.replace(workflow_id, document)).status_code == 200

    await product.pass_to(datetime(2026, 6, 28, 9, 0, 1, tzinfo=UTC))
    assert await product.due_at(workflow_id) == ["2026-06-28T09:00:00Z"]
    assert (await product.get(f"/v1/workflows/{workflow_id}"))["nextOccurrenceAt"] == "2026-07-12T09:00:00Z"


async def test_a_year_of_53_weeks_does_not_change_the_week(product: Product) -> None:
    await product.set_clock(datetime(2026, 12, 7, tzinfo=UTC))
    workflow_id = await product.create(flow(MONDAYS))
    assert await upcoming(product, workflow_id) == ["2026-12-07", "2026-12-21", "2027-01-04", "2027-01-18"]
