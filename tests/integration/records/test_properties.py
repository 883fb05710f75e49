"""Properties of contacts over HTTP, in HubSpot's shape."""

from typing import Any

import httpx2

from shared.postgres import Pool

PROPERTIES = "/crm/v3/properties/contacts"
CONTACTS = "/crm/v3/objects/contacts"
SHIRT: dict[str, Any] = {
    "name": "shirt",
    "label": "Shirt size",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "contactinformation",
    "options": [{"label": "Small", "value": "S"}, {"label": "Large", "value": "L", "displayOrder": 1}],
}


def text_property(name: str, **others: object) -> dict[str, Any]:
    plain = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    return plain | others


async def test_contacts_start_with_their_well_known_properties(client: httpx2.AsyncClient) -> None:
    results = (await client.get(PROPERTIES)).json()["results"]

    by_name = {one["name"]: one for one in results}
    assert {"email", "firstname", "lifecyclestage", "hs_object_id", "createdate", "hubspot_owner_id"} <= by_name.keys()
    assert by_name["email"]["hasUniqueValue"] is True
    assert by_name["createdate"]["modificationMetadata"]["readOnlyValue"] is True
    assert [option["value"] for option in by_name["lifecyclestage"]["options"]][:2] == ["subscriber", "lead"]
    assert (await client.get("/crm/v3/properties/0-1")).json()["results"] == results


async def test_a_property_is_made_used_changed_and_archived(client: httpx2.AsyncClient) -> None:
    made = await client.post(PROPERTIES, json=SHIRT)
    assert made.status_code == 201, made.text
    assert made.json() == (await client.get(f"{PROPERTIES}/shirt")).json()
    assert made.json() | SHIRT == made.json() | {
        "options": [
            {"label": "Small", "value": "S"},
            {"label": "Large", "value": "L", "displayOrder": 1},
        ]
    }
    assert made.json()["options"][0] == {"label": "Small", "value": "S", "displayOrder": -1, "hidden": False}
    contact = (await client.post(CONTACTS, json={"properties": {"shirt": "L"}})).json()
    assert contact["properties"]["shirt"] == "L"

    options = [{"label": "Medium", "value": "M"}]
    changed = await client.patch(f"{PROPERTIES}/shirt", json={"label": "Size", "options": options, "type": None})
    assert (changed.json()["label"], [one["value"] for one in changed.json()["options"]]) == ("Size", ["M"])
    refused = await client.post(CONTACTS, json={"properties": {"shirt": "L"}})
    assert refused.json()["errors"][0]["code"] == "UNKNOWN_OPTION"

    assert (await client.delete(f"{PROPERTIES}/shirt")).status_code == 204
    assert (await client.get(f"{PROPERTIES}/shirt")).status_code == 404
    assert (await client.get(f"{PROPERTIES}/shirt", params={"archived": True})).json()["archived"] is True
    assert (await client.post(CONTACTS, json={"properties": {"shirt": "M"}})).status_code == 400
    unseen = await client.get(f"{CONTACTS}/{contact['id']}", params={"properties": "shirt"})
    assert unseen.json()["properties"] == {}
    other_kind = await client.post(PROPERTIES, json=text_property("shirt"))
    assert other_kind.status_code == 409
    assert (await client.post(PROPERTIES, json=SHIRT)).status_code == 201
    seen = await client.get(f"{CONTACTS}/{contact['id']}", params={"properties": "shirt"})
    assert seen.json()["properties"] == {"shirt": "L"}


async def test_a_unique_property_of_ones_own_names_records(client: httpx2.AsyncClient) -> None:
    await client.post(PROPERTIES, json=text_property("customer_no", hasUniqueValue=True))
    batch = {"inputs": [{"id": "K1", "idProperty": "customer_no", "properties": {"email": "a@x.org"}}]}

    first = (await client.post(f"{CONTACTS}/batch/upsert", json=batch)).json()["results"][0]
    second = (await client.post(f"{CONTACTS}/batch/upsert", json=batch)).json()["results"][0]
    read = await client.get(f"{CONTACTS}/K1", params={"idProperty": "customer_no"})

    assert (first["new"], second["new"]) == (True, False)
    assert first["id"] == second["id"] == read.json()["id"]


async def test_searchable_values_follow_the_property_and_the_records(
    client: httpx2.AsyncClient, executor_pool: Pool
) -> None:
    async def keys() -> list[tuple[str, str]]:
        rows = await executor_pool.fetch("SELECT property, value FROM record_search_keys ORDER BY property, value")
        return [tuple(row) for row in rows]

    contacts = [(await client.post(CONTACTS, json={"properties": {"city": city}})).json() for city in ("Oslo", "Rome")]
    assert await keys() == []
    assert (await client.patch(f"{PROPERTIES}/city", json={"searchable": True})).status_code == 200
    assert await keys() == [("city", "Oslo"), ("city", "Rome")]
    await client.patch(f"{CONTACTS}/{contacts[0]['id']}", json={"properties": {"city": "Bergen"}})
    await client.delete(f"{CONTACTS}/{contacts[1]['id']}")
    assert await keys() == [("city", "Bergen")]
    await client.patch(f"{PROPERTIES}/city", json={"searchable": False})
    assert await keys() == []


async def test_what_is_used_or_comes_with_the_product_is_not_archived(client: httpx2.AsyncClient) -> None:
    await client.post(PROPERTIES, json=text_property("used"))

    used, ours = await client.delete(f"{PROPERTIES}/used"), await client.delete(f"{PROPERTIES}/email")

    assert (used.status_code, used.json()["errors"][0]["message"]) == (400, "used is used by workflow 7")
    assert (ours.status_code, ours.json()["errors"][0]["code"]) == (400, "READ_ONLY")


async def test_every_mistake_in_a_property_is_named(client: httpx2.AsyncClient) -> None:
    twice = [{"label": "a", "value": "a;b"}, {"label": "b", "value": "a;b"}]
    bodies: list[tuple[object, set[tuple[str, str]]]] = [
        ({}, {("INCOMPLETE", name) for name in ("name", "label", "type", "fieldType", "groupName")}),
        (text_property("a", hubspotDefined=True), {("UNKNOWN_FIELD", "hubspotDefined")}),
        (text_property("A b", fieldType="select"), {("NOT_ALLOWED", "name"), ("NOT_ALLOWED", "fieldType")}),
        (text_property("a" * 101, groupName="x"), {("NOT_ALLOWED", "name"), ("NOT_FOUND", "groupName")}),
        (text_property("a", type="king", label=""), {("NOT_ALLOWED", "type"), ("TOO_MANY", "label")}),
        (text_property("a", options=twice), {("NOT_ALLOWED", "options")}),
        (text_property("a", displayOrder="1", options={}), {("WRONG_TYPE", "displayOrder"), ("WRONG_TYPE", "options")}),
        (text_property("a", displayOrder=2**40), {("OUT_OF_BOUNDS", "displayOrder")}),
        (
            SHIRT | {"fieldType": "checkbox", "options": twice},
            {
                ("NOT_ALLOWED", "options[0].value"),
                ("NOT_ALLOWED", "options[1].value"),
                ("DUPLICATE_ID", "options[1].value"),
            },
        ),
    ]
    for body, codes in bodies:
        answer = await client.post(PROPERTIES, json=body)
        assert answer.status_code == 400, body
        assert {(error["code"], error["in"]) for error in answer.json()["errors"]} == codes
    assert (await client.post(PROPERTIES, json=text_property("email"))).status_code == 409
    for change in ({"type": "number"}, {"fieldType": "html"}, {"groupName": "x"}, {"name": "x"}, {"options": [1]}):
        answer = await client.patch(f"{PROPERTIES}/city", json=change)
        assert answer.status_code == 400, change
    for name in ("nope", "%00", "a" * 3_000, "%ed%a0%80"):
        assert (await client.get(f"{PROPERTIES}/{name}")).status_code == 404
        assert (await client.patch(f"{PROPERTIES}/{name}", json={})).status_code == 404
        assert (await client.delete(f"{PROPERTIES}/{name}")).status_code == 404
    assert (await client.get("/crm/v3/properties/deals")).status_code == 404


async def test_at_most_ten_properties_are_searchable(client: httpx2.AsyncClient) -> None:
    made = [
        (await client.post(PROPERTIES, json=text_property(f"p{number}", searchable=True))).status_code
        for number in range(11)
    ]

    assert made == [201] * 10 + [400]
