"""The account's details, its keys, and writes that happen once."""

import asyncio
from typing import Any

import httpx2

from executor_service.account.store import zone
from executor_service.web import Role
from shared.postgres import Connection, Pool, Transaction
from tests.integration.account.conftest import ZoneLog, make_key

DETAILS = "/account-info/v3/details"
KEYS = "/v1/api-keys"


async def events(pool: Pool) -> list[tuple[int, str, dict[str, Any]]]:
    rows = await pool.fetch("SELECT version, type, data FROM events WHERE stream = 'account' ORDER BY version")
    return [(row["version"], row["type"], row["data"]) for row in rows]


async def test_a_new_zone_is_stored_told_and_appended_in_one_transaction(
    client: httpx2.AsyncClient, executor_pool: Pool, zones: ZoneLog
) -> None:
    answer = await client.patch(DETAILS, json={"timeZone": "Asia/Kathmandu", "name": "Ann & Co"})

    assert answer.status_code == 200
    assert answer.json()["timeZone"] == "Asia/Kathmandu"
    assert answer.json()["utcOffset"] == "+05:45"
    assert answer.json()["utcOffsetMilliseconds"] == 20_700_000
    assert (await client.get(DETAILS)).json() == answer.json()
    assert zones.told == ["Asia/Kathmandu"]
    assert (await events(executor_pool))[-1] == (2, "AccountChanged", {"timeZoneId": "Asia/Kathmandu"})
    assert int(answer.headers["Workflows-Position"]) == await executor_pool.fetchval("SELECT max(position) FROM events")
    async with Transaction(executor_pool) as work:
        assert await zone(work.connection) == "Asia/Kathmandu"


async def test_a_change_that_changes_nothing_appends_nothing(
    client: httpx2.AsyncClient, executor_pool: Pool, zones: ZoneLog
) -> None:
    answer = await client.patch(DETAILS, json={"timeZone": "UTC"})

    assert answer.status_code == 200
    assert "Workflows-Position" not in answer.headers
    assert zones.told == []
    assert len(await events(executor_pool)) == 1


async def test_a_zone_that_is_none_is_refused(client: httpx2.AsyncClient) -> None:
    names = ["Mars/Phobos", "../../etc/passwd", "A" * 5_000, "posixrules", "europe/paris", ""]

    answers = [await client.patch(DETAILS, json={"timeZone": name}) for name in names]

    assert {answer.status_code for answer in answers} == {400}
    assert {answer.json()["category"] for answer in answers} == {"VALIDATION_ERROR"}
    assert {answer.json()["errors"][0]["in"] for answer in answers} == {"timeZone"}
    assert (await client.get(DETAILS)).json()["timeZone"] == "UTC"


async def test_a_key_is_shown_once_and_kept_as_its_digest(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    made = (await client.post(KEYS, json={"name": "reader", "role": "viewer"})).json()

    assert made["key"].startswith("wf_live_")
    assert made["key"] not in str(await executor_pool.fetch("SELECT name, digest, role FROM api_keys"))
    assert made["key"] not in str(await events(executor_pool))
    listed = (await client.get(KEYS)).json()
    newest = listed["results"][0]
    assert (newest["id"], newest["name"], newest["role"]) == (made["id"], "reader", "viewer")
    assert listed["nextCursor"] is None
    assert "key" not in newest


async def test_keys_are_paged_newest_first(client: httpx2.AsyncClient) -> None:
    for number in range(3):
        await client.post(KEYS, json={"name": f"key {number}", "role": "viewer"})

    first = (await client.get(KEYS, params={"limit": 2})).json()
    second = (await client.get(KEYS, params={"limit": 2, "cursor": first["nextCursor"]})).json()

    assert [row["name"] for row in first["results"] + second["results"]] == ["key 2", "key 1", "key 0", "admin"]
    assert second["nextCursor"] is None


async def test_a_revoked_key_opens_nothing_at_once(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    made = (await client.post(KEYS, json={"name": "reader", "role": "viewer"})).json()
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert (await client.get(DETAILS, headers=bearer)).status_code == 200

    assert (await client.delete(f"{KEYS}/{made['id']}")).status_code == 204
    assert (await client.delete(f"{KEYS}/{made['id']}")).status_code == 204

    assert (await client.get(DETAILS, headers=bearer)).status_code == 401
    assert [event[1] for event in await events(executor_pool)] == ["KeyCreated", "KeyCreated", "KeyRevoked"]


async def test_an_expired_key_opens_nothing(client: httpx2.AsyncClient) -> None:
    body = {"name": "old", "role": "admin", "expiresAt": "2020-01-01T00:00:00Z"}
    made = (await client.post(KEYS, json=body)).json()

    answer = await client.get(DETAILS, headers={"Authorization": f"Bearer {made['key']}"})

    assert answer.status_code == 401


async def test_without_a_valid_key_every_answer_is_the_same(client: httpx2.AsyncClient) -> None:
    headers = ["", "Bearer", "Bearer ", "Bearer wf_live_" + "a" * 43, "Basic abc", "Bearer \xff\xfe", "Bearer x y z"]
    for header in headers:
        bearer = {b"Authorization": header.encode("latin-1")}
        on_hubspot = await client.get(DETAILS, headers=bearer)
        on_v1 = await client.get(KEYS, headers=bearer)

        assert (on_hubspot.status_code, on_hubspot.json()["category"]) == (401, "INVALID_AUTHENTICATION"), header
        assert on_v1.status_code == 401
        assert on_v1.headers["content-type"] == "application/problem+json"
        assert on_v1.json()["type"] == "urn:workflows:problem:unauthenticated"


async def test_only_an_admin_changes_the_account_and_its_keys(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    for role in (Role.VIEWER, Role.EDITOR, Role.PUBLISHER):
        bearer = {"Authorization": f"Bearer {await make_key(executor_pool, role)}"}

        assert (await client.get(DETAILS, headers=bearer)).status_code == 200
        refused = await client.patch(DETAILS, headers=bearer, json={"timeZone": "Europe/Oslo"})
        assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
        assert (await client.get(KEYS, headers=bearer)).json()["type"] == "urn:workflows:problem:forbidden"
        assert (await client.post(KEYS, headers=bearer, json={})).status_code == 403
        assert (await client.delete(f"{KEYS}/1", headers=bearer)).status_code == 403


async def test_the_same_request_under_a_key_happens_once(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    once = {"Idempotency-Key": "abc"}
    body = {"name": "reader", "role": "viewer"}

    first = await client.post(KEYS, json=body, headers=once)
    second = await client.post(KEYS, json=body, headers=once)

    assert second.status_code == 201
    assert second.json() == first.json() | {"key": None}
    assert second.headers["Workflows-Position"] == first.headers["Workflows-Position"]
    assert len(await events(executor_pool)) == 2


async def test_another_request_under_the_same_key_is_refused(client: httpx2.AsyncClient) -> None:
    once = {"Idempotency-Key": "abc"}
    await client.post(KEYS, json={"name": "reader", "role": "viewer"}, headers=once)

    answer = await client.post(KEYS, json={"name": "reader", "role": "admin"}, headers=once)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_request_under_a_key_that_is_under_way_is_told_so(
    client: httpx2.AsyncClient, executor_pool: Pool
) -> None:
    once = {"Idempotency-Key": "abc"}
    body = {"name": "reader", "role": "viewer"}
    async with Transaction(executor_pool) as work:
        await work.connection.fetch("SELECT id FROM accounts FOR UPDATE")
        first = asyncio.ensure_future(client.post(KEYS, json=body, headers=once))
        await until_somebody_waits(work.connection)

        second = await client.post(KEYS, json=body, headers=once)

        assert (second.status_code, second.json()["errors"][0]["code"]) == (409, "IN_PROGRESS")
    assert (await first).status_code == 201
    assert (await client.post(KEYS, json=body, headers=once)).json()["id"] == (await first).json()["id"]


async def until_somebody_waits(connection: Connection) -> None:
    blocked = (
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    async with asyncio.timeout(10):
        for _ in range(100_000):
            if await connection.fetchval(blocked):
                return
    raise AssertionError


async def test_an_idempotency_key_is_forgotten_after_a_day(client: httpx2.AsyncClient, executor_pool: Pool) -> None:
    once = {"Idempotency-Key": "abc"}
    first = await client.post(KEYS, json={"name": "one", "role": "viewer"}, headers=once)
    await executor_pool.execute("UPDATE rule_clock SET shift = interval '24 hours 1 second'")

    second = await client.post(KEYS, json={"name": "two", "role": "viewer"}, headers=once)
    third = await client.post(KEYS, json={"name": "two", "role": "viewer"}, headers=once)

    assert second.json()["id"] != first.json()["id"]
    assert third.json()["id"] == second.json()["id"]
    assert await executor_pool.fetchval("SELECT count(*) FROM idempotency_keys") == 1


async def test_a_request_that_was_refused_may_be_made_again_under_its_key(client: httpx2.AsyncClient) -> None:
    once = {"Idempotency-Key": "abc"}
    assert (await client.post(KEYS, json={"name": "", "role": "viewer"}, headers=once)).status_code == 422

    assert (await client.post(KEYS, json={"name": "one", "role": "viewer"}, headers=once)).status_code == 201


async def test_an_idempotency_key_that_is_none_is_refused(client: httpx2.AsyncClient) -> None:
    for key in ("", "a b", "x" * 256, "\x7f"):
        answer = await client.post(KEYS, json={"name": "one", "role": "viewer"}, headers={"Idempotency-Key": key})

        assert answer.status_code == 400, key
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


MISTAKES: list[tuple[object, set[tuple[str, str]]]] = [
    ({}, {("INCOMPLETE", "name"), ("INCOMPLETE", "role")}),
    ({"name": 5, "role": "king"}, {("WRONG_TYPE", "name"), ("NOT_ALLOWED", "role")}),
    ({"name": "a", "role": "viewer", "id": "1"}, {("UNKNOWN_FIELD", "id")}),
    ({"name": "a", "role": "viewer", "expiresAt": 5}, {("WRONG_TYPE", "expiresAt")}),
    ({"name": "a", "role": "viewer", "expiresAt": "2026-02-30T00:00:00Z"}, {("WRONG_TYPE", "expiresAt")}),
    ({"name": "a", "role": "viewer", "expiresAt": "2026-02-03T00:00:00"}, {("WRONG_TYPE", "expiresAt")}),
    ([], {("WRONG_TYPE", "")}),
]


async def test_every_mistake_in_a_key_is_named(client: httpx2.AsyncClient) -> None:
    for body, codes in MISTAKES:
        answer = await client.post(KEYS, json=body)

        assert answer.status_code == 422, body
        assert {(error["code"], error["field"]) for error in answer.json()["errors"]} == codes


async def test_an_id_that_is_none_is_not_found(client: httpx2.AsyncClient) -> None:
    for ident in ("0", "-1", "01", "abc", "9" * 400, "1.0", "%00", "9007199254740993", "99"):
        answer = await client.delete(f"{KEYS}/{ident}")

        assert (answer.status_code, answer.json()["title"]) == (404, "Not found"), ident
