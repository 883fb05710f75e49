"""Pausing and resuming over HTTP: a workflow, or everything; at the barrier, with what is answered."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.api import pauses_router
from executor_service.account.store import KeyRing
from executor_service.execution.store import ExecutionWork, Lower, count_waiting
from executor_service.records.store import PostgresRecords
from executor_service.web import Role, install_web
from executor_service.workflows.messages import lifecycle_messages
from executor_service.workflows.store import PostgresBarrier, PostgresWorkflows, RevisionCache
from shared.contracts import OccurrenceDue, scheduled_occurrence_id
from shared.postgres import Kind, advisory_key, connect
from tests.conftest import Database
from tests.integration.workflows.conftest import World

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def account(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    """A publisher's client of the account's pause."""
    app = FastAPI()
    install_web(app, authenticate=KeyRing(world.pool))
    standstill = PostgresBarrier(world.pool).all_passed
    app.include_router(pauses_router(pool=world.pool, standstill=standstill, stored=count_waiting))
    headers = {"authorization": f"Bearer {world.keys[Role.PUBLISHER]}"}
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://workflows", headers=headers) as client:
        yield client


async def act(world: World, number: int, word: str) -> httpx2.Response:
    return await world.client.post(f"/v1/workflows/{number}/{word}")


async def come_due(world: World, number: int, days: int) -> None:
    """Store what came due while the workflow was paused: the clock passes it, nobody evaluates."""
    now = await world.pool.fetchval("SELECT rule_time()")
    due_at = now.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=days)
    message = OccurrenceDue(
        workflow_id=str(number),
        revision_id="1",
        occurrence_id=scheduled_occurrence_id(number, due_at),
        due_at=due_at,
        nominal="2027-01-01T08:00",
        local_time="2027-01-01T08:00:00+00:00",
        time_zone_id="UTC",
        tzdata="2026.6",
    )
    lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
    async with ExecutionWork(world.pool, lower) as work:
        await work.occurrences.record(message, object_type_id="0-1")
        await work.commit()


async def test_resume_says_how_many_came_due_and_what_will_decide_them(world: World, flow: dict[str, Any]) -> None:
    schedule = {**flow["enrollmentSchedule"], "catchUp": {"policy": "ALL"}}
    number = await world.create(flow, enrollmentSchedule=schedule, isEnabled=True)

    paused = await act(world, number, "pause")
    for days in (1, 2):
        await come_due(world, number, days)
    await world.pool.execute("UPDATE rule_clock SET shift = shift + interval '1 day 23 hours 59 minutes'")
    resumed, again = await act(world, number, "resume"), await act(world, number, "resume")

    now = await world.pool.fetchval("SELECT rule_time()")
    due = await world.pool.fetchval("SELECT count(*) FROM occurrences WHERE due_at <= $1", now)
    assert (paused.status_code, paused.json()["isEnabled"]) == (200, True)
    assert (resumed.status_code, resumed.json()["stored"], resumed.json()["catchUpPolicy"]) == (200, due, "ALL")
    assert due >= 1
    assert (again.json()["stored"], again.json()["position"]) == (0, resumed.json()["position"])
    assert (await world.kinds(number))[2:] == ["WorkflowPaused", "WorkflowResumed"]


async def test_others_are_told_of_a_pause_and_the_span_is_kept(world: World, flow: dict[str, Any]) -> None:
    number = await world.create(flow, isEnabled=True)
    for word in ("pause", "pause", "resume", "pause"):
        await act(world, number, word)

    events = (await world.events(number))[2:]
    told = [dict(message.headers)["ce_type"].decode() for event in events for message in lifecycle_messages(event)]
    spans = await world.pool.fetch("SELECT paused_at, resumed_at FROM workflow_pauses ORDER BY version")

    assert told == [f"workflows.workflow.{word}.v1" for word in ("paused", "resumed", "paused")]
    assert [span["resumed_at"] is None for span in spans] == [False, True]
    assert spans[0]["paused_at"] < spans[0]["resumed_at"] < spans[1]["paused_at"]
    async with world.work() as work:
        assert (await work.workflows.load(number)).paused_at == spans[1]["paused_at"]


@pytest.mark.parametrize("word", ["pause", "resume"])
async def test_only_publishers_pause_and_only_what_is_there(world: World, flow: dict[str, Any], word: str) -> None:
    number = await world.create(flow)

    forbidden = await world.client.post(f"/v1/workflows/{number}/{word}", headers=world.as_role(Role.EDITOR))

    assert forbidden.status_code == 403
    assert (await act(world, number + 1, word)).status_code == 404
    assert await world.kinds(number) == ["WorkflowSaved"]


async def test_the_accounts_pause_waits_at_the_barrier_of_whoever_acts(
    world: World, flow: dict[str, Any], account: httpx2.AsyncClient, database: Database
) -> None:
    number = await world.create(flow, isEnabled=True)
    worker = await connect(database.url, schema="executor")
    await worker.execute("SELECT pg_advisory_lock_shared($1)", advisory_key(Kind.BARRIER, number))

    pausing = asyncio.create_task(account.post("/v1/pause"))
    async with asyncio.timeout(20):
        while not await worker.fetchval(WAITING):
            assert not pausing.done()
    async with world.work() as work:
        workflows = PostgresWorkflows(work.connection, RevisionCache())
        assert (await workflows.standing(number)).is_paused
    await worker.execute("SELECT pg_advisory_unlock_all()")
    answer = await pausing
    await worker.close()

    assert (answer.status_code, answer.json()["isPaused"]) == (200, True)
    resumed = await account.post("/v1/resume")
    assert resumed.json() == {"isPaused": False, "pausedAt": None, "stored": 0, "position": resumed.json()["position"]}
    assert resumed.headers["workflows-position"] == str(resumed.json()["position"])


async def test_an_action_that_goes_on_for_more_than_five_seconds_is_told(
    world: World, flow: dict[str, Any], account: httpx2.AsyncClient, database: Database
) -> None:
    number = await world.create(flow, isEnabled=True)
    worker = await connect(database.url, schema="executor")
    await worker.execute("SELECT pg_advisory_lock_shared($1)", advisory_key(Kind.BARRIER, number))

    answers = await asyncio.gather(account.post("/v1/pause"), act(world, number, "pause"))
    await worker.close()

    assert [answer.status_code for answer in answers] == [202, 202]
