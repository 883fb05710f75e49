"""`POST /v1/criteria/count`."""

from typing import Any

import httpx2
from fastapi import FastAPI

from executor_service.account.store import KeyRing, create_key
from executor_service.records.api import criteria_router
from executor_service.records.store import PostgresRecordsWork
from executor_service.web import Role, install_web
from shared.postgres import Pool, Transaction

COUNT = "/v1/criteria/count"


def tree(*filters: dict[str, Any]) -> dict[str, Any]:
    branch = {"filterBranchType": "AND", "filters": list(filters), "filterBranches": []}
    return {"filterBranchType": "OR", "filters": [], "filterBranches": [branch]}


def condition(name: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def is_text(name: str, value: str) -> dict[str, Any]:
    operation = {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": [value]}
    return condition(name, operation)


def is_known(name: str) -> dict[str, Any]:
    return condition(name, {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"})


async def fill(client: httpx2.AsyncClient) -> list[str]:
    inputs = [
        {"id": f"c{n}@x.org", "idProperty": "email", "properties": {"city": "Oslo" if n % 2 else "Rome"}}
        for n in range(30)
    ]
    answer = await client.post("/crm/v3/objects/contacts/batch/upsert", json={"inputs": inputs})
    return [one["id"] for one in answer.json()["results"]]


async def test_a_count_tells_how_many_and_shows_ten(client: httpx2.AsyncClient) -> None:
    ids = await fill(client)
    await client.delete(f"/crm/v3/objects/contacts/{ids[1]}")

    answer = await client.post(COUNT, json={"objectTypeId": "0-1", "filterBranch": tree(is_text("city", "oslo"))})
    nobody = await client.post(COUNT, json={"objectTypeId": "0-1", "filterBranch": tree(is_text("city", "Paris"))})
    everyone = await client.post(
        COUNT, json={"objectTypeId": "0-1", "filterBranch": tree(), "timeZoneId": "Asia/Kathmandu"}
    )

    body = answer.json()
    assert (answer.status_code, body["total"], body["sample"]) == (200, 14, ids[3:23:2])
    assert body["evaluatedAt"].endswith("Z")
    assert (nobody.json()["total"], nobody.json()["sample"]) == (0, [])
    assert everyone.json()["total"] == 29


async def test_what_follows_from_a_records_row_is_known_to_criteria(client: httpx2.AsyncClient) -> None:
    ids = await fill(client)
    above = {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": int(ids[26])}
    five = tree(
        *(is_known(name) for name in ("createdate", "hs_lastmodifieddate", "email", "city", "lastmodifieddate"))
    )

    by_id = await client.post(
        COUNT, json={"objectTypeId": "0-1", "filterBranch": tree(condition("hs_object_id", above))}
    )
    known = await client.post(COUNT, json={"objectTypeId": "0-1", "filterBranch": five})

    assert by_id.json()["sample"] == ids[27:]
    assert known.json()["total"] == 30


async def test_many_properties_are_read_through_one_fence(client: httpx2.AsyncClient) -> None:
    ids = await fill(client)
    many = tree(
        is_text("city", "Rome"),
        is_known("email"),
        *(
            condition(name, {"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"})
            for name in ("phone", "country", "company")
        ),
    )

    answer = await client.post(COUNT, json={"objectTypeId": "0-1", "filterBranch": many})

    assert (answer.json()["total"], answer.json()["sample"]) == (15, ids[0:20:2])


async def test_bad_criteria_are_refused_with_their_places(client: httpx2.AsyncClient) -> None:
    deep: dict[str, Any] = tree()
    for _ in range(80):
        deep = {"filterBranchType": "AND", "filters": [], "filterBranches": [deep]}
    bodies: list[tuple[object, str]] = [
        ({}, "objectTypeId"),
        ({"objectTypeId": "0-1"}, "filterBranch"),
        ({"objectTypeId": "0-1", "filterBranch": []}, "filterBranch"),
        ({"objectTypeId": 1, "filterBranch": tree()}, "objectTypeId"),
        ({"objectTypeId": "9-9", "filterBranch": tree()}, "objectTypeId"),
        ({"objectTypeId": "0-1", "filterBranch": tree(), "timeZoneId": "Mars/Phobos"}, "timeZoneId"),
        ({"objectTypeId": "0-1", "filterBranch": tree(), "limit": 5}, "limit"),
        (
            {"objectTypeId": "0-1", "filterBranch": tree(is_known("nope"))},
            "filterBranch.filterBranches[0].filters[0].property",
        ),
    ]
    for body, field in bodies:
        answer = await client.post(COUNT, json=body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["field"] == field
    assert (await client.post(COUNT, json={"objectTypeId": "0-1", "filterBranch": deep})).status_code == 422
    assert (await client.post(COUNT, content=b"[" * 5_000)).status_code == 400


async def test_a_count_that_takes_too_long_is_refused(executor_pool: Pool) -> None:
    app = FastAPI()
    install_web(app, authenticate=KeyRing(executor_pool))
    app.include_router(criteria_router(work=lambda: PostgresRecordsWork(executor_pool, count_limit_ms=1)))
    async with Transaction(executor_pool) as work:
        made = await create_key(work.connection, "test", Role.VIEWER)
        await work.connection.execute(
            """
            INSERT INTO records (id, object_type_id, properties, created_at, updated_at)
            SELECT n, '0-1', jsonb_build_object('city', repeat(n::text, 20)), now(), now()
            FROM generate_series(1, 30000) AS n
            """
        )
        await work.commit()
    headers = {"Authorization": f"Bearer {made.key}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        body = {"objectTypeId": "0-1", "filterBranch": tree(is_text("city", "x"))}
        answer = await client.post(COUNT, json=body)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "TOO_SLOW")
