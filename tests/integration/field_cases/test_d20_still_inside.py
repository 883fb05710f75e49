"""D20: who is still inside when the next run comes is not enrolled again, and each such refusal is told once."""

from datetime import timedelta

from tests.integration.execution.walking import assign, delay
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import Product

PEOPLE = 100
MORE = {"type": "INCREMENT", "incrementAmount": "1"}


async def test_each_occurrence_enrolls_whom_no_earlier_one_still_holds(product: Product) -> None:
    await product.number_property("rounds")
    ids = await product.contacts(*({"email": f"{number}@example.com"} for number in range(PEOPLE)))
    steps = delay("1", "5", "MINUTES", "2"), assign("2", "rounds", MORE)
    workflow_id = await product.create(flow(at("12:02", "12:04", "12:06", "12:08", "12:10"), *steps))
    for seconds in (121, 241, 361, 470, 481, 601, 840):
        await product.pass_to(MONDAY + timedelta(seconds=seconds))

    rows = await product.occurrences(workflow_id)
    counts = [row["counts"] for row in rows]
    assert [(each["enrolled"], each["alreadyEnrolled"]) for each in counts] == [
        *((PEOPLE, 0), (0, PEOPLE), (0, PEOPLE)),
        *((PEOPLE, 0), (0, PEOPLE)),
    ]
    for each in counts:
        assert each["matched"] == each["enrolled"] + each["alreadyEnrolled"] + each["suppressed"] + each["missing"]
    assert {await product.value(each, "rounds") for each in ids[:5]} == {"2"}
    found = await product.rows(f"/v1/workflows/{workflow_id}/enrollments", status="COMPLETED")
    assert len(found) == 2 * PEOPLE


async def test_a_refusal_is_a_row_a_record_one_event_an_occurrence_and_no_message(product: Product) -> None:
    await product.contacts(*({"email": f"{number}@example.com"} for number in range(3)))
    workflow_id = await product.create(flow(at("12:02", "12:04", "12:06"), delay("1", "1", "HOURS")))
    for seconds in (121, 241, 361):
        await product.pass_to(MONDAY + timedelta(seconds=seconds))

    log = await product.rows(f"/v1/workflows/{workflow_id}/action-log")
    refused = [(row["recordId"], row["occurrenceId"]) for row in log if row["event"] == "ALREADY_ENROLLED"]
    assert len(refused) == len(set(refused)) == 6
    assert [event.data["reason"] for event in await product.events("RecordsNotEnrolled")] == ["ALREADY_ENROLLED"] * 2
    types = [dict(message.headers)["ce_type"] for message in await product.history_topic()]
    assert sorted(types) == [
        *[b"workflows.occurrence.completed.v1"] * 2,
        *[b"workflows.occurrence.evaluated.v1"] * 3,
        *[b"workflows.record.enrolled.v1"] * 3,
    ]
