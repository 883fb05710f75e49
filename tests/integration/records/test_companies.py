"""Companies beside contacts: an object type is rows, and nothing knows one from another."""

import httpx2

from shared.postgres import Pool

COMPANIES = "/crm/v3/objects/companies"
ACME = {
    "name": "Acme",
    "domain": "acme.example",
    "industry": "COMPUTER_SOFTWARE",
    "annualrevenue": "1200000.50",
    "lifecyclestage": "customer",
    "is_public": "false",
}


async def test_a_company_is_created_and_read_by_the_id_and_the_name_of_its_type(client: httpx2.AsyncClient) -> None:
    made = await client.post(COMPANIES, json={"properties": ACME})
    assert made.status_code == 201, made.text
    body = made.json()

    by_id = (await client.get(f"/crm/v3/objects/0-2/{body['id']}")).json()

    assert by_id["properties"] == {
        "createdate": body["createdAt"],
        "domain": "acme.example",
        "hs_lastmodifieddate": body["updatedAt"],
        "hs_object_id": body["id"],
        "name": "Acme",
    }
    assert body["properties"] == {
        **ACME,
        "annualrevenue": "1200000.5",
        "createdate": body["createdAt"],
        "hs_lastmodifieddate": body["updatedAt"],
        "hs_object_id": body["id"],
    }


async def test_a_company_is_no_contact(client: httpx2.AsyncClient) -> None:
    company = (await client.post(COMPANIES, json={"properties": ACME})).json()
    await client.post("/crm/v3/objects/contacts", json={"properties": {"email": "ada@example.org"}})

    assert (await client.get(f"/crm/v3/objects/contacts/{company['id']}")).status_code == 404
    listed = (await client.get(COMPANIES)).json()
    assert [one["id"] for one in listed["results"]] == [company["id"]]
    refused = await client.post(COMPANIES, json={"properties": {"email": "ada@example.org"}})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "UNKNOWN_NAME")


async def test_every_type_has_what_every_record_has(client: httpx2.AsyncClient) -> None:
    for name in ("contacts", "companies"):
        listed = (await client.get(f"/crm/v3/properties/{name}")).json()["results"]
        known = {one["name"]: one for one in listed}
        assert {"createdate", "hs_lastmodifieddate", "hs_object_id", "hubspot_owner_id"} <= known.keys()
        assert known["hs_object_id"]["modificationMetadata"]["readOnlyValue"] is True
        assert known["lifecyclestage"]["options"][5]["value"] == "customer"
    industry = (await client.get("/crm/v3/properties/companies/industry")).json()
    assert [one["label"] for one in industry["options"] if one["value"] == "WINE_AND_SPIRITS"] == ["Wine And Spirits"]


async def test_a_third_type_needs_rows_only(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    await executor_pool.execute(
        "INSERT INTO object_types VALUES ('2-7', 'boats', 'boat', '{name,hs_object_id}', '{name}');"
        "INSERT INTO property_groups VALUES ('2-7', 'boatinformation', 'Boat');"
        "INSERT INTO property_definitions (object_type_id, name, label, type, field_type, group_name, is_unique) "
        "VALUES ('2-7', 'name', 'Name', 'string', 'text', 'boatinformation', true),"
        "('2-7', 'hs_object_id', 'Record ID', 'number', 'number', 'boatinformation', false)"
    )
    made = (await client.post("/crm/v3/objects/boats", json={"properties": {"name": "Fram"}})).json()

    read = await client.get("/crm/v3/objects/2-7/fram", params={"idProperty": "name"})
    exact = await client.get("/crm/v3/objects/2-7/Fram", params={"idProperty": "name"})
    found = await client.post("/crm/v3/objects/boats/search", json={"query": "fra"})

    assert read.status_code == 404
    assert exact.json()["properties"] == {"hs_object_id": made["id"], "name": "Fram"}
    assert [one["id"] for one in found.json()["results"]] == [made["id"]]


async def test_a_type_that_there_is_not_is_not_found(client: httpx2.AsyncClient) -> None:
    for call in ("search", "batch/read", "batch/create", "batch/update", "batch/archive", "batch/upsert"):
        answer = await client.post(f"/crm/v3/objects/2-99/{call}", json={} if call == "search" else {"inputs": []})
        assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND"), call
