"""A workflow over companies: the same in everything, held to the properties of companies."""

from typing import Any

from tests.integration.workflows.conftest import FLOWS, World


def of_companies(flow: dict[str, Any], **names: str) -> dict[str, Any]:
    operation = {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": 100}
    asked = {"filterType": "PROPERTY", "property": names["asked"], "operation": operation}
    tree = {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}
    action = flow["actions"][0]
    value = {"type": "STATIC_VALUE", "staticValue": "BANKING"}
    return {
        **flow,
        "type": "PLATFORM_FLOW",
        "objectTypeId": "0-2",
        "enrollmentCriteria": {"type": "LIST_BASED", "listFilterBranch": tree},
        "actions": [{**action, "fields": {"property_name": names["written"], "value": value}}],
    }


async def test_a_workflow_over_companies_is_turned_on(world: World, flow: dict[str, Any]) -> None:
    number = await world.create(of_companies(flow, asked="numberofemployees", written="industry"))
    assert (await world.switch(number, "on")).status_code == 200


async def test_what_companies_have_not_is_refused(world: World, flow: dict[str, Any]) -> None:
    contact = await world.client.post(FLOWS, json=of_companies(flow, asked="hubspotscore", written="industry"))
    number = await world.create(of_companies(flow, asked="numberofemployees", written="email"))
    turned = await world.switch(number, "on")

    assert (contact.status_code, contact.json()["errors"][0]["code"]) == (400, "UNKNOWN_NAME")
    assert (turned.status_code, turned.json()["errors"][0]["code"]) == (422, "UNKNOWN_NAME")
