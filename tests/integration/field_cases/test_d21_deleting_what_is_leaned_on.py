"""D21: a property that a workflow leans on is not deleted; gone all the same, nobody is enrolled."""

from datetime import timedelta

from tests.integration.execution.walking import assign, text_is
from tests.integration.field_cases.conftest import MONDAY
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import FLOWS, Product

PROPERTIES = "/crm/v3/properties/contacts"
TAKE_AWAY = "DELETE FROM property_definitions WHERE name = $1"
VALUE = {"type": "STATIC_VALUE", "staticValue": "yes"}


async def leaning(product: Product) -> int:
    """Make a workflow that leans on the property p by a filter and on q by an action."""
    for name in ("p", "q"):
        text = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "contactinformation"}
        await product.say("POST", PROPERTIES, text)
    await product.contacts({"email": "ada@example.com", "p": "in"})
    return await product.create(flow(at("12:30", "13:30"), assign("1", "q", VALUE), criteria=text_is("p", "in")))


async def test_it_is_refused_by_naming_the_workflow_and_turning_on_without_it_by_its_place(product: Product) -> None:
    workflow_id = await leaning(product)
    for name in ("p", "q"):
        refused = await product.send("DELETE", f"{PROPERTIES}/{name}")
        assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
        assert f"workflow {workflow_id}" in refused.text

    await product.switch(workflow_id, "off")
    for name in ("p", "q"):
        assert (await product.send("DELETE", f"{PROPERTIES}/{name}")).status_code == 204
    turned_on = await product.send("POST", f"/v1/workflows/{workflow_id}/turn-on")

    assert turned_on.status_code == 422
    assert [(error["code"], error["field"]) for error in turned_on.json()["errors"]] == [
        ("UNKNOWN_NAME", "enrollmentCriteria.listFilterBranch.filterBranches[0].filters[0].property"),
        ("UNKNOWN_NAME", "actions[0].fields.property_name"),
    ]
    assert (await product.get(f"{FLOWS}/{workflow_id}"))["isEnabled"] is False


async def test_a_filter_that_lost_its_property_fails_the_occurrence_with_that_reason_and_enrolls_nobody(
    product: Product,
) -> None:
    workflow_id = await leaning(product)
    await product.pool.execute(TAKE_AWAY, "p")
    for seconds in (1, 15, 40, 90, 200):
        await product.pass_to(MONDAY + timedelta(minutes=30, seconds=seconds))

    (row,) = await product.occurrences(workflow_id)
    assert (row["state"], row["failure"]) == ("FAILED", {"reason": "REFERENCE_GONE", "attempts": 5})
    assert row["counts"]["enrolled"] == 0
    assert await product.rows(f"/v1/workflows/{workflow_id}/enrollments") == []


async def test_an_action_that_lost_its_property_fails_and_the_record_goes_on(product: Product) -> None:
    workflow_id = await leaning(product)
    await product.pool.execute(TAKE_AWAY, "q")
    await product.pass_to(MONDAY + timedelta(minutes=30, seconds=1))

    log = await product.rows(f"/v1/workflows/{workflow_id}/action-log")
    assert [(row["event"], row["details"].get("reason")) for row in log] == [
        ("ENROLLED", None),
        ("ACTION_FAILED", "REFERENCE_GONE"),
        ("COMPLETED", None),
    ]
