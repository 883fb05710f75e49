"""The former values of properties: one entry a change, newest first."""

from typing import Any

import httpx2

CONTACTS = "/crm/v3/objects/contacts"


async def changed(client: httpx2.AsyncClient) -> dict[str, Any]:
    """Return a contact whose city and revenue were changed, emptied, and written again as they were."""
    made: dict[str, Any] = (
        await client.post(CONTACTS, json={"properties": {"city": "Oslo", "annualrevenue": "1.10"}})
    ).json()
    for properties in (
        {"city": "Rome", "annualrevenue": "1.1"},
        {"city": ""},
        {"city": "", "annualrevenue": "2", "phone": "5"},
        {"city": "Bergen", "hs_email_optout": "true"},
    ):
        await client.patch(f"{CONTACTS}/{made['id']}", json={"properties": properties})
    return made


def told(body: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [one["value"] for one in past] for name, past in body["propertiesWithHistory"].items()}


async def test_each_change_is_one_entry_and_emptying_is_the_empty_text(client: httpx2.AsyncClient) -> None:
    made = await changed(client)

    read = await client.get(
        f"{CONTACTS}/{made['id']}",
        params={"propertiesWithHistory": "city,annualrevenue,hs_email_optout,lastname,nope", "properties": "city"},
    )

    body = read.json()
    assert told(body) == {
        "city": ["Bergen", "", "Rome", "Oslo"],
        "annualrevenue": ["2", "1.1"],
        "hs_email_optout": ["true"],
        "lastname": [],
    }
    assert body["properties"] == {"city": "Bergen"}
    newest, oldest = body["propertiesWithHistory"]["city"][0], body["propertiesWithHistory"]["city"][-1]
    assert (oldest["timestamp"], oldest["sourceType"]) == (made["createdAt"], "API")
    assert oldest["sourceId"].startswith("key-")
    assert newest["timestamp"] == body["updatedAt"] == body["propertiesWithHistory"]["hs_email_optout"][0]["timestamp"]


async def test_a_batch_and_a_list_tell_the_history_of_each_record(client: httpx2.AsyncClient) -> None:
    made = await changed(client)
    other = (await client.post(CONTACTS, json={"properties": {"city": "Paris"}})).json()

    batch = await client.post(
        f"{CONTACTS}/batch/read",
        json={"inputs": [{"id": other["id"]}, {"id": made["id"]}], "propertiesWithHistory": ["city"]},
    )
    listed = await client.get(CONTACTS, params={"propertiesWithHistory": "phone", "limit": 1})
    without = await client.get(f"{CONTACTS}/{other['id']}")

    assert [told(one) for one in batch.json()["results"]] == [
        {"city": ["Paris"]},
        {"city": ["Bergen", "", "Rome", "Oslo"]},
    ]
    assert [told(one) for one in listed.json()["results"]] == [{"phone": ["5"]}]
    assert "propertiesWithHistory" not in without.json()
