"""D10: moving today's time does not repeat today's run."""

from datetime import timedelta

from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, day, flow
from tests.integration.field_cases.product import Product

TUESDAY, WEDNESDAY = "2027-02-02", "2027-02-03"
TEN = MONDAY + timedelta(hours=22)


async def test_a_schedule_that_is_moved_after_todays_run_is_due_today_only_at_a_time_still_ahead(
    product: Product,
) -> None:
    await product.contacts({"email": "ada@example.com"})
    moves = {await product.create(flow(at("08:00"))): time for time in ("09:00", "11:00", "08:00")}
    await product.pass_to(TEN - timedelta(hours=2))
    await product.set_clock(TEN)
    for workflow_id, time in moves.items():
        assert (await product.replace(workflow_id, flow(at(time)))).status_code == 200
    await product.pass_to(TEN + timedelta(seconds=10))
    assert [await product.due_at(each) for each in moves] == [day(TUESDAY, "08:00")] * 3

    for hours in (1, 22, 23, 25):
        await product.pass_to(TEN + timedelta(hours=hours))
    assert [await product.due_at(each) for each in moves] == [
        [*day(TUESDAY, "08:00"), *day(WEDNESDAY, "09:00")],
        [*day(TUESDAY, "08:00", "11:00"), *day(WEDNESDAY, "11:00")],
        [*day(TUESDAY, "08:00"), *day(WEDNESDAY, "08:00")],
    ]
    for each in moves:
        assert {row["state"] for row in await product.occurrences(each)} == {"COMPLETED"}
