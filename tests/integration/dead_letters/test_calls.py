"""Dead letters as both services show them: listed, looked at, tried again, put aside."""

import base64
from datetime import UTC, datetime
from itertools import count

import pytest

from executor_service.account.store import create_key
from executor_service.bootstrap.inbound import Inbound
from executor_service.records.handlers.topic import take_batch
from executor_service.records.store.topic import TopicWork
from executor_service.web import Role
from scheduler_service.bootstrap import Scheduler
from scheduler_service.settings import Settings
from shared.contracts import COMMANDS, DUE, LIFECYCLE
from shared.dead_letters import DeadLetters
from shared.kafka import RawMessage
from shared.postgres import Pool, Transaction
from tests.conftest import Database
from tests.integration.commands.conftest import command
from tests.integration.dead_letters.conftest import NOWHERE, Office, client_of
from tests.integration.records_topic.conftest import message, upserted

AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
CALLS = (("GET", ""), ("GET", "/1"), ("POST", "/1/retry"), ("POST", "/1/discard"))
_offsets = count(1)


def broken(topic: str, *, key: bytes | None = b"1", value: bytes | None = b"{") -> RawMessage:
    headers = (("ce_id", b"\xff\x00"), ("ce_id", b"twice"))
    return RawMessage(topic, 3, next(_offsets), AT, key, value, headers)


@pytest.fixture(params=["executor", "scheduler"])
def office(request: pytest.FixtureRequest) -> Office:
    """The office of either service."""
    found: Office = request.getfixturevalue(request.param)
    return found


async def test_dead_letters_are_listed_newest_first_in_pages(office: Office) -> None:
    letters = DeadLetters(office.pool)
    for topic in (DUE, DUE, LIFECYCLE, DUE):
        await letters.store(broken(topic), reason="NOT_JSON", error="at 1")
    page = await office.get(limit=2)
    rest = await office.get(limit=2, cursor=page["nextCursor"])
    offsets = [row["offset"] for row in page["data"] + rest["data"]]
    assert (offsets, rest["nextCursor"]) == (sorted(offsets, reverse=True), None)
    assert [row["topic"] for row in (await office.get(topic=LIFECYCLE))["data"]] == [LIFECYCLE]
    assert (await office.get(state="DISCARDED"))["data"] == []
    assert len((await office.get(state="OPEN", topic=DUE))["data"]) == 3


async def test_one_dead_letter_is_shown_with_its_bytes(office: Office) -> None:
    stored = broken(DUE, key=b"\xff1", value=b"\x00{")
    await DeadLetters(office.pool).store(stored, reason="NOT_JSON", error="at 1")
    (row,) = (await office.get())["data"]
    shown = await office.get(f"/{row['id']}")
    assert shown == row | {
        "value": base64.b64encode(b"\x00{").decode(),
        "headers": [{"name": "ce_id", "value": "/wA="}, {"name": "ce_id", "value": "dHdpY2U="}],
    }
    assert row["service"] in {"executor", "scheduler"}
    assert {name: row[name] for name in row if name not in {"id", "service"}} == {
        "topic": DUE,
        "partition": 3,
        "offset": stored.offset,
        "timestamp": "2026-11-27T07:00:00Z",
        "key": "\\xff1",
        "reason": "NOT_JSON",
        "error": "at 1",
        "state": "OPEN",
        "attempts": 0,
    }


async def test_a_message_without_key_and_value_is_shown_as_it_was(office: Office) -> None:
    await DeadLetters(office.pool).store(broken(DUE, key=None, value=None), reason="NULL_VALUE", error="")
    shown = await office.get("/1")
    assert (shown["key"], shown["value"]) == (None, None)


async def test_a_letter_is_put_aside_and_stays_aside(office: Office) -> None:
    await DeadLetters(office.pool).store(broken(DUE), reason="NOT_JSON", error="")
    assert (await office.post("/1/discard"))["state"] == "DISCARDED"
    assert (await office.post("/1/discard"))["state"] == "DISCARDED"
    assert [row["id"] for row in (await office.get(state="DISCARDED"))["data"]] == ["1"]


async def test_a_letter_that_is_not_there_is_not_found(office: Office) -> None:
    await DeadLetters(office.pool).store(broken(DUE), reason="NOT_JSON", error="")
    for letter_id in ("2", "0", "-1", "01x", "\u0661", "9" * 18, "9" * 400, "a%00b", "1/2"):
        for path in ("", "/retry", "/discard"):
            method = "POST" if path else "GET"
            answer = await office.client.request(method, f"/v1/dead-letters/{letter_id}{path}", headers=office.headers)
            assert (letter_id[:20], answer.status_code) == (letter_id[:20], 404), answer.text
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_parameter_that_does_not_fit_is_named(office: Office) -> None:
    for query in ("limit=0", "limit=x", "cursor=0", "cursor=" + "9" * 30, "state=open", "topic=a%20b"):
        answer = await office.client.get(f"/v1/dead-letters?{query}", headers=office.headers)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, query.partition("=")[0])


async def test_a_message_of_a_topic_that_is_not_read_here_cannot_be_tried(office: Office) -> None:
    await DeadLetters(office.pool).store(broken("elsewhere.v1"), reason="NOT_JSON", error="")
    assert (await office.post("/1/retry", status=409))["errors"][0]["code"] == "TOPIC_NOT_READ"
    assert (await office.get("/1"))["attempts"] == 0


async def test_a_message_that_is_refused_again_stays_open_with_the_newer_reason(executor: Office) -> None:
    await DeadLetters(executor.pool).store(broken(COMMANDS), reason="OLD", error="old")
    for attempt in (1, 2):
        row = await executor.post("/1/retry")
        assert (row["state"], row["attempts"], row["reason"]) == ("OPEN", attempt, "DUPLICATE_HEADER")


async def test_a_command_is_carried_out_when_it_is_tried_again_after_repair(executor: Office, inbound: Inbound) -> None:
    whole = command("run", 999, command_id="late")
    await DeadLetters(executor.pool).store(whole, reason="INTERNAL", error="")
    row = await executor.post("/1/retry")
    assert (row["state"], row["attempts"]) == ("RETRIED", 1)
    again = await executor.post("/1/retry")
    assert (again["state"], again["attempts"]) == ("RETRIED", 1)
    assert await executor.pool.fetchval("SELECT count(*) FROM events WHERE type = 'CommandRefused'") == 1
    assert (await executor.post("/1/discard", status=409))["errors"][0]["code"] == "ALREADY_RETRIED"
    await inbound.accept_command(whole)
    assert await executor.pool.fetchval("SELECT count(*) FROM events WHERE type = 'CommandRefused'") == 1


async def test_a_record_is_written_when_its_message_is_tried_again_after_repair(executor: Office) -> None:
    told = message("upserted", upserted("ada@example.com", nickname="Countess"), key="0-1/ada", offset=4)
    await take_batch("reader", [told], open_work=lambda: TopicWork(executor.pool))
    assert (await executor.post("/1/retry"))["reason"] == "UNKNOWN_NAME"
    await executor.pool.execute(
        "INSERT INTO property_definitions (object_type_id, name, label, type, field_type, group_name) "
        "VALUES ('0-1', 'nickname', 'Nickname', 'string', 'text', 'contactinformation')"
    )
    assert (await executor.post("/1/retry"))["state"] == "RETRIED"
    stored = await executor.pool.fetchval("SELECT properties FROM records")
    assert stored == {"email": "ada@example.com", "nickname": "Countess"}


async def test_a_letter_that_was_put_aside_can_be_tried_still(executor: Office) -> None:
    await DeadLetters(executor.pool).store(command("run", 999), reason="INTERNAL", error="")
    await executor.post("/1/discard")
    assert (await executor.post("/1/retry"))["state"] == "RETRIED"


async def test_a_change_of_a_workflow_is_planned_when_it_is_tried_again(
    scheduler: Office, scheduler_service: Scheduler, scheduler_pool: Pool
) -> None:
    del scheduler_service
    data = (
        b'{"workflowId": "7", "revisionId": "1", "version": 2, "effectiveAt": "2026-11-27T07:00:00Z", '
        b'"timeZoneId": "UTC", "schedule": {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}}'
    )
    kind = b"workflows.workflow.turned-on.v1"
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"a"), ("ce_source", b"/x"), ("ce_type", kind))
    told = RawMessage(LIFECYCLE, 0, 1, AT, b"7", data, headers)
    await DeadLetters(scheduler_pool).store(told, reason="INTERNAL", error="")
    assert (await scheduler.post("/1/retry"))["state"] == "RETRIED"
    assert await scheduler_pool.fetchval("SELECT next_due_at IS NOT NULL FROM schedules WHERE workflow_id = 7")


async def test_the_scheduler_opens_its_dead_letters_to_the_operator_alone(scheduler: Office) -> None:
    await DeadLetters(scheduler.pool).store(broken(DUE), reason="NOT_JSON", error="")
    for header in (None, "Bearer", "Bearer open", "Basic open sesame", "Bearer \u00f6pen sesame", "open sesame"):
        headers = {} if header is None else {b"authorization": header.encode("latin-1")}
        for method, path in CALLS:
            answer = await scheduler.client.request(method, f"/v1/dead-letters{path}", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert (await scheduler.get("/1"))["state"] == "OPEN"


async def test_without_an_operators_key_the_scheduler_opens_them_to_nobody(
    database: Database, scheduler_pool: Pool
) -> None:
    closed = Scheduler(Settings(database_url=database.url, kafka=NOWHERE), scheduler_pool)
    async with client_of(closed.api()) as client:
        for header in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer"}):
            answer = await client.get("/v1/dead-letters", headers=header)
            assert (answer.status_code, "WORKFLOWS_OPERATOR_KEY" in answer.text) == (403, True)


async def test_the_executor_lets_viewers_read_and_publishers_act(executor: Office) -> None:
    await DeadLetters(executor.pool).store(broken(DUE), reason="NOT_JSON", error="")
    async with Transaction(executor.pool) as work:
        editor = (await create_key(work.connection, "editor", Role.EDITOR)).key
        await work.commit()
    for headers, expected in (({}, [401] * 4), ({"authorization": f"Bearer {editor}"}, [200, 200, 403, 403])):
        answers = [
            await executor.client.request(method, f"/v1/dead-letters{path}", headers=headers) for method, path in CALLS
        ]
        assert [answer.status_code for answer in answers] == expected
