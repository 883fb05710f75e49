"""D28: a token without a value is empty or what `default` says, is never looked at again, and must name something."""

from tests.integration.execution.conftest import set_property
from tests.integration.field_cases.flows import at, flow
from tests.integration.field_cases.product import FLOWS, Product

SUBJECT = "Hi {{ enrolled_object.firstname | default: 'there' }}"
BODY = "Dear {{ enrolled_object.firstname }}!"


async def test_a_value_is_rendered_once_and_a_missing_one_leaves_no_trace(product: Product) -> None:
    inner = "{{ enrolled_object.email }}"
    ids = await product.contacts({"email": "a@example.com"}, {"email": "b@example.com", "firstname": inner})
    steps = set_property("1", "jobtitle", SUBJECT, "2"), set_property("2", "company", BODY)
    workflow_id = await product.create(flow(at("08:00"), *steps))
    await product.say("POST", f"/v1/workflows/{workflow_id}/run")
    await product.settle()

    assert [await product.value(each, "jobtitle") for each in ids] == ["Hi there", f"Hi {inner}"]
    assert [await product.value(each, "company") for each in ids] == ["Dear !", f"Dear {inner}!"]


async def test_a_token_that_names_no_property_is_refused_at_turn_on_with_its_place(product: Product) -> None:
    document = flow(at("08:00"), set_property("1", "jobtitle", "Hi {{ enrolled_object.fristname }}"))
    made = await product.say("POST", FLOWS, {**document, "isEnabled": False})
    refused = await product.send("POST", f"/v1/workflows/{made['id']}/turn-on")

    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (422, "UNKNOWN_NAME")
    assert error["field"] == "actions[0].fields.value.staticValue"
