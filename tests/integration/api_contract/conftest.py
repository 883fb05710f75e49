"""The whole application, served for whoever calls it by its own document: with a workflow, a record, a dead letter."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx2
import pytest

from executor_service.account.store import create_key
from executor_service.bootstrap.http import make_api
from executor_service.execution.actions import Catalogue
from executor_service.history.api import EventStreams
from executor_service.history.store import LogReader
from executor_service.web import Role
from shared.dead_letters import DeadLetters
from shared.health import Health
from shared.kafka import RawMessage
from shared.loops import Stop
from shared.postgres import Pool, Transaction, close_pool, open_pool
from shared.serving import listen_at, serve_http
from tests.conftest import with_database
from tests.integration.bad_input.examples import COLOUR, FLOW

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Application:
    """Where the application is served, an admin's key, and what it says of itself."""

    url: str
    key: str
    document: dict[str, Any]


@pytest.fixture(scope="session")
async def contract_database(database_url: str, template: str) -> AsyncIterator[str]:
    """The URL of a database that all calls here share."""
    admin = await asyncpg.connect(database_url)
    name = f"contract_{template}"
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield with_database(database_url, name)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture(scope="session")
def application(contract_database: str) -> Iterator[Application]:
    """The application, in a thread of its own: those who call it here wait for each answer."""
    made: Future[tuple[Application, asyncio.AbstractEventLoop, Stop]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(contract_database, made)))
    thread.start()
    application, loop, stop = made.result(timeout=60)
    yield application
    loop.call_soon_threadsafe(stop.set)
    thread.join()


async def _serve(url: str, made: Future[tuple[Application, asyncio.AbstractEventLoop, Stop]]) -> None:
    stop, listener = Stop(), listen_at(_HOST, 0)
    try:
        async with AsyncExitStack() as stack:
            pool, history = [await _pool(url, schema, stack) for schema in ("executor", "history, executor")]
            streams, ended = EventStreams(LogReader(history)), Stop()
            ended.set()
            await streams.run(ended)
            api = make_api(
                pool,
                history,
                catalogue=Catalogue(),
                health=Health(),
                metrics_text=_no_metrics,
                streams=streams,
                serves_calls=True,
            )
            serving = asyncio.ensure_future(serve_http(api, listener, stop))
            where = f"http://{_HOST}:{listener.getsockname()[1]}"
            key = await _key(pool)
            document = _with_things(api.openapi(), await _things(where, key, pool))
            made.set_result((Application(where, key, document), asyncio.get_running_loop(), stop))
            await serving
    except BaseException as error:  # whatever it is: the test is told, and the thread ends with it
        if not made.done():
            made.set_exception(error)
        raise


async def _pool(url: str, schema: str, stack: AsyncExitStack) -> Pool:
    pool = await open_pool(url, schema=schema, max_size=4)
    stack.push_async_callback(close_pool, pool)
    return pool


async def _no_metrics() -> bytes:
    return b""


async def _key(pool: Pool) -> str:
    async with Transaction(pool) as work:
        made = await create_key(work.connection, "contract", Role.ADMIN)
        await work.commit()
    return made.key


async def _things(where: str, key: str, pool: Pool) -> dict[str, str]:
    """Make one of each thing that a path may name, and return them by the name of its parameter."""
    letter = RawMessage("topic.of.nobody", 0, 0, datetime(2026, 11, 27, 7, tzinfo=UTC), b"1", b"{", ())
    await DeadLetters(pool).store(letter, reason="NOT_JSON", error="")
    async with httpx2.AsyncClient(base_url=where, headers={"authorization": f"Bearer {key}"}) as client:
        await client.post("/crm/v3/properties/contacts", json=COLOUR)
        record = await client.post("/crm/v3/objects/contacts", json={"properties": {"email": "ada@example.com"}})
        workflow = await client.post("/automation/v4/flows", json=FLOW)
    workflow_id = workflow.json()["id"]
    return {
        "object_type": "contacts",
        "object_type_id": "0-1",
        "name": str(COLOUR["name"]),
        "record_id": record.json()["id"],
        "letter_id": str(await pool.fetchval("SELECT id FROM dead_letters")),
        **dict.fromkeys(("flow_id", "ident", "workflow_id"), workflow_id),
    }


def _with_things(document: dict[str, Any], things: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with the things that are there as values that paths are tried with."""
    for operations in document["paths"].values():
        for operation in operations.values():
            # What waits for a position waits for five seconds, whatever else is asked.
            operation["parameters"] = [each for each in operation.get("parameters", []) if each["name"] != "position"]
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in things:
                    strange = {"type": "string", "minLength": 1, "maxLength": 30}
                    parameter["schema"] = {"anyOf": [{"enum": [things[parameter["name"]]]}, strange]}
    return document
