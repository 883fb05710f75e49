"""Contacts over HTTP, in HubSpot's shapes."""

import asyncio
from typing import Any

import httpx2

from executor_service.web import Role
from shared.postgres import Pool
from tests.integration.records.conftest import client_of

CONTACTS = "/crm/v3/objects/contacts"
UPSERT = f"{CONTACTS}/batch/upsert"
WRONG_VALUES: list[object] = [{}, ["a"], None]
ADA = {"email": "ada@example.org", "firstname": "Ada", "annualrevenue": "1200.50", "hs_email_optout": "true"}


async def created(client: httpx2.AsyncClient, properties: dict[str, str]) -> dict[str, Any]:
    answer = await client.post(CONTACTS, json={"properties": properties})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def keyed_input(email: str, /, **properties: str) -> dict[str, Any]:
    return {"id": email, "idProperty": "email", "properties": properties}


async def changes(pool: Pool) -> list[tuple[int, str | None, Any]]:
    rows = await pool.fetch("SELECT record_id, property, value FROM property_changes ORDER BY position")
    return [tuple(row) for row in rows]


async def test_a_contact_is_created_read_changed_and_archived(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    made = await created(client, ADA)
    assert made["properties"] | ADA == made["properties"] | {"annualrevenue": "1200.50"}
    assert made["properties"]["annualrevenue"] == "1200.5"
    assert made["properties"]["hs_object_id"] == made["id"]
    assert (made["archived"], made["createdAt"]) == (False, made["updatedAt"])
    one = f"{CONTACTS}/{made['id']}"

    read = (await client.get(one)).json()
    assert read["properties"] == {
        "createdate": made["createdAt"],
        "email": "ada@example.org",
        "firstname": "Ada",
        "hs_object_id": made["id"],
        "lastmodifieddate": made["updatedAt"],
        "lastname": None,
    }
    by_email = await client.get(
        f"{CONTACTS}/ada@example.org", params={"idProperty": "email", "properties": "phone,nope,annualrevenue"}
    )
    assert by_email.json()["properties"] == {"annualrevenue": "1200.5", "phone": None}

    changed = await client.patch(one, json={"properties": {"firstname": "", "lastname": "Byron", "annualrevenue": 5}})
    assert changed.status_code == 200
    assert (changed.json()["properties"]["lastname"], changed.json()["properties"]["annualrevenue"]) == ("Byron", "5")
    assert "firstname" not in changed.json()["properties"]

    assert [(await client.delete(one)).status_code for _ in range(2)] == [204, 204]
    assert (await client.get(one)).status_code == 404
    archived = (await client.get(one, params={"archived": "true"})).json()
    assert archived["archived"] is True
    assert archived["archivedAt"]
    again = await created(client, ADA)
    assert int(again["id"]) > int(made["id"])
    assert [change[1] for change in await changes(executor_pool)] == [
        None,
        "annualrevenue",
        "firstname",
        "lastname",
        None,
    ]


async def test_writing_an_equal_value_is_no_change(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    made = await created(client, {"annualrevenue": "1.10", "hs_buying_role": "OTHER;BLOCKER"})

    same = {"annualrevenue": "1.1", "hs_buying_role": "BLOCKER;OTHER;BLOCKER", "phone": ""}
    changed = await client.patch(f"{CONTACTS}/{made['id']}", json={"properties": same})

    assert changed.json()["updatedAt"] == made["updatedAt"]
    assert changed.json()["properties"]["hs_buying_role"] == "BLOCKER;OTHER"
    assert len(await changes(executor_pool)) == 1


async def test_an_exact_decimal_is_kept_to_its_last_digit(client: httpx2.AsyncClient) -> None:
    digits = "12345678901234567890.12345678901234567891"
    made = await created(client, {"annualrevenue": digits})
    await client.patch(f"{CONTACTS}/{made['id']}", json={"properties": {"city": "Oslo"}})

    read = await client.get(f"{CONTACTS}/{made['id']}", params={"properties": ["annualrevenue", "city"]})

    assert read.json()["properties"] == {"annualrevenue": digits, "city": "Oslo"}


async def test_an_email_has_one_owner(client: httpx2.AsyncClient) -> None:
    ada = await created(client, {"email": "ada@example.org"})
    bob = await created(client, {"email": "bob@example.org"})

    twice = await client.post(CONTACTS, json={"properties": {"email": "ada@example.org"}})
    taken = await client.patch(f"{CONTACTS}/{bob['id']}", json={"properties": {"email": "ada@example.org"}})

    for answer in (twice, taken):
        assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")
        assert answer.json()["message"].endswith(f"Existing ID: {ada['id']}")
        assert answer.json()["errors"][0]["in"] == "properties.email"
    moved = await client.patch(f"{CONTACTS}/{ada['id']}", json={"properties": {"email": "countess@example.org"}})
    assert moved.status_code == 200
    free = await client.patch(f"{CONTACTS}/{bob['id']}", json={"properties": {"email": "ada@example.org"}})
    assert free.status_code == 200
    by_email = await client.get(f"{CONTACTS}/ada@example.org", params={"idProperty": "email"})
    assert by_email.json()["id"] == bob["id"]


async def test_a_value_too_long_for_an_index_is_still_unique(client: httpx2.AsyncClient) -> None:
    long = "é" * 60_000 + "@example.org"
    made = await created(client, {"email": long})

    assert (await client.post(CONTACTS, json={"properties": {"email": long}})).status_code == 409
    other = await client.post(CONTACTS, json={"properties": {"email": long + "!"}})
    found = await client.post(UPSERT, json={"inputs": [keyed_input(long, city="Oslo")]})

    assert other.status_code == 201
    assert found.json()["results"][0]["id"] == made["id"]


async def test_pages_walk_to_the_end_by_id(client: httpx2.AsyncClient) -> None:
    inputs = [keyed_input(f"c{number}@example.org") for number in range(7)]
    await client.post(UPSERT, json={"inputs": inputs})
    everyone = (await client.get(CONTACTS)).json()["results"]
    await client.delete(f"{CONTACTS}/{everyone[3]['id']}")

    seen: list[str] = []
    after: str | None = "0"
    while after is not None:
        answer = await client.get("/crm/v3/objects/0-1", params={"limit": 2, "after": after, "properties": "email"})
        page = answer.json()
        seen += [record["properties"]["email"] for record in page["results"]]
        after = page["paging"]["next"]["after"] if "paging" in page else None

    assert seen == [f"c{number}@example.org" for number in (0, 1, 2, 4, 5, 6)]
    archived = (await client.get(CONTACTS, params={"archived": True, "properties": "email"})).json()
    assert [record["properties"]["email"] for record in archived["results"]] == ["c3@example.org"]


async def test_an_upsert_creates_and_changes_in_order(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    known = await created(client, {"email": "ada@example.org", "city": "London"})

    answer = await client.post(
        UPSERT,
        json={
            "inputs": [
                keyed_input("ada@example.org", city="Paris") | {"objectWriteTraceId": "row 1"},
                keyed_input("new@example.org", city="Oslo"),
                keyed_input("new@example.org", city="Bergen", phone="1"),
                {"id": known["id"], "idProperty": "hs_object_id", "properties": {"phone": "2"}},
                {"id": known["id"], "properties": {"lastname": "L"}},
            ]
        },
    )

    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "COMPLETE")
    assert "numErrors" not in body
    assert [(one["id"] == known["id"], one["new"]) for one in body["results"]] == [
        (True, False),
        (False, True),
        (False, False),
        (True, False),
        (True, False),
    ]
    assert body["results"][0]["objectWriteTraceId"] == "row 1"
    assert (
        body["results"][0]["properties"] | {"city": "Paris", "phone": "2", "lastname": "L"}
        == (body["results"][0]["properties"])
    )
    assert body["results"][1]["properties"] | {"city": "Bergen", "phone": "1"} == body["results"][1]["properties"]
    assert body["results"][1] | {"new": False} == body["results"][2]
    written = await changes(executor_pool)
    assert {change[1:] for change in written if change[0] == int(known["id"]) and change[1]} == {
        ("city", "Paris"),
        ("phone", "2"),
        ("lastname", "L"),
    }
    assert [change[2] for change in written if change[0] != int(known["id"])] == [
        {"city": "Bergen", "email": "new@example.org", "phone": "1"}
    ]


async def test_the_same_batch_twice_changes_nothing(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    inputs = [keyed_input(f"c{number}@example.org", city="Oslo", annualrevenue="7") for number in range(100)]
    first = await client.post(UPSERT, json={"inputs": inputs})
    second = await client.post(UPSERT, json={"inputs": inputs})

    assert [one["new"] for one in first.json()["results"]] == [True] * 100
    assert [one | {"new": True} for one in second.json()["results"]] == first.json()["results"]
    assert len(await changes(executor_pool)) == 100


async def test_an_input_that_is_refused_leaves_the_others_alone(client: httpx2.AsyncClient) -> None:
    ada = await created(client, {"email": "ada@example.org"})

    answer = await client.post(
        UPSERT,
        json={
            "inputs": [
                keyed_input("a@example.org", city="Oslo"),
                keyed_input("b@example.org", numberofemployees="many", nope="1", createdate="2026-01-01"),
                keyed_input("c@example.org", email="ada@example.org"),
                {"id": "999999", "idProperty": "hs_object_id", "properties": {}},
                {"id": "abc", "properties": {}},
                {"id": "x", "idProperty": "city", "properties": {}},
                {"id": "x", "idProperty": "nope", "properties": {}},
                keyed_input("d@example.org", lifecyclestage="king"),
                keyed_input("e@example.org", city="Bergen"),
            ]
        },
    )

    body = answer.json()
    assert answer.status_code == 207
    assert [one["properties"]["city"] for one in body["results"]] == ["Oslo", "Bergen"]
    assert body["numErrors"] == 7
    found = [(error["context"]["index"], error["category"], error["errors"]) for error in body["errors"]]
    assert [(index, category) for index, category, _ in found] == [
        (["1"], "VALIDATION_ERROR"),
        (["2"], "CONFLICT"),
        (["3"], "OBJECT_NOT_FOUND"),
        (["4"], "OBJECT_NOT_FOUND"),
        (["5"], "VALIDATION_ERROR"),
        (["6"], "VALIDATION_ERROR"),
        (["7"], "VALIDATION_ERROR"),
    ]
    assert {(one["code"], one["in"]) for one in found[0][2]} == {
        ("INVALID_VALUE", "inputs[1].properties.numberofemployees"),
        ("UNKNOWN_NAME", "inputs[1].properties.nope"),
        ("READ_ONLY", "inputs[1].properties.createdate"),
    }
    assert str(ada["id"]) in body["errors"][1]["message"]
    everyone = (await client.get(CONTACTS, params={"properties": "email"})).json()["results"]
    assert [one["properties"]["email"] for one in everyone] == ["ada@example.org", "a@example.org", "e@example.org"]


async def test_an_email_that_an_earlier_input_left_is_free_for_a_later_one(client: httpx2.AsyncClient) -> None:
    ada = await created(client, {"email": "ada@example.org"})

    answer = await client.post(
        UPSERT,
        json={
            "inputs": [
                keyed_input("ada@example.org", email="countess@example.org"),
                keyed_input("ada@example.org", city="Oslo"),
                keyed_input("countess@example.org", city="London"),
            ]
        },
    )

    assert answer.status_code == 200
    first, second, third = answer.json()["results"]
    assert (first["id"], third["id"]) == (ada["id"], ada["id"])
    assert (second["new"], second["properties"]["city"]) == (True, "Oslo")
    assert third["properties"]["city"] == "London"


async def test_batches_at_once_over_the_same_people_make_each_once(
    client: httpx2.AsyncClient, executor_pool: Pool
) -> None:
    people = [keyed_input(f"c{number}@example.org", city="Oslo") for number in range(50)]
    batches = [people[turn * 7 :] + people[: turn * 7] for turn in range(8)]
    batches[1].reverse()

    answers = await asyncio.gather(*(client.post(UPSERT, json={"inputs": batch}) for batch in batches))

    assert {answer.status_code for answer in answers} == {200}
    assert sum(one["new"] for answer in answers for one in answer.json()["results"]) == 50
    assert await executor_pool.fetchval("SELECT count(*) FROM records") == 50
    assert await executor_pool.fetchval("SELECT count(*) FROM record_keys") == 50


async def test_emails_exchanged_at_once_keep_one_owner_each(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    a, b = await created(client, {"email": "a@x.org"}), await created(client, {"email": "b@x.org"})
    wanted = [(one, email) for _ in range(6) for one in (a, b) for email in ("a@x.org", "b@x.org", "c@x.org")]

    answers = await asyncio.gather(
        *(client.patch(f"{CONTACTS}/{one['id']}", json={"properties": {"email": email}}) for one, email in wanted)
    )

    assert {answer.status_code for answer in answers} <= {200, 409}
    rows = await executor_pool.fetch("SELECT id, properties ->> 'email' AS email FROM records ORDER BY email")
    keys = await executor_pool.fetch("SELECT record_id AS id, value AS email FROM record_keys ORDER BY value")
    assert [tuple(row) for row in rows] == [tuple(key) for key in keys]


async def test_bad_bodies_are_refused_with_every_mistake_and_nothing_is_written(
    client: httpx2.AsyncClient, executor_pool: Pool
) -> None:
    bodies: list[tuple[object, set[tuple[str, str]]]] = [
        ({}, {("INCOMPLETE", "properties")}),
        ([], {("WRONG_TYPE", "")}),
        ({"properties": [], "x": 1}, {("WRONG_TYPE", "properties"), ("UNKNOWN_FIELD", "x")}),
        ({"properties": {"email": "a", "nope": "1"}}, {("UNKNOWN_NAME", "properties.nope")}),
        ({"properties": {"hs_object_id": "1"}}, {("READ_ONLY", "properties.hs_object_id")}),
        ({"properties": {"birthday": "2026-02-29"}}, {("INVALID_VALUE", "properties.birthday")}),
        ({"properties": {"email": "x" * 65_537}}, {("TOO_LONG", "properties.email")}),
        ({"properties": {"lifecyclestage": "Lead"}}, {("UNKNOWN_OPTION", "properties.lifecyclestage")}),
        ({"properties": {"a" * 5_000: "x"}}, {("UNKNOWN_NAME", "properties." + "a" * 100)}),
        ({"properties": {}, "associations": [{"to": {"id": "1"}}]}, {("TOO_MANY", "associations")}),
    ]
    for body, codes in bodies:
        answer = await client.post(CONTACTS, json=body)
        assert answer.status_code == 400, body
        assert {(error["code"], error["in"]) for error in answer.json()["errors"]} == codes
    for value in WRONG_VALUES:
        answer = await client.post(CONTACTS, json={"properties": {"email": value}})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "WRONG_TYPE")
    raw = [b'{"properties":{"email":"\\u0000"}}', b'{"properties":{"email":"\\ud800"}}', b"\xff", b"[" * 100_000]
    for content in raw:
        sent = {"content-type": "application/json"}
        assert (await client.post(CONTACTS, content=content, headers=sent)).status_code == 400
    too_many = await client.post(UPSERT, json={"inputs": [keyed_input(f"{n}@x.org") for n in range(101)]})
    assert (too_many.status_code, too_many.json()["errors"][0]["code"]) == (400, "TOO_MANY")
    flood = await client.post(UPSERT, json={"inputs": ["1"] * 200_000})
    assert flood.status_code == 400
    assert len(flood.json()["errors"]) <= 100
    huge = await client.post(CONTACTS, content=b" " * 10_000_001)
    assert huge.status_code == 413
    assert await executor_pool.fetchval("SELECT count(*) FROM records") == 0


async def test_bad_paths_and_parameters_are_refused(client: httpx2.AsyncClient) -> None:
    for ident in ("0", "-1", "abc", "9" * 400, "%00", "1.0", "9007199254740993", "%ed%a0%80", "..%2f1"):
        for answer in (
            await client.get(f"{CONTACTS}/{ident}"),
            await client.patch(f"{CONTACTS}/{ident}", json={"properties": {}}),
            await client.delete(f"{CONTACTS}/{ident}"),
        ):
            assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND"), ident
    for name in ("nope", "0-3", "%00", "0-1%20", "a" * 3_000):
        assert (await client.get(f"/crm/v3/objects/{name}")).status_code == 404
    for parameters in ({"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"after": "x"}, {"after": "-1"}):
        answer = await client.get(CONTACTS, params=parameters)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["in"] in parameters
    for id_property in ("city", "nope", "%20"):
        answer = await client.get(f"{CONTACTS}/x?idProperty={id_property}")
        assert (answer.status_code, answer.json()["errors"][0]["in"]) == (400, "idProperty")
    assert (await client.get(f"{CONTACTS}/%00?idProperty=email")).status_code == 404
    assert (await client.get(CONTACTS, params={"properties": "\x00,é"})).status_code == 400
    assert (await client.get(CONTACTS, params={"properties": "\ufffd,é"})).status_code == 200
    assert (await client.put(f"{CONTACTS}/1", json={})).status_code == 405


async def test_a_viewer_reads_and_does_not_write(executor_pool: Pool) -> None:
    async with await client_of(executor_pool, Role.VIEWER) as viewer:
        statuses = [
            (await viewer.get(CONTACTS)).status_code,
            (await viewer.post(CONTACTS, json={"properties": {}})).status_code,
            (await viewer.post(UPSERT, json={"inputs": []})).status_code,
            (await viewer.patch(f"{CONTACTS}/1", json={"properties": {}})).status_code,
            (await viewer.delete(f"{CONTACTS}/1")).status_code,
            (await viewer.get(CONTACTS, headers={"Authorization": "Bearer no"})).status_code,
        ]
    assert statuses == [200, 403, 403, 403, 403, 401]
