"""D11: turning on again does not make up for the time off."""

from datetime import timedelta

from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, day, flow
from tests.integration.field_cases.product import Product


async def test_what_fell_into_the_time_off_is_neither_due_nor_skipped_whatever_the_catch_up(product: Product) -> None:
    await product.contacts({"email": "ada@example.com"})
    catch_up = {"catchUp": {"policy": "ALL", "window": "P7D"}}
    workflow_id = await product.create(flow({**at("08:00"), **catch_up}))
    for days in range(3):
        seven = MONDAY + timedelta(days=days, hours=19)
        await product.set_clock(seven)
        await product.switch(workflow_id, "off")
        await product.pass_to(seven + timedelta(hours=1, seconds=1))
        await product.set_clock(seven + timedelta(hours=2))
        row = await product.switch(workflow_id, "on")
        assert row["nextOccurrenceAt"] == f"{seven + timedelta(days=1, hours=1):%Y-%m-%dT%H:%M:%SZ}"

    assert await product.occurrences(workflow_id) == []
    await product.pass_to(MONDAY + timedelta(days=3, hours=20))
    assert await product.due_at(workflow_id) == day("2027-02-05", "08:00")
    assert len(await product.occurrences(workflow_id)) == 1
