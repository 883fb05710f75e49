"""The product in one process on one database: both services, and between them their topics, handed over by hand.

A test says what time it is; `settle` lets both services do all that is to be done by then. What crosses between them
are the messages of the topics, byte for byte, each once and in order unless a test does otherwise. There is no broker.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import httpx2
import orjson

from executor_service.account.store import create_key
from executor_service.bootstrap.http import make_api
from executor_service.bootstrap.inbound import Inbound
from executor_service.bootstrap.needs_review import OpenDeadLetters
from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.handlers.completing import complete_ended
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.handlers.losing import find_losses
from executor_service.execution.store import EVALUATOR, WORKER, DatabaseSession, ExecutionWork, Lower, session_opener
from executor_service.history.api import EventStreams
from executor_service.history.handlers import review_pass
from executor_service.history.messages import history_messages
from executor_service.history.projector import Projector
from executor_service.history.store import LogReader, MetCauses, NotDecided, ReviewTransaction
from executor_service.records.store import PostgresRecords
from executor_service.settings import Settings as ExecutorSettings
from executor_service.web import Role
from executor_service.workflows.messages import lifecycle_messages
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from scheduler_service.bootstrap import Scheduler
from scheduler_service.handlers import tick
from scheduler_service.messages import due_messages
from scheduler_service.settings import Settings as SchedulerSettings
from scheduler_service.store import SchedulerWork
from shared.cloud_events import Message, unfold
from shared.contracts import COMMANDS, DUE
from shared.event_store import RecordedEvent
from shared.figures import Figures
from shared.health import Health
from shared.horizon import Horizon, keep_up
from shared.kafka import RawMessage
from shared.loops import Stop, run_passes
from shared.postgres import Pool, Transaction, close_pool, open_pool
from shared.postgres_event_store import to_recorded
from tests.conftest import Database

FLOWS: Final = "/automation/v4/flows"
CONTACTS: Final = "/crm/v3/objects/contacts"
_NO_BROKER: Final = "127.0.0.1:1"
_INPUTS_AT_ONCE: Final = 100
_ROWS_AT_ONCE: Final = 1_000
_SET_CLOCK: Final = "UPDATE {schema}.rule_clock SET shift = $1::timestamptz - clock_timestamp()"
_LOG_FROM: Final = "SELECT * FROM events WHERE position > $1 ORDER BY position"
_LAST: Final = "SELECT coalesce(max(position), 0) FROM events"

_GROUP: Final = "contactinformation"
_ANY_TIME: Final = datetime(2027, 3, 1, tzinfo=UTC)
_PATIENCE_SECONDS: Final = 10.0

Json = dict[str, Any]


@dataclass(slots=True)
class Product:
    """Both services as a test uses them."""

    url: str
    pool: Pool
    scheduler_pool: Pool
    history_pool: Pool
    client: httpx2.AsyncClient
    scheduler: Scheduler
    inbound: Inbound
    lower: Lower
    evaluating: DatabaseSession
    working: DatabaseSession
    due: list[RawMessage] = field(default_factory=list)
    """Every message of the topic of due events, as it was handed over."""
    _told: dict[str, int] = field(default_factory=lambda: {"executor": 0, "scheduler": 0})

    # What others do.

    async def send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Send a request and return its answer, which is no fault of the server's."""
        answer = await self.client.request(method, path, json=body, **more)
        assert answer.status_code < 500, f"{method} {path}: {answer.text[:500]}"
        return answer

    async def say(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Send a request that must succeed, and return what was answered."""
        answer = await self.send(method, path, body, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:800]}"
        return answer.json() if answer.content else None

    async def get(self, path: str, **parameters: str | int) -> Any:
        """Read what must be there."""
        return await self.say("GET", path, params=parameters)

    async def rows(self, path: str, **parameters: str | int) -> list[Json]:
        """Read all pages of a list of `/v1`, oldest first."""
        page = await self.get(path, limit=_ROWS_AT_ONCE, **parameters)
        found: list[Json] = page["data"]
        while page["nextCursor"] is not None:
            page = await self.get(path, limit=_ROWS_AT_ONCE, cursor=page["nextCursor"], **parameters)
            found.extend(page["data"])
        return found[::-1]

    async def create(self, flow: Mapping[str, Any]) -> int:
        """Create a workflow, let the scheduler know, and return its id."""
        workflow_id = int((await self.say("POST", FLOWS, dict(flow)))["id"])
        await self.settle()
        return workflow_id

    async def replace(self, workflow_id: int, flow: Mapping[str, Any], **changes: Any) -> httpx2.Response:
        """Put a flow over a workflow, on top of its present revision unless told otherwise."""
        now = await self.get(f"{FLOWS}/{workflow_id}")
        return await self.send("PUT", f"{FLOWS}/{workflow_id}", {**flow, "revisionId": now["revisionId"], **changes})

    async def switch(self, workflow_id: int, word: str) -> Json:
        """Turn a workflow `on` or `off`, and let the scheduler know."""
        answer: Json = await self.say("POST", f"/v1/workflows/{workflow_id}/turn-{word}")
        await self.settle()
        return answer

    async def contacts(self, *inputs: Mapping[str, str]) -> list[str]:
        """Create contacts that hold these values, and return their ids in order."""
        ids: list[str] = []
        for begin in range(0, len(inputs), _INPUTS_AT_ONCE):
            page = [{"properties": dict(values)} for values in inputs[begin : begin + _INPUTS_AT_ONCE]]
            answer = await self.say("POST", f"{CONTACTS}/batch/create", {"inputs": page})
            ids.extend(result["id"] for result in answer["results"])
        return ids

    async def value(self, record_id: str, name: str) -> str | None:
        """Return what a contact holds."""
        answer = await self.get(f"{CONTACTS}/{record_id}", properties=name)
        found: str | None = answer["properties"].get(name)
        return found

    async def number_property(self, *names: str) -> None:
        """Make numbers that contacts hold."""
        for name in names:
            body = {"name": name, "label": name, "type": "number", "fieldType": "number", "groupName": _GROUP}
            await self.say("POST", "/crm/v3/properties/contacts", body)

    # Time.

    async def set_clock(self, instant: datetime) -> None:
        """Let it be an instant for both services; the clock goes on from there."""
        for schema in ("executor", "scheduler"):
            await self.pool.execute(_SET_CLOCK.format(schema=schema), instant)

    async def pass_to(self, instant: datetime) -> None:
        """Let it be an instant, and let both services do what is to be done by then."""
        await self.set_clock(instant)
        await self.settle()

    async def settle(self) -> None:
        """Let both services work until neither has anything more to do, and the history shows it."""
        before = None
        while (now := await self.reached()) != before:
            before = now
            await self.schedule()
            await self.hand_over()
            await self.execute()
        await self.project()

    async def reached(self) -> tuple[int, int]:
        """Return the last positions of both logs."""
        return await self.pool.fetchval(_LAST), await self.scheduler_pool.fetchval(_LAST)

    async def schedule(self) -> None:
        """Tell the scheduler what changed, and let it decide what has come due."""
        for event in await self._news("executor", self.pool):
            for message in lifecycle_messages(event):
                await self.scheduler.accept_change(raw(message, event))
        while (await tick(open_work=partial(SchedulerWork, self.scheduler_pool))).claimed:
            pass

    async def hand_over(self) -> None:
        """Tell the executor what came due."""
        for event in await self._news("scheduler", self.scheduler_pool):
            for message in due_messages(event, topic=DUE):
                self.due.append(raw(message, event))
                await self.inbound.accept_due(self.due[-1])

    async def execute(self) -> None:
        """Evaluate what is due, advance what is ready, and complete what is over."""
        worker = Worker("worker", Catalogue())
        await find_losses(open_work=partial(ExecutionWork, self.pool, self.lower))
        await _until_idle(partial(evaluate_next, session=self.evaluating))
        await _until_idle(partial(advance_next, session=self.working, worker=worker))
        await _until_idle(partial(complete_ended, session=self.working))

    async def project(self) -> None:
        """Wait until the history shows all that is in the log."""
        position = await self.pool.fetchval(_LAST)
        assert await LogReader(self.history_pool).wait_for(position, seconds=_PATIENCE_SECONDS)

    async def review(self) -> list[Json]:
        """Look at what goes wrong, and return what needs review."""
        sources = (MetCauses(self.history_pool), NotDecided(self.history_pool), OpenDeadLetters(self.pool))
        await review_pass(sources, open_review=partial(ReviewTransaction, self.history_pool))
        return await self.rows("/v1/needs-review")

    # What became of it.

    async def occurrences(self, workflow_id: int, **which: str) -> list[Json]:
        """Return the occurrences of a workflow, oldest first."""
        return await self.rows(f"/v1/workflows/{workflow_id}/occurrences", **which)

    async def due_at(self, workflow_id: int) -> list[str]:
        """Return the instants at which a workflow was due, oldest first."""
        return [row["dueAt"] for row in await self.occurrences(workflow_id) if row["trigger"] == "SCHEDULE"]

    async def events(self, *types: str) -> list[RecordedEvent]:
        """Return the events of the executor's log of these types."""
        rows = await self.pool.fetch("SELECT * FROM events WHERE type = ANY ($1) ORDER BY position", list(types))
        return [to_recorded(row) for row in rows]

    async def history_topic(self) -> list[Message]:
        """Return the messages that the log gives to the topic of the history."""
        events = map(to_recorded, await self.pool.fetch(_LOG_FROM, 0))
        return [message for event in events for message in unfold(history_messages(event))]

    async def command(self, kind: str, command_id: str, **data: Any) -> None:
        """Hand a message of the topic of commands over."""
        headers = {"ce_specversion": "1.0", "ce_id": command_id, "ce_source": "/crm"}
        headers["ce_type"] = f"workflows.command.{kind}.v1"
        pairs = tuple((name, text.encode()) for name, text in headers.items())
        key = str(data["workflowId"]).encode()
        await self.inbound.accept_command(RawMessage(COMMANDS, 0, 0, _ANY_TIME, key, orjson.dumps(data), pairs))

    async def _news(self, schema: str, pool: Pool) -> Sequence[RecordedEvent]:
        events = [to_recorded(row) for row in await pool.fetch(_LOG_FROM, self._told[schema])]
        if events:
            self._told[schema] = events[-1].position
        return events


def raw(message: Message, event: RecordedEvent) -> RawMessage:
    """Return a message as whoever reads its topic gets it."""
    headers = tuple(message.headers)
    return RawMessage(message.topic, 0, event.position, event.recorded_at, message.key, message.value, headers)


async def _until_idle(once: Callable[[], Awaitable[float]]) -> None:
    while await once() == 0.0:
        pass


@asynccontextmanager
async def running_product(database: Database) -> AsyncIterator[Product]:
    """Wire both services on a migrated database; only the projector runs by itself, for acts wait for it."""
    async with AsyncExitStack() as stack:

        async def pool(schema: str) -> Pool:
            opened = await open_pool(database.url, schema=schema, max_size=12)
            stack.push_async_callback(close_pool, opened)
            return opened

        lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
        work, scheduling, history = await pool("executor"), await pool("scheduler"), await pool("history, executor")
        settings = ExecutorSettings(database_url=database.url, kafka=_NO_BROKER)
        sessions = [_session(database, lower, limits) for limits in (EVALUATOR, WORKER)]
        for session in sessions:
            stack.push_async_callback(session.close)
        product = Product(
            url=database.url,
            pool=work,
            scheduler_pool=scheduling,
            history_pool=history,
            client=await stack.enter_async_context(await _client(work, history)),
            scheduler=Scheduler(SchedulerSettings(database_url=database.url, kafka=_NO_BROKER), scheduling),
            inbound=Inbound(settings, work, lower=lower, catalogue=Catalogue()),
            lower=lower,
            evaluating=sessions[0],
            working=sessions[1],
        )
        await stack.enter_async_context(_projecting(product))
        yield product


def _session(database: Database, lower: Lower, limits: dict[str, str]) -> DatabaseSession:
    return DatabaseSession(session_opener(database.url, schema="executor", settings=limits), lower)


async def _client(pool: Pool, history: Pool) -> httpx2.AsyncClient:
    """Return a client of the API with an admin's key."""
    api = make_api(
        pool,
        history,
        catalogue=Catalogue(),
        health=Health(),
        metrics_text=Figures().text,
        streams=EventStreams(LogReader(history)),
        serves_calls=True,
    )
    async with Transaction(pool) as work:
        made = await create_key(work.connection, "admin", Role.ADMIN)
        await work.commit()
    headers = {"authorization": f"Bearer {made.key}"}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=api), base_url="http://workflows", headers=headers)


@asynccontextmanager
async def _projecting(product: Product) -> AsyncIterator[None]:
    """Keep the history up with the log meanwhile."""
    stop, horizon = Stop(), Horizon(product.pool, "executor_events")
    projector = Projector(product.history_pool, url=product.url, schema="executor", horizon=horizon)
    tasks = [
        asyncio.create_task(keep_up(horizon, url=product.url, schema="executor", stop=stop)),
        asyncio.create_task(run_passes("projector", projector.pass_, stop=stop)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await projector.release()
