"""Batches of up to a hundred inputs: in order, each with an answer of its own, none in the way of another."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from executor_service.records.handlers import Answered, BatchInput, RecordKey, change_batch, create_batch
from executor_service.records.ports import Source
from executor_service.records.store import PostgresRecordsWork
from shared.postgres import connect
from tests.conftest import Database

CONTACTS = "/crm/v3/objects/contacts"
COMPANIES = "/crm/v3/objects/companies"
SOURCE = Source("API", "key-1")
MISSING = "9007199254740991"


async def batch(client: httpx2.AsyncClient, name: str, inputs: list[Any], **more: Any) -> httpx2.Response:
    return await client.post(f"{CONTACTS}/batch/{name}", json={"inputs": inputs, **more})


async def made(client: httpx2.AsyncClient, *emails: str) -> list[str]:
    answer = await batch(client, "create", [{"properties": {"email": email}} for email in emails])
    assert answer.status_code == 201, answer.text
    return [one["id"] for one in answer.json()["results"]]


def refusals(answer: httpx2.Response) -> list[tuple[str, str, str]]:
    """Return place, category and first code of each error."""
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, len(body["errors"]))
    return [(one["context"]["index"][0], one["category"], one["errors"][0]["code"]) for one in body["errors"]]


async def test_some_of_a_batch_exist_already(client: httpx2.AsyncClient) -> None:
    ada, bob = await made(client, "ada@x.org", "bob@x.org")
    inputs = [
        {"properties": {"email": email, "firstname": str(place)}, "objectWriteTraceId": f"t{place}"}
        for place, email in enumerate(["ada@x.org", "new@x.org", "twice@x.org", "bob@x.org", "twice@x.org"])
    ]

    answer = await batch(client, "create", inputs)

    assert refusals(answer) == [(place, "CONFLICT", "DUPLICATE_VALUE") for place in ("0", "3", "4")]
    results, errors = answer.json()["results"], answer.json()["errors"]
    assert [(one["properties"]["firstname"], one["objectWriteTraceId"]) for one in results] == [
        ("1", "t1"),
        ("2", "t2"),
    ]
    owners = [one["message"].rsplit(": ", 1)[1] for one in errors]
    assert owners == [ada, bob, results[1]["id"]]
    assert errors[0]["errors"][0]["in"] == "inputs[0].properties.email"


async def test_a_batch_is_read_in_the_order_of_its_inputs(client: httpx2.AsyncClient) -> None:
    ids = await made(client, "a@x.org", "b@x.org", "c@x.org")
    await client.delete(f"{CONTACTS}/{ids[1]}")

    answer = await batch(
        client, "read", [{"id": one} for one in (ids[2], ids[0], ids[2], ids[1], MISSING, "x")], properties=["email"]
    )
    by_email = await batch(client, "read", [{"id": "c@x.org"}, {"id": "b@x.org"}], idProperty="email")
    archived = await client.post(
        f"{CONTACTS}/batch/read", params={"archived": "true"}, json={"inputs": [{"id": ids[1]}, {"id": ids[0]}]}
    )

    assert [one["properties"] for one in answer.json()["results"]] == [
        {"email": "c@x.org"},
        {"email": "a@x.org"},
        {"email": "c@x.org"},
    ]
    assert refusals(answer) == [(place, "OBJECT_NOT_FOUND", "NOT_FOUND") for place in ("3", "4", "5")]
    assert [one["id"] for one in by_email.json()["results"]] == [ids[2]]
    assert refusals(by_email) == [("1", "OBJECT_NOT_FOUND", "NOT_FOUND")]
    assert [one["id"] for one in archived.json()["results"]] == [ids[1]]


async def test_a_batch_changes_what_it_names_one_input_after_the_other(client: httpx2.AsyncClient) -> None:
    ids = await made(client, "a@x.org", "b@x.org")
    inputs = [
        {"id": ids[0], "properties": {"city": "Oslo", "email": "moved@x.org"}},
        {"id": "b@x.org", "idProperty": "email", "properties": {"email": "a@x.org"}},
        {"id": MISSING, "properties": {"city": "Oslo"}},
        {"id": ids[0], "properties": {"city": "Rome"}},
        {"id": ids[0], "properties": {"email": "a@x.org"}},
        {"id": ids[1], "properties": {"nope": "1", "hs_object_id": "5"}},
        {"id": "a@x.org", "idProperty": "city", "properties": {}},
        {"id": ids[1], "idProperty": "hs_object_id", "properties": {"city": "Bergen"}},
    ]

    answer = await batch(client, "update", inputs)

    assert refusals(answer) == [
        ("2", "OBJECT_NOT_FOUND", "NOT_FOUND"),
        ("4", "CONFLICT", "DUPLICATE_VALUE"),
        ("5", "VALIDATION_ERROR", "UNKNOWN_NAME"),
        ("6", "VALIDATION_ERROR", "NOT_ALLOWED"),
    ]
    shown = [(one["id"], one["properties"]["city"], one["properties"]["email"]) for one in answer.json()["results"]]
    first, second = (ids[0], "Rome", "moved@x.org"), (ids[1], "Bergen", "a@x.org")
    assert shown == [first, second, first, second]


async def test_a_batch_archives_what_there_is(client: httpx2.AsyncClient) -> None:
    ids = await made(client, "a@x.org", "b@x.org", "c@x.org")
    assert (await batch(client, "archive", [{"id": ids[0]}, {"id": ids[1]}])).status_code == 204

    again = await batch(client, "archive", [{"id": ids[0]}, {"id": MISSING}, {"id": ids[2]}])

    assert refusals(again) == [("1", "OBJECT_NOT_FOUND", "NOT_FOUND")]
    assert (await client.get(CONTACTS)).json()["results"] == []
    assert len(await made(client, "a@x.org")) == 1


async def test_a_batch_does_not_reach_into_another_type(client: httpx2.AsyncClient) -> None:
    (contact,) = await made(client, "a@x.org")
    for name, inputs in (
        ("read", [{"id": contact}]),
        ("update", [{"id": contact, "properties": {"city": "Oslo"}}]),
        ("archive", [{"id": contact}]),
        ("upsert", [{"id": contact, "properties": {"city": "Oslo"}}]),
    ):
        answer = await client.post(f"{COMPANIES}/batch/{name}", json={"inputs": inputs})
        assert (name, refusals(answer)) == (name, [("0", "OBJECT_NOT_FOUND", "NOT_FOUND")])
    assert (await client.get(f"{CONTACTS}/{contact}")).json()["properties"]["email"] == "a@x.org"


async def test_a_batch_takes_a_hundred_inputs(client: httpx2.AsyncClient) -> None:
    many = [{"properties": {"email": f"p{n}@x.org"}} for n in range(101)]
    refused = await batch(client, "create", many)
    assert (refused.status_code, refused.json()["errors"][0]["in"]) == (400, "inputs")
    assert len((await batch(client, "create", many[:100])).json()["results"]) == 100
    assert (await batch(client, "update", [])).json()["results"] == []


async def test_a_hundred_inputs_take_no_more_statements_than_one(database: Database) -> None:
    statements: list[str] = []
    connection = await connect(database.url, schema="executor")

    async def count_of(act: Callable[[PostgresRecordsWork], Awaitable[Answered]]) -> tuple[int, Answered]:
        before = len(statements)
        with connection.query_logger(lambda one: statements.append(one.query)):
            answered = await act(PostgresRecordsWork(connection))
            await connection.fetchval("SELECT 1")  # what was logged is told by then
        return len(statements) - before, answered

    def creating(emails: list[str]) -> Callable[[PostgresRecordsWork], Awaitable[Answered]]:
        sent = [{"email": email} for email in emails]
        return lambda work: create_batch(work=work, type_name="contacts", sent=sent, source=SOURCE)

    def changing(keys: list[RecordKey]) -> Callable[[PostgresRecordsWork], Awaitable[Answered]]:
        inputs = [BatchInput(key, {"city": "Oslo"}) for key in keys]
        return lambda work: change_batch(work=work, type_name="contacts", inputs=inputs, source=SOURCE)

    emails = [f"p{n}@x.org" for n in range(100)]
    await count_of(creating(["first@x.org"]))
    one, _ = await count_of(creating(["one@x.org"]))
    many, created = await count_of(creating(emails))
    one_changed, _ = await count_of(changing([RecordKey("one@x.org", "email")]))
    many_changed, changed = await count_of(changing([RecordKey(email, "email") for email in emails]))

    await connection.close()
    assert one > 0 < one_changed
    assert (one, one_changed) == (many, many_changed)
    assert [answer.error for answer in (*created.answers, *changed.answers)] == [None] * 200


async def test_what_is_no_batch_is_refused(client: httpx2.AsyncClient) -> None:
    bodies: list[tuple[str, dict[str, Any], str]] = [
        ("read", {}, "inputs"),
        ("read", {"inputs": ["5"]}, "inputs[0]"),
        ("read", {"inputs": [{"id": ""}]}, "inputs[0].id"),
        ("read", {"inputs": [], "properties": "email"}, "properties"),
        ("create", {"inputs": [{"properties": {"email": ["x"]}}]}, "inputs[0].properties.email"),
        ("create", {"inputs": [{"id": "5", "properties": {}}]}, "inputs[0].id"),
        ("update", {"inputs": [{"properties": {}}]}, "inputs[0].id"),
        ("archive", {"inputs": [{"id": 5}]}, "inputs[0].id"),
    ]
    for name, body, place in bodies:
        answer = await client.post(f"{CONTACTS}/batch/{name}", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["in"]) == (400, place), name
