"""`POST /crm/v3/objects/{type}/search`: every operator, every page, one order."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.store import KeyRing, create_key
from executor_service.records.api import objects_router
from executor_service.records.store import PostgresRecordsWork
from executor_service.web import Role, encode_cursor, install_web
from shared.clock import SystemClock
from shared.postgres import Pool, Transaction

CONTACTS = "/crm/v3/objects/contacts"
SEARCH = f"{CONTACTS}/search"
PEOPLE: list[dict[str, str]] = [
    {
        "email": "Ada@Example.org",
        "firstname": "Ada",
        "lastname": "Byron",
        "annualrevenue": "1.10",
        "birthday": "1815-12-10",
        "closedate": "2026-01-15T10:00:00Z",
        "hs_email_optout": "true",
        "hs_buying_role": "CHAMPION;OTHER",
        "lifecyclestage": "lead",
    },
    {
        "email": "bob@example.org",
        "firstname": "Bob",
        "lastname": "van der Berg-Olsen",
        "annualrevenue": "100",
        "birthday": "1990-02-28",
        "closedate": "2026-01-16T00:00:00Z",
        "hs_email_optout": "false",
        "hs_buying_role": "OTHER",
        "lifecyclestage": "customer",
    },
    {"email": "cy@example.com", "firstname": "cy", "annualrevenue": "-3", "closedate": "2026-01-15T00:00:00Z"},
    {"firstname": "Dag"},
]


async def fill(client: httpx2.AsyncClient) -> list[str]:
    inputs = [{"properties": person} for person in PEOPLE]
    answer = await client.post(f"{CONTACTS}/batch/create", json={"inputs": inputs})
    assert answer.status_code == 201, answer.text
    return [one["id"] for one in answer.json()["results"]]


def asking(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    asked = {"propertyName": name, "operator": operator, **more}
    return asked if value is None else asked | {"value": value}


async def found(client: httpx2.AsyncClient, *filters: dict[str, Any], **more: Any) -> list[str]:
    """Return the first names of those found, in order."""
    body = {"filterGroups": [{"filters": list(filters)}], "properties": ["firstname"], **more}
    answer = await client.post(SEARCH, json=body)
    assert answer.status_code == 200, answer.text
    names = [one["properties"]["firstname"] for one in answer.json()["results"]]
    assert answer.json()["total"] == len(names)
    return names


CASES: list[tuple[dict[str, Any], list[str]]] = [
    (asking("lastname", "EQ", "byron"), ["Ada"]),
    (asking("lastname", "NEQ", "BYRON"), ["Bob"]),
    (asking("email", "EQ", "ada@example.ORG"), ["Ada"]),
    (asking("email", "IN", values=["ada@example.org", "CY@example.com", "no@example.org"]), ["Ada", "cy"]),
    (asking("email", "NOT_IN", values=["ada@example.org", "cy@example.com"]), ["Bob"]),
    (asking("email", "HAS_PROPERTY"), ["Ada", "Bob", "cy"]),
    (asking("email", "NOT_HAS_PROPERTY"), ["Dag"]),
    (asking("annualrevenue", "EQ", "1.1"), ["Ada"]),
    (asking("annualrevenue", "NEQ", 1.1), ["Bob", "cy"]),
    (asking("annualrevenue", "LT", 1.1), ["cy"]),
    (asking("annualrevenue", "LTE", "1.1"), ["Ada", "cy"]),
    (asking("annualrevenue", "GT", "1.1"), ["Bob"]),
    (asking("annualrevenue", "GTE", "1.1"), ["Ada", "Bob"]),
    (asking("annualrevenue", "BETWEEN", "-3", highValue="1.10"), ["Ada", "cy"]),
    (asking("annualrevenue", "IN", values=["1.100", 100]), ["Ada", "Bob"]),
    (asking("annualrevenue", "NOT_IN", values=["1.100", 100]), ["cy"]),
    (asking("birthday", "EQ", "1990-02-28"), ["Bob"]),
    (asking("birthday", "GT", "1815-12-10"), ["Bob"]),
    (asking("birthday", "GTE", "1815-12-10"), ["Ada", "Bob"]),
    (asking("birthday", "LT", 636163200000), ["Ada"]),  # 1990-02-28
    (asking("birthday", "BETWEEN", "1815-12-10", highValue="1815-12-10"), ["Ada"]),
    (asking("closedate", "EQ", "2026-01-15T11:00:00+01:00"), ["Ada"]),
    (asking("closedate", "GT", "2026-01-15"), ["Ada", "Bob"]),
    (asking("closedate", "GTE", "1768435200000"), ["Ada", "Bob", "cy"]),  # 2026-01-15T00:00Z
    (asking("closedate", "LTE", "2026-01-15T10:00:00.000Z"), ["Ada", "cy"]),
    (asking("closedate", "IN", values=["2026-01-15", "2026-01-16"]), ["Bob", "cy"]),
    (asking("closedate", "BETWEEN", "2026-01-15T00:00:00.001Z", highValue="2026-01-16"), ["Ada", "Bob"]),
    (asking("hs_email_optout", "EQ", "true"), ["Ada"]),
    (asking("hs_email_optout", "NEQ", True), ["Bob"]),
    (asking("lifecyclestage", "EQ", "lead"), ["Ada"]),
    (asking("lifecyclestage", "IN", values=["lead", "customer"]), ["Ada", "Bob"]),
    (asking("hs_buying_role", "EQ", "OTHER"), ["Bob"]),
    (asking("hs_buying_role", "EQ", "OTHER;CHAMPION"), ["Ada"]),
    (asking("hs_buying_role", "IN", values=["CHAMPION"]), ["Ada"]),
    (asking("hs_buying_role", "CONTAINS_TOKEN", "OTHER"), ["Ada", "Bob"]),
    (asking("hs_buying_role", "NOT_CONTAINS_TOKEN", "CHAMPION"), ["Bob"]),
    (asking("lastname", "CONTAINS_TOKEN", "berg"), ["Bob"]),
    (asking("lastname", "CONTAINS_TOKEN", "der berg"), ["Bob"]),
    (asking("lastname", "CONTAINS_TOKEN", "ber"), []),
    (asking("lastname", "CONTAINS_TOKEN", "ber*"), ["Bob"]),
    (asking("lastname", "CONTAINS_TOKEN", "*ron"), ["Ada"]),
    (asking("lastname", "CONTAINS_TOKEN", "*er*"), ["Bob"]),
    (asking("lastname", "CONTAINS_TOKEN", "van*olsen"), ["Bob"]),
    (asking("lastname", "CONTAINS_TOKEN", "an*olsen"), []),
    (asking("lastname", "NOT_CONTAINS_TOKEN", "berg"), ["Ada"]),
    (asking("email", "CONTAINS_TOKEN", "*@example.org"), ["Ada", "Bob"]),
    (asking("email", "CONTAINS_TOKEN", "example"), ["Ada", "Bob", "cy"]),
]


async def test_every_operator_finds_those_it_means(client: httpx2.AsyncClient) -> None:
    await fill(client)
    for asked, names in CASES:
        assert (asked, await found(client, asked)) == (asked, names)


async def test_groups_are_alternatives_and_filters_of_a_group_are_not(client: httpx2.AsyncClient) -> None:
    ids = await fill(client)
    body = {
        "filterGroups": [
            {"filters": [asking("email", "EQ", "bob@example.org"), asking("annualrevenue", "GT", 5)]},
            {"filters": [asking("email", "EQ", "cy@example.com"), asking("annualrevenue", "GT", 5)]},
            {"filters": [asking("hs_object_id", "IN", values=[ids[3], "9.5", "-1"])]},
        ],
        "properties": ["firstname"],
    }
    answer = (await client.post(SEARCH, json=body)).json()
    assert [one["properties"]["firstname"] for one in answer["results"]] == ["Bob", "Dag"]
    assert (await client.post(SEARCH, json={})).json()["total"] == 4


async def test_words_are_looked_for_in_the_properties_that_people_know(client: httpx2.AsyncClient) -> None:
    await fill(client)
    assert await found(client, query="EXAMPLE.org  ber") == ["Bob"]
    assert await found(client, asking("annualrevenue", "LT", 5), query="example") == ["Ada", "cy"]
    assert await found(client, query="1990") == []


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("firstname", ["Ada", "Bob", "cy", "Dag"]),
        ("-firstname", ["Dag", "cy", "Bob", "Ada"]),
        ({"propertyName": "annualrevenue"}, ["cy", "Ada", "Bob", "Dag"]),
        ({"propertyName": "annualrevenue", "direction": "DESCENDING"}, ["Bob", "Ada", "cy", "Dag"]),
        ("closedate", ["cy", "Ada", "Bob", "Dag"]),
        ("-hs_email_optout", ["Ada", "Bob", "cy", "Dag"]),
        ("lifecyclestage", ["Bob", "Ada", "cy", "Dag"]),
        ("-createdate", ["Ada", "Bob", "cy", "Dag"]),
        ("-hs_object_id", ["Dag", "cy", "Bob", "Ada"]),
    ],
)
async def test_an_order_is_completed_by_the_id_and_those_without_a_value_come_last(
    client: httpx2.AsyncClient, sort: Any, names: list[str]
) -> None:
    await fill(client)
    assert await found(client, sorts=[sort]) == names
    walked: list[str] = []
    after: str | None = None
    while len(walked) < 10:
        body = {"sorts": [sort], "limit": 1, "properties": ["firstname"]} | ({} if after is None else {"after": after})
        page = (await client.post(SEARCH, json=body)).json()
        walked += [one["properties"]["firstname"] for one in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert walked == names


async def test_a_search_has_no_window(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    await executor_pool.execute(
        """
        INSERT INTO records (id, object_type_id, properties, created_at, updated_at)
        SELECT n, '0-1', jsonb_build_object('city', 'c' || n % 7), now(), now() FROM generate_series(1, 12000) AS n
        """
    )
    seen: list[str] = []
    body: dict[str, Any] = {
        "limit": 200,
        "sorts": ["-city"],
        "filterGroups": [{"filters": [asking("city", "NEQ", "c3")]}],
    }
    while True:
        page = (await client.post(SEARCH, json=body)).json()
        seen += [one["id"] for one in page["results"]]
        if "paging" not in page:
            break
        body["after"] = page["paging"]["next"]["after"]
    assert page["total"] == len(seen) == len(set(seen)) == 12_000 - 1_714
    assert [int(one) % 7 for one in seen[:: len(seen) // 5]] == [6, 5, 4, 2, 1, 0]


async def test_archived_records_are_found_by_nobody(client: httpx2.AsyncClient) -> None:
    ids = await fill(client)
    await client.delete(f"{CONTACTS}/{ids[1]}")
    assert await found(client, asking("email", "EQ", "bob@example.org")) == []
    assert await found(client) == ["Ada", "cy", "Dag"]


async def test_a_record_that_was_just_made_is_found_by_the_very_next_search(client: httpx2.AsyncClient) -> None:
    for number in range(20):
        await client.post(CONTACTS, json={"properties": {"email": f"p{number}@x.org", "firstname": f"P{number}"}})
        assert await found(client, asking("email", "EQ", f"P{number}@x.org")) == [f"P{number}"]


async def test_the_value_of_a_searchable_property_is_found_by_its_key(client: httpx2.AsyncClient) -> None:
    made = await client.post(
        "/crm/v3/objects/companies", json={"properties": {"name": "Acme", "domain": "Acme.example"}}
    )
    asked = {"filterGroups": [{"filters": [asking("domain", "EQ", "acme.EXAMPLE")]}]}

    answer = (await client.post("/crm/v3/objects/companies/search", json=asked)).json()

    assert [one["id"] for one in answer["results"]] == [made.json()["id"]]


async def test_a_value_too_long_for_the_keys_is_found_all_the_same(client: httpx2.AsyncClient) -> None:
    long = "A" * 600 + "@example.org"
    await client.post(CONTACTS, json={"properties": {"email": long, "firstname": "Long"}})
    assert await found(client, asking("email", "EQ", long.lower())) == ["Long"]


BAD: list[tuple[dict[str, Any], str, str]] = [
    (
        {"filterGroups": [{"filters": [asking("nope", "EQ", "x")]}]},
        "UNKNOWN_NAME",
        "filterGroups[0].filters[0].propertyName",
    ),
    (
        {"filterGroups": [{"filters": [asking("email", "LIKE", "x")]}]},
        "NOT_ALLOWED",
        "filterGroups[0].filters[0].operator",
    ),
    (
        {"filterGroups": [{"filters": [asking("email", "GT", "x")]}]},
        "DOES_NOT_FIT",
        "filterGroups[0].filters[0].operator",
    ),
    ({"filterGroups": [{"filters": [asking("email", "EQ")]}]}, "INCOMPLETE", "filterGroups[0].filters[0].value"),
    ({"filterGroups": [{"filters": [asking("email", "IN", "x")]}]}, "INCOMPLETE", "filterGroups[0].filters[0].values"),
    (
        {"filterGroups": [{"filters": [asking("annualrevenue", "BETWEEN", "1")]}]},
        "INCOMPLETE",
        "filterGroups[0].filters[0].highValue",
    ),
    (
        {"filterGroups": [{"filters": [asking("annualrevenue", "BETWEEN", "3", highValue="1")]}]},
        "OUT_OF_BOUNDS",
        "filterGroups[0].filters[0].highValue",
    ),
    (
        {"filterGroups": [{"filters": [asking("closedate", "BETWEEN", "2026-01-02", highValue="2026-01-01")]}]},
        "OUT_OF_BOUNDS",
        "filterGroups[0].filters[0].highValue",
    ),
    (
        {"filterGroups": [{"filters": [asking("annualrevenue", "IN", values=["1", "x"])]}]},
        "INVALID_VALUE",
        "filterGroups[0].filters[0].values[1]",
    ),
    (
        {"filterGroups": [{"filters": [asking("birthday", "GT", "30.11.2020")]}]},
        "INVALID_VALUE",
        "filterGroups[0].filters[0].value",
    ),
    (
        {"filterGroups": [{"filters": [asking("closedate", "GT", "9999-12-31")]}]},
        "OUT_OF_BOUNDS",
        "filterGroups[0].filters[0].value",
    ),
    ({"filterGroups": [{"filters": [asking("email", "HAS_PROPERTY")] * 251}]}, "TOO_MANY", "filterGroups[0].filters"),
    ({"query": " ".join(str(n) for n in range(21))}, "TOO_MANY", "query"),
    ({"query": "x" * 3_001}, "TOO_MANY", "query"),
    ({"limit": 201}, "OUT_OF_BOUNDS", "limit"),
    ({"limit": 0}, "OUT_OF_BOUNDS", "limit"),
    ({"after": "nonsense"}, "NOT_ALLOWED", "after"),
    ({"after": 10_000}, "NOT_ALLOWED", "after"),
    ({"after": encode_cursor(1, "five", 5), "sorts": ["annualrevenue"]}, "NOT_ALLOWED", "after"),
    ({"sorts": ["nope"]}, "UNKNOWN_NAME", "sorts[0]"),
    ({"sorts": [{"propertyName": "email", "direction": "UP"}]}, "NOT_ALLOWED", "sorts[0].direction"),
    ({"sorts": ["email", "city"]}, "TOO_MANY", "sorts"),
    ({"sorts": [5]}, "WRONG_TYPE", "sorts[0]"),
    ({"filters": []}, "UNKNOWN_FIELD", "filters"),
]


async def test_a_search_that_cannot_be_meant_is_refused_with_its_place(client: httpx2.AsyncClient) -> None:
    for body, code, place in BAD:
        answer = await client.post(SEARCH, json=body)
        assert answer.status_code == 400, answer.text
        assert [(one["code"], one["in"]) for one in answer.json()["errors"]] == [(code, place)]


async def test_a_search_that_takes_too_long_is_refused(executor_pool: Pool) -> None:
    app = FastAPI()
    install_web(app, authenticate=KeyRing(executor_pool))
    app.include_router(
        objects_router(work=lambda: PostgresRecordsWork(executor_pool, count_limit_ms=1), clock=SystemClock())
    )
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
        answer = await client.post(SEARCH, json={"filterGroups": [{"filters": [asking("city", "EQ", "x")]}]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "TOO_SLOW")
