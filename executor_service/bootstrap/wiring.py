"""The parts of one process, wired."""

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

from executor_service import app
from executor_service.bootstrap.connecting import SCHEMA
from executor_service.bootstrap.figures import figures_text
from executor_service.bootstrap.http import make_api
from executor_service.bootstrap.topics import read_due
from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.accepting import accept_due, accept_skips
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.handlers.completing import complete_ended
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.handlers.losing import find_losses
from executor_service.execution.store import EVALUATOR, WORKER, DatabaseSession, ExecutionWork, Lower, session_opener
from executor_service.history.messages import EVENT_TYPES as HISTORY_EVENTS
from executor_service.history.messages import history_messages
from executor_service.history.projector import Projector
from executor_service.records.store import PostgresRecords
from executor_service.settings import RoleName, Settings
from executor_service.workflows.messages import LIFECYCLE_EVENTS, lifecycle_messages
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from shared.clock import SystemClock
from shared.cloud_events import Envelope
from shared.contracts import (
    DUE,
    EXECUTOR_GROUP,
    HISTORY,
    LIFECYCLE,
    SCHEDULER_GROUP,
    DueMessage,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleChanged,
)
from shared.dead_letters import DeadLetters
from shared.health import Health
from shared.horizon import Horizon, keep_up
from shared.kafka import Consumption, RawMessage, accept
from shared.kafka.read_again import ReadAgain
from shared.loops import Wake
from shared.postgres import Pool, close_pool, open_pool
from shared.relay import Relay, TopicFeed
from shared.serving import serve_http
from shared.watchdog import Watchdog

_HISTORY_SCHEMA = "history, executor"
# Sessions that append must not hold the log's lock for long when their process is stopped.
_APPENDING = {"idle_in_transaction_session_timeout": "3000"}
_API = {"statement_timeout": "10000"} | _APPENDING
# Lists with optional filters are planned for the filters that are there.
_READING = {"statement_timeout": "10000", "plan_cache_mode": "force_custom_plan"}
_CATCH_UP = timedelta(days=1)
# One event may give thousands of messages.
_HISTORY_EVENTS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Pools:
    """The pools of one process, by what their sessions may do for how long."""

    api: Pool
    work: Pool
    history: Pool

    @classmethod
    async def open(cls, settings: Settings, stack: AsyncExitStack) -> Self:
        """Open them; the stack closes them."""

        async def pool(schema: str, limits: Mapping[str, str], size: int) -> Pool:
            opened = await open_pool(settings.url, schema=schema, max_size=size, settings=dict(limits))
            stack.push_async_callback(close_pool, opened)
            return opened

        return cls(
            api=await pool(SCHEMA, _API, 10),
            work=await pool(SCHEMA, _APPENDING, 6),
            history=await pool(_HISTORY_SCHEMA, _READING, 6),
        )


class Executor:
    """Everything of one process; `parts` gives what its roles run."""

    def __init__(self, settings: Settings, pools: Pools, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._pools = pools
        self._stack = stack
        self._lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
        self._catalogue = Catalogue()
        self._wakes: list[Wake] = []
        self._horizon = Horizon(pools.work, f"{SCHEMA}_events")
        self._relay = self._make_relay()
        self._projector = Projector(pools.history, url=settings.url, schema=SCHEMA, horizon=self._horizon)
        stack.push_async_callback(self._projector.release)
        self.consumption = self._make_consumption()
        since = SystemClock().now() - _CATCH_UP
        self._again = ReadAgain(settings.kafka, settings.topic_prefix + DUE, self.accept_message, since=since)

    def parts(self, roles: frozenset[RoleName]) -> app.Parts:
        """Return what these roles run."""
        settings = self._settings
        sessions, loops = self._worker_loops() if RoleName.WORKER in roles else ([], [])
        projector = app.Loop("projector", self._projector.pass_)
        api = make_api(
            self._pools.api,
            self._pools.history,
            catalogue=self._catalogue,
            health=self._health(roles),
            metrics_text=self._metrics_text,
            serves_calls=RoleName.API in roles,
        )
        return app.Parts(
            always=(
                partial(serve_http, api, settings.http_host, settings.http_port),
                self._keep_up,
                Watchdog(self._pools.work).run,
            ),
            consumer=(self.consumption.run, self._again.run) if RoleName.CONSUMER in roles else (),
            relay=(self._relay.run,) if RoleName.RELAY in roles else (),
            projector=(projector,) if RoleName.PROJECTOR in roles else (),
            worker=loops,
            pings=[session.run_pings for session in sessions],
        )

    async def accept_message(self, message: RawMessage) -> None:
        """Accept one message of the topic of due events; never raises."""
        store = DeadLetters(self._pools.work).store
        await accept(message, decode_data=read_due, handle=self._accept, dead_letter=store)

    async def _accept(self, message: DueMessage, envelope: Envelope) -> None:
        match message:
            case OccurrenceDue():
                await accept_due(message, event_id=envelope.id, open_work=self._open_work)
            case OccurrencesSkipped():
                await accept_skips(message, event_id=envelope.id, open_work=self._open_work)
            case ScheduleChanged():
                pass  # for information of others

    def _open_work(self) -> ExecutionWork:
        return ExecutionWork(self._pools.work, self._lower)

    def _worker_loops(self) -> tuple[list[DatabaseSession], list[app.Loop]]:
        evaluating, completing = self._session(EVALUATOR), self._session(WORKER)
        sessions = [evaluating, completing]
        loops = [
            self._loop("evaluator", partial(evaluate_next, session=evaluating)),
            self._loop("completion", partial(complete_ended, session=completing)),
            self._loop("losses", partial(find_losses, open_work=self._open_work)),
        ]
        for number in range(1, self._settings.workers + 1):
            session = self._session(WORKER)
            worker = Worker(f"{os.getpid()}-{number}", self._catalogue)
            sessions.append(session)
            loops.append(self._loop(f"worker {number}", partial(advance_next, session=session, worker=worker)))
        return sessions, loops

    def _session(self, limits: dict[str, str]) -> DatabaseSession:
        session = DatabaseSession(session_opener(self._settings.url, schema=SCHEMA, settings=limits), self._lower)
        self._stack.push_async_callback(session.close)
        return session

    def _loop(self, name: str, once: app.Once) -> app.Loop:
        loop = app.Loop(name, once)
        self._wakes.append(loop.wake)
        return loop

    async def _keep_up(self, stop: app.Stop) -> None:
        await keep_up(self._horizon, url=self._settings.url, schema=SCHEMA, stop=stop, told=self._wake_all)

    def _wake_all(self) -> None:
        for wake in self._wakes:
            wake.set()

    def _make_consumption(self) -> Consumption:
        settings = self._settings
        topic = settings.topic_prefix + DUE
        return Consumption(
            bootstrap=settings.kafka,
            group=settings.topic_prefix + EXECUTOR_GROUP,
            topics=[topic],
            make_app=partial(
                app.due_app,
                topic=topic,
                bootstrap=settings.kafka,
                state_dir=settings.state_dir,
                accept_due=self.accept_message,
            ),
            url=settings.url,
            schema=SCHEMA,
        )

    def _make_relay(self) -> Relay:
        settings = self._settings
        lifecycle, history = settings.topic_prefix + LIFECYCLE, settings.topic_prefix + HISTORY
        readers = (settings.topic_prefix + SCHEDULER_GROUP,)
        feeds = [
            TopicFeed(lifecycle, partial(lifecycle_messages, topic=lifecycle), LIFECYCLE_EVENTS, readers=readers),
            TopicFeed(history, partial(history_messages, topic=history), HISTORY_EVENTS, _HISTORY_EVENTS_AT_ONCE),
        ]
        return Relay(
            pool=self._pools.work,
            url=settings.url,
            schema=SCHEMA,
            service=SCHEMA,
            bootstrap=settings.kafka,
            feeds=feeds,
            horizon=self._horizon,
        )

    def _health(self, roles: frozenset[RoleName]) -> Health:
        health = Health()
        if RoleName.CONSUMER in roles:
            health.add("consumer", lambda: self.consumption.trouble)
        if RoleName.RELAY in roles:
            health.add("relay", self._relay_trouble)
        if RoleName.PROJECTOR in roles:
            health.add("projector", lambda: self._projector.trouble)
        return health

    def _relay_trouble(self) -> str | None:
        return "; ".join(f"{topic}: {reason}" for topic, reason in self._relay.stopped.items()) or None

    def _metrics_text(self) -> bytes:
        published = min(self._relay.positions.values(), default=None)
        return figures_text(horizon=self._horizon.position, projected=self._projector.reached, published=published)
