"""The whole application on a database that all tests here share, and a look at everything that was written to it."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, Final

import asyncpg
import httpx2
import pytest

from executor_service.account.store import create_key
from executor_service.account.store.keys import revoke_key
from executor_service.bootstrap.http import make_api
from executor_service.execution.actions import Catalogue
from executor_service.history.api import EventStreams
from executor_service.history.handlers import project_pass, schedule_broken
from executor_service.history.store import LogReader, ReviewTransaction
from executor_service.history.writer import ProjectionTransaction
from executor_service.web import Role
from shared.dead_letters import DeadLetters
from shared.figures import Figures
from shared.health import Health
from shared.horizon import find_horizon
from shared.kafka import RawMessage
from shared.loops import Stop
from shared.postgres import Pool, Transaction, close_pool, connect, open_pool
from tests.conftest import Database, with_database
from tests.integration.bad_input.answers import said
from tests.integration.bad_input.examples import COLOUR, FLOW
from tests.integration.bad_input.routes import Route

BASE: Final = "http://workflows"
_WATCHED: Final = (
    *("account_pauses", "accounts", "api_keys", "events", "idempotency_keys", "object_types", "property_changes"),
    *("property_definitions", "record_keys", "record_search_keys", "records", "workflow_plans", "workflow_revisions"),
    *("occurrences", "unenrollment_requests", "unenrollments", "workflow_pauses", "workflow_spans", "workflows"),
)
_PRINTS: Final = " UNION ALL ".join(
    f"SELECT '{table}' AS name, count(*)::text || ' rows, ' || "
    f"md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS print FROM {table} AS t"
    for table in _WATCHED
)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """A client that holds an admin's key, the other keys by what they are, and the things that paths name.

    `things` are by the name of the parameter that they stand for; each of them exists.
    """

    client: httpx2.AsyncClient
    keys: Mapping[str, str]
    pool: Pool
    things: Mapping[str, str]

    def path(self, template: str, **others: str) -> str:
        """Return a path of a route with things that exist, but for `others`."""
        filled = template
        for name, thing in {**self.things, **others}.items():
            filled = filled.replace(f"{{{name}}}", thing)
        return filled

    async def example(self, route: Route) -> Any:
        """Return a body that a route takes now: with the revision that its workflow has, and a record that is there."""
        if "recordIds" in (route.example or {}):
            return {**route.example, "recordIds": [self.things["record_id"]]}
        if "revisionId" not in (route.example or {}):
            return route.example
        flow = said(await self.send("GET", self.path(route.template)))
        return {**route.example, "revisionId": flow["revisionId"]}

    async def written(self) -> dict[str, str]:
        """Return what each table holds, as its number of rows and a digest of them."""
        return {row["name"]: row["print"] for row in await self.pool.fetch(_PRINTS)}

    @asynccontextmanager
    async def writes_nothing(self) -> AsyncIterator[None]:
        """Hold what happens inside to write nothing at all."""
        before = await self.written()
        yield
        assert await self.written() == before

    async def send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Send a request and return its answer, which is no fault of the server's."""
        answer = await self.client.request(method, BASE + path, **more)
        assert answer.status_code < 500, f"{method} {path[:200]} {answer.text[:500]}"
        return answer


@pytest.fixture(scope="session")
async def shared_database(database_url: str, template: str) -> AsyncIterator[Database]:
    """A database that all tests here share."""
    name = f"bad_input_{os.getpid()}_{next(_numbers)}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield Database(with_database(database_url, name))
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture(scope="session")
async def world(shared_database: Database) -> AsyncIterator[World]:
    """The application with one workflow, one record, one property of its own, and keys of every kind."""
    url = shared_database.url
    async with AsyncExitStack() as stack:
        pool = await open_pool(url, schema="executor", max_size=8)
        stack.push_async_callback(close_pool, pool)
        history = await open_pool(url, schema="history, executor", max_size=8)
        stack.push_async_callback(close_pool, history)
        api = make_api(
            pool,
            history,
            catalogue=Catalogue(),
            health=Health(),
            metrics_text=Figures().text,
            streams=await _ended_streams(history),
            serves_calls=True,
        )
        keys, key_id = await _make_keys(pool)
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=api, raise_app_exceptions=False),
            headers={"authorization": f"Bearer {keys['admin']}"},
        )
        await stack.enter_async_context(client)
        things = await _make_things(client) | {"key_id": str(key_id), "letter_id": await _make_letter(pool)}
        things["item_id"] = await _make_item(pool)
        await _project(url, history)
        yield World(client, keys, pool, things)


async def _ended_streams(history: Pool) -> EventStreams:
    """Streams that end at once: what is tested here waits for the whole of an answer."""
    streams, stop = EventStreams(LogReader(history)), Stop()
    stop.set()
    await streams.run(stop)
    return streams


async def _make_keys(pool: Pool) -> tuple[dict[str, str], int]:
    async with Transaction(pool) as work:
        made = {role.word: await create_key(work.connection, role.word, role) for role in Role}
        revoked = await create_key(work.connection, "revoked", Role.ADMIN)
        await revoke_key(work.connection, revoked.id)
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        expired = await create_key(work.connection, "expired", Role.ADMIN, expires_at=long_ago)
        await work.commit()
    keys = {name: key.key for name, key in made.items()}
    return keys | {"revoked": revoked.key, "expired": expired.key}, made["viewer"].id


async def _make_things(client: httpx2.AsyncClient) -> dict[str, str]:
    await _made(client, "/crm/v3/properties/contacts", COLOUR)
    contact = {"properties": {"email": "ada@example.com"}}
    record_id = await _made(client, "/crm/v3/objects/contacts", contact)
    workflow_id = await _made(client, "/automation/v4/flows", FLOW)
    return {
        "object_type": "contacts",
        "name": str(COLOUR["name"]),
        "record_id": record_id,
        **dict.fromkeys(("flow_id", "ident", "workflow_id"), workflow_id),
    }


async def _make_letter(pool: Pool) -> str:
    message = RawMessage("topic.of.nobody", 0, 0, datetime(2026, 11, 27, 7, tzinfo=UTC), b"1", b"{", ())
    await DeadLetters(pool).store(message, reason="NOT_JSON", error="")
    return str(await pool.fetchval("SELECT id FROM dead_letters WHERE topic = $1", message.topic))


async def _make_item(pool: Pool) -> str:
    await schedule_broken(1, "", at=datetime(2026, 11, 27, 7, tzinfo=UTC), open_review=partial(ReviewTransaction, pool))
    return str(await pool.fetchval("SELECT id FROM review_items"))


async def _made(client: httpx2.AsyncClient, path: str, body: Any) -> str:
    answer = await client.post(BASE + path, json=body)
    assert answer.status_code == 201, answer.text
    return str(said(answer).get("id"))


async def _project(url: str, history: Pool) -> None:
    connection = await connect(url, schema="executor")
    horizon = await find_horizon(connection)
    await connection.close()
    await project_pass(ProjectionTransaction(history), horizon=horizon)
