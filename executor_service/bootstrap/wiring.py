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
from executor_service.bootstrap.figures import watch_waiting
from executor_service.bootstrap.http import make_api
from executor_service.bootstrap.inbound import Inbound
from executor_service.bootstrap.needs_review import NeedsReview
from executor_service.bootstrap.publishing import published_feeds
from executor_service.execution.actions import Catalogue
from executor_service.execution.handlers.advancing import Worker, advance_next
from executor_service.execution.handlers.completing import complete_ended
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.handlers.leaving import end_deleted
from executor_service.execution.handlers.losing import find_losses
from executor_service.execution.store import EVALUATOR, WORKER, DatabaseSession, ExecutionWork, Lower, session_opener
from executor_service.history.api import EventStreams
from executor_service.history.messages import EVENT_TYPES as HISTORY_EVENTS
from executor_service.history.messages import history_messages
from executor_service.history.projector import Projector
from executor_service.history.store import LogReader
from executor_service.records.store import PostgresRecords
from executor_service.settings import RoleName, Settings
from executor_service.workflows.messages import LIFECYCLE_EVENTS, lifecycle_messages
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from shared.clock import SystemClock
from shared.contracts import HISTORY, LIFECYCLE, LOG, SCHEDULER_GROUP
from shared.correlated_requests import CorrelatedRequests
from shared.figures import Figures, timed, watch_pools
from shared.health import Health
from shared.horizon import Horizon, keep_up
from shared.kafka.read_again import ReadAgain
from shared.log_figures import watch_dead_letters, watch_log, watch_reader, watch_relay
from shared.loops import Wake
from shared.postgres import Pool, close_pool, open_pool
from shared.relay import Relay, TopicFeed
from shared.relay.log_feed import EVENTS_AT_ONCE, log_messages
from shared.serving import listen_at, serve_http
from shared.watchdog import Watchdog

_HISTORY_SCHEMA = "history, executor"
# Sessions that append must not hold the log's lock for long when their process is stopped.
_APPENDING = {"idle_in_transaction_session_timeout": "3000"}
_API = {"statement_timeout": "10000"} | _APPENDING
# Lists with optional filters are planned for the filters that are there.
_READING = {
    "statement_timeout": "10000",
    "plan_cache_mode": "force_custom_plan",
    "max_parallel_workers_per_gather": "0",
}
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
        self._catalogue = Catalogue.of(publish_topics=settings.published)
        self._wakes: list[Wake] = []
        self._horizon = Horizon(pools.work, f"{SCHEMA}_events")
        self._relay = self._make_relay()
        self._streams = EventStreams(LogReader(pools.history))
        self._review = NeedsReview(history=pools.history, work=pools.work, relay=self._relay)
        self._projector = Projector(pools.history, url=settings.url, schema=SCHEMA, horizon=self._horizon)
        stack.push_async_callback(self._projector.release)
        self.inbound = Inbound(settings, pools.work, lower=self._lower, catalogue=self._catalogue)
        since = SystemClock().now() - _CATCH_UP
        self._again = ReadAgain(settings.kafka, self.inbound.due_topic, self.inbound.accept_due, since=since)

    def parts(self, roles: frozenset[RoleName]) -> app.Parts:
        """Return what these roles run."""
        settings = self._settings
        figures = self._make_figures(roles)
        sessions, loops = self._worker_loops(figures) if RoleName.WORKER in roles else ([], [])
        projector = app.Loop("projector", self._projector.pass_), app.Loop("needs review", self._review.look)
        api = make_api(
            self._pools.api,
            self._pools.history,
            catalogue=self._catalogue,
            health=self._health(roles),
            metrics_text=figures.text,
            streams=self._streams,
            serves_calls=RoleName.API in roles,
            attempts=self.inbound.attempts,
        )
        return app.Parts(
            always=(
                partial(serve_http, CorrelatedRequests(api), listen_at(settings.http_host, settings.http_port)),
                self._keep_up,
                self._streams.run,
                Watchdog(self._pools.work).run,
            ),
            consumer=(*self.inbound.parts, self._again.run) if RoleName.CONSUMER in roles else (),
            relay=(self._relay.run,) if RoleName.RELAY in roles else (),
            projector=projector if RoleName.PROJECTOR in roles else (),
            worker=loops,
            pings=[session.run_pings for session in sessions],
        )

    def _open_work(self) -> ExecutionWork:
        return ExecutionWork(self._pools.work, self._lower)

    def _worker_loops(self, figures: Figures) -> tuple[list[DatabaseSession], list[app.Loop]]:
        evaluating, completing, ending = self._session(EVALUATOR), self._session(WORKER), self._session(WORKER)
        sessions = [evaluating, completing, ending]
        evaluations = figures.histogram("evaluation_seconds", "From taking an occurrence to its commit")
        turns = figures.histogram("turn_seconds", "A worker's turn at a workflow: up to two claims, to their commits")
        loops = [
            self._loop("evaluator", timed(partial(evaluate_next, session=evaluating), evaluations)),
            self._loop("completion", partial(complete_ended, session=completing)),
            self._loop("losses", partial(find_losses, open_work=self._open_work)),
            # Once a second: what it looks for is rare, and no event of the log calls for it.
            app.Loop("ends of deleted workflows", partial(end_deleted, session=ending)),
        ]
        for number in range(1, self._settings.workers + 1):
            session = self._session(WORKER)
            worker = Worker(f"{os.getpid()}-{number}", self._catalogue)
            sessions.append(session)
            advance = partial(advance_next, session=session, worker=worker)
            loops.append(self._loop(f"worker {number}", timed(advance, turns)))
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

    def _make_relay(self) -> Relay:
        settings = self._settings
        lifecycle, history, log = (settings.topic_prefix + name for name in (LIFECYCLE, HISTORY, LOG))
        readers = (settings.topic_prefix + SCHEDULER_GROUP,)
        feeds = [
            TopicFeed(lifecycle, partial(lifecycle_messages, topic=lifecycle), LIFECYCLE_EVENTS, readers=readers),
            TopicFeed(history, partial(history_messages, topic=history), HISTORY_EVENTS, _HISTORY_EVENTS_AT_ONCE),
            TopicFeed(log, partial(log_messages, topic=log, service=SCHEMA), limit=EVENTS_AT_ONCE),
            *published_feeds(settings),
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
        health.add("log", self._horizon.trouble)
        if RoleName.CONSUMER in roles:
            health.add("consumer", self.inbound.trouble)
        if RoleName.RELAY in roles:
            health.add("relay", self._relay_trouble)
        if RoleName.PROJECTOR in roles:
            health.add("projector", lambda: self._projector.trouble)
        return health

    def _relay_trouble(self) -> str | None:
        return "; ".join(f"{topic}: {reason}" for topic, reason in self._relay.stopped.items()) or None

    def _projected(self) -> int:
        return self._projector.reached

    def _make_figures(self, roles: frozenset[RoleName]) -> Figures:
        figures, pool, horizon = Figures(), self._pools.work, self._horizon
        watch_pools(figures, {"api": self._pools.api, "work": pool, "history": self._pools.history})
        watch_log(figures, pool=pool, horizon=horizon)
        watch_dead_letters(figures, pool=pool)
        watch_waiting(figures, pool=pool, lower=self._lower)
        if RoleName.RELAY in roles:
            watch_relay(figures, pool=pool, horizon=horizon, positions=lambda: self._relay.positions)
        if RoleName.PROJECTOR in roles:
            watch_reader(figures, "projection", pool=pool, horizon=horizon, position=self._projected)
            self._review.watch(figures)
        return figures
