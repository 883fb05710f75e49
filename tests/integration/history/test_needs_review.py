"""What needs review: found by the pass, listed, and decided about by people."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.bootstrap.needs_review import OpenDeadLetters, note_schedule
from executor_service.events import (
    Group,
    OccurrenceFailed,
    OccurrenceRecorded,
    OccurrencesSkipped,
    PublishFailed,
    WorkflowSaved,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
    to_new_event,
)
from executor_service.history.api import ReviewCalls, needs_review_router
from executor_service.history.handlers import review_pass
from executor_service.history.ports import CauseSource
from executor_service.history.store import MetCauses, NotDecided, ReviewTransaction
from executor_service.web import Actor, Role, install_web
from shared.contracts import ScheduleChanged, scheduled_occurrence_id
from shared.dead_letters import DeadLetters
from shared.event_store import Append
from shared.kafka import RawMessage
from shared.postgres import Pool
from tests.integration.history.conftest import Chronicle
from tests.integration.history.test_history import AT, OCCURRENCE, STREAM, a_claim, a_workflow, an_evaluation

DUE = datetime(2026, 11, 27, 7, tzinfo=UTC)
FRIDAYS = {"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], "timeOfDay": {"hour": 8, "minute": 0}}
PATH = "/v1/needs-review"


async def _somebody(key: str) -> Actor | None:
    return Actor(1, key, Role[key])


@pytest.fixture
async def client(executor_pool: Pool) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with an editor's key."""
    api = FastAPI()
    install_web(api, authenticate=_somebody)
    api.include_router(needs_review_router(ReviewCalls(executor_pool)))
    headers = {"authorization": "Bearer EDITOR"}
    transport = httpx2.ASGITransport(app=api)
    async with httpx2.AsyncClient(transport=transport, base_url="http://history", headers=headers) as client:
        yield client


async def look(pool: Pool, *sources: CauseSource) -> int:
    return await review_pass(sources or (MetCauses(pool),), open_review=partial(ReviewTransaction, pool))


async def items(client: httpx2.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def failed(ids: list[int], reason: str, *, number: int) -> Append:
    append = a_claim(ids, [Group(outcome="FAILED", reason=reason, next="2", count=len(ids))])
    return Append(f"claim-{number}", 0, append.events)


async def begin(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()), Append(STREAM, 0, an_evaluation()))


async def test_actions_that_failed_with_one_reason_are_one_item(
    chronicle: Chronicle, client: httpx2.AsyncClient
) -> None:
    await begin(chronicle)
    await chronicle.write(failed([1, 2], "TOO_LONG", number=1), failed([3], "INTERNAL", number=2))
    await chronicle.write(failed([4], "TOO_LONG", number=3))

    assert await look(chronicle.pool) == 2
    assert await look(chronicle.pool) == 0

    found = {item["details"]["reason"]: item for item in await items(client, kind="ACTIONS_FAILED")}
    assert {reason: item["count"] for reason, item in found.items()} == {"TOO_LONG": 3, "INTERNAL": 1}
    item = found["TOO_LONG"]
    assert (item["state"], item["workflowId"], item["occurrenceId"]) == ("OPEN", "5", str(OCCURRENCE))
    assert (item["sample"], item["details"]["actionId"]) == (["4"], "1")
    assert item["message"] == "An action failed: TOO_LONG"


async def test_a_resolved_item_opens_again_with_what_is_new_and_a_muted_one_does_not(
    chronicle: Chronicle, client: httpx2.AsyncClient
) -> None:
    await begin(chronicle)
    await chronicle.write(failed([1, 2], "TOO_LONG", number=1), failed([3], "INTERNAL", number=2))
    await look(chronicle.pool)
    found = {item["details"]["reason"]: item["id"] for item in await items(client)}

    resolved = await client.post(f"{PATH}/{found['TOO_LONG']}/resolve")
    muted = await client.post(f"{PATH}/{found['INTERNAL']}/mute")
    assert (resolved.json()["state"], muted.json()["state"]) == ("RESOLVED", "MUTED")
    assert await look(chronicle.pool) == 0
    assert await items(client, state="OPEN") == []

    await chronicle.write(failed([4], "TOO_LONG", number=3), failed([5], "INTERNAL", number=4))
    await look(chronicle.pool)

    assert [(item["details"]["reason"], item["count"]) for item in await items(client, state="OPEN")] == [
        ("TOO_LONG", 1)
    ]
    (still,) = await items(client, state="MUTED")
    assert still["count"] == 2
    assert (await client.post(f"{PATH}/{found['INTERNAL']}/unmute")).json()["state"] == "OPEN"


async def test_failed_occurrences_and_events_that_could_not_be_published_need_review(
    chronicle: Chronicle, client: httpx2.AsyncClient
) -> None:
    await begin(chronicle)
    ids: dict[str, Any] = {"workflow_id": "5", "occurrence_id": OCCURRENCE, "revision_id": "1"}
    failure = OccurrenceFailed(**ids, reason="TOO_SLOW", attempts=5)
    unsent = PublishFailed(position=3, topic="workflows.history.v1", reason="MessageSizeTooLargeError")
    await chronicle.write(
        Append(STREAM, 5, [to_new_event(failure)]), Append("relay-workflows.history.v1", 0, [to_new_event(unsent)])
    )

    await look(chronicle.pool)

    found = {item["kind"]: item for item in await items(client)}
    assert set(found) == {"OCCURRENCE_FAILED", "PUBLISH_FAILED"}
    assert found["OCCURRENCE_FAILED"]["sample"] == [str(OCCURRENCE)]
    assert (found["PUBLISH_FAILED"]["workflowId"], found["PUBLISH_FAILED"]["details"]["position"]) == (None, 3)


def scheduled(stream: str = "workflow-5", *, workflow_id: str = "5") -> Append:
    ids = {"workflow_id": workflow_id, "revision_id": "1", "effective_at": AT - timedelta(days=7)}
    zone = "Europe/Oslo"
    document = {"name": "Friday", "objectTypeId": "0-1", "enrollmentSchedule": FRIDAYS}
    saved = WorkflowSaved(**ids, document=document, is_enabled=False, time_zone_id=zone)
    on = WorkflowTurnedOn(**ids, schedule=FRIDAYS, time_zone_id=zone)
    return Append(stream, 0, [to_new_event(saved), to_new_event(on)])


async def set_clock(pool: Pool, instant: datetime) -> None:
    await pool.execute("UPDATE executor.rule_clock SET shift = $1::timestamptz - clock_timestamp()", instant)


def a_due_event() -> Append:
    due = OccurrenceRecorded(
        workflow_id="5",
        occurrence_id=scheduled_occurrence_id(5, DUE),
        revision_id="1",
        object_type_id="0-1",
        trigger="SCHEDULE",
        due_at=DUE,
        local_time="2026-11-27T08:00:00+01:00",
        time_zone_id="Europe/Oslo",
    )
    return Append(f"occurrence-{due.occurrence_id}", 0, [to_new_event(due)])


def a_skip() -> Append:
    nominal = "2026-11-27T08:00"
    skipped = OccurrencesSkipped(
        workflow_id="5", revision_id="1", source_event_id="x", reason="MISSED", first=nominal, last=nominal, count=1
    )
    return Append("workflow-5", 2, [to_new_event(skipped)])


@pytest.mark.parametrize("decided", [a_due_event(), a_skip()])
async def test_what_should_have_come_due_needs_review_until_it_is_decided(
    chronicle: Chronicle, client: httpx2.AsyncClient, decided: Append
) -> None:
    source = NotDecided(chronicle.pool)
    await set_clock(chronicle.pool, DUE + timedelta(seconds=60))
    await chronicle.write(scheduled())
    assert await look(chronicle.pool, source) == 0

    await set_clock(chronicle.pool, DUE + timedelta(seconds=121))
    assert await look(chronicle.pool, source) == 1
    (item,) = await items(client, kind="NOT_DECIDED")
    assert (item["state"], item["workflowId"], item["sample"]) == ("OPEN", "5", ["2026-11-27T07:00:00Z"])
    assert source.count == 1

    await chronicle.write(decided)
    await look(chronicle.pool, source)
    (item,) = await items(client, kind="NOT_DECIDED")
    assert (item["state"], source.count) == ("RESOLVED", 0)


async def test_a_workflow_that_is_off_is_expected_nowhere(chronicle: Chronicle) -> None:
    await set_clock(chronicle.pool, DUE + timedelta(days=1))
    off = WorkflowTurnedOff(workflow_id="5", revision_id="1", effective_at=DUE)
    await chronicle.write(scheduled(), Append("workflow-5", 2, [to_new_event(off)]))

    assert await look(chronicle.pool, NotDecided(chronicle.pool)) == 0


async def test_dead_letters_are_one_item_a_topic_and_reason_until_none_is_open(
    executor_pool: Pool, client: httpx2.AsyncClient
) -> None:
    letters = DeadLetters(executor_pool)
    for offset, reason in enumerate(["NOT_JSON", "NOT_JSON", "INVALID"]):
        message = RawMessage("workflows.due.v1", 0, offset, AT, b"5", b"{", ())
        await letters.store(message, reason=reason, error="x")

    await look(executor_pool, OpenDeadLetters(executor_pool))
    found = await items(client, kind="DEAD_LETTER")
    assert {item["details"]["reason"]: item["count"] for item in found} == {
        "workflows.due.v1: NOT_JSON": 2,
        "workflows.due.v1: INVALID": 1,
    }

    await executor_pool.execute("UPDATE dead_letters SET state = 'DISCARDED'")
    await look(executor_pool, OpenDeadLetters(executor_pool))
    assert await items(client, state="OPEN") == []


async def test_a_broken_schedule_needs_review_until_another_is_taken_over(
    executor_pool: Pool, client: httpx2.AsyncClient
) -> None:
    def told(kind: Any, error: str | None = None) -> ScheduleChanged:
        return ScheduleChanged(type=kind, workflow_id="5", revision_id="1", error=error)

    broken = told("workflows.schedule.broken.v1", "no such zone")
    await note_schedule(broken, at=AT, pool=executor_pool)
    (item,) = await items(client, state="OPEN")
    assert (item["kind"], item["workflowId"], item["details"]["error"]) == ("SCHEDULE_BROKEN", "5", "no such zone")

    await note_schedule(told("workflows.schedule.set.v1"), at=AT + timedelta(minutes=1), pool=executor_pool)
    await note_schedule(broken, at=AT, pool=executor_pool)
    assert await items(client, state="OPEN") == []

    await note_schedule(broken, at=AT + timedelta(minutes=2), pool=executor_pool)
    assert [item["count"] for item in await items(client, state="OPEN")] == [1]


async def test_items_are_listed_by_pages_and_filters(chronicle: Chronicle, client: httpx2.AsyncClient) -> None:
    await begin(chronicle)
    reasons: Sequence[str] = ("A", "B", "C", "D", "E")
    await chronicle.write(*(failed([n], reason, number=n) for n, reason in enumerate(reasons, 1)))
    await look(chronicle.pool)
    walked: list[str] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        page = (await client.get(PATH, params=asked)).json()
        walked.extend(item["id"] for item in page["data"])
        cursor = page["nextCursor"]
        if cursor is None:
            break

    assert walked == [item["id"] for item in await items(client)]
    assert len(set(walked)) == 5
    assert len(await items(client, workflowId="5")) == 5
    assert await items(client, workflowId="6") == []
    assert (await client.get(PATH, params={"cursor": "WzEsIngiXQ"})).status_code == 422
    assert (await client.get(PATH, params={"kind": "NONE"})).status_code == 422


async def test_who_may_only_look_decides_nothing(client: httpx2.AsyncClient) -> None:
    viewer = {"authorization": "Bearer VIEWER"}
    path = f"{PATH}/{OCCURRENCE}/resolve"

    assert (await client.post(path, headers=viewer)).status_code == 403
    assert (await client.post(path)).status_code == 404
    assert (await client.post(f"{PATH}/x/mute")).status_code == 404
