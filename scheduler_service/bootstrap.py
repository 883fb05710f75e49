"""From settings to a running scheduler: the only place that constructs."""

import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from scheduler_service import app
from scheduler_service.api import make_api
from scheduler_service.handlers import apply_change, tick
from scheduler_service.messages import due_messages, read_change
from scheduler_service.metrics import count_ticks
from scheduler_service.settings import Settings
from scheduler_service.store import SchedulerWork, known_version
from scheduler_service.ticking import Ticking
from shared.cloud_events import Envelope
from shared.contracts import (
    DEAD_LETTER_SUFFIX,
    DUE,
    EXECUTOR_GROUP,
    LIFECYCLE,
    SCHEDULER_GROUP,
    TOPICS,
    Lifecycle,
    Topic,
)
from shared.correlated_requests import CorrelatedRequests
from shared.dead_letters import DeadLetters
from shared.examination import Finding, look_over
from shared.failpoints import switch_on
from shared.figures import Figures, watch_pools
from shared.health import Health
from shared.horizon import Horizon, keep_up
from shared.kafka import Consumption, RawMessage, Refusal, accept, declare_topics, prefixed, try_message
from shared.kafka.read_again import ReadAgain
from shared.log_figures import watch_dead_letters, watch_log, watch_relay
from shared.logs import configure_logs
from shared.loops import Wake
from shared.postgres import Pool, close_pool, connect, migrate_schema, open_pool
from shared.postgres.fitness import wait_until_fit
from shared.relay import Relay, TopicFeed
from shared.relay.republishing import Republished, republish_topics
from shared.serving import listen_at, serve_http, serve_until_told, stop_on_signals
from shared.watchdog import Watchdog

SCHEMA = "scheduler"
_HERE = Path(__file__).parent
_MIGRATIONS = (_HERE.parent / "shared" / "migrations", _HERE / "migrations")
_OWN_TOPICS = frozenset({LIFECYCLE, DUE, LIFECYCLE + DEAD_LETTER_SUFFIX})
# Sessions that append must not hold the log's lock for long when their process is stopped.
_APPENDING = {"idle_in_transaction_session_timeout": "3000"}


async def migrate(settings: Settings) -> None:
    """Bring the schema to head and declare the topics; again: changes nothing."""
    connection = await connect(settings.owner_url, schema=SCHEMA)
    try:
        await migrate_schema(connection, schema=SCHEMA, folders=_MIGRATIONS)
    finally:
        await connection.close()
    await declare_topics(settings.kafka, _topics(settings))


def _topics(settings: Settings) -> list[Topic]:
    return prefixed(settings.topic_prefix, [topic for topic in TOPICS if topic.name in _OWN_TOPICS])


async def examine(settings: Settings) -> list[Finding]:
    """Look over what the scheduler needs."""
    return await look_over(
        service=SCHEMA,
        url=settings.url,
        schemas={SCHEMA: _MIGRATIONS},
        bootstrap=settings.kafka,
        topics=_topics(settings),
    )


async def republish(settings: Settings, topics: Sequence[str]) -> Republished:
    """Publish topics again from the start of the log; without names: all."""
    connection = await connect(settings.url, schema=SCHEMA)
    try:
        return await republish_topics(connection, topics, prefix=settings.topic_prefix)
    finally:
        await connection.close()


async def serve(settings: Settings) -> None:
    """Run the scheduler until SIGTERM or SIGINT; then drain, and leave within fifteen seconds, whatever is away."""
    configure_logs(SCHEMA, level=settings.log_level)
    switch_on(settings.failpoints)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    stop = stop_on_signals()
    await wait_until_fit(settings.url, schemas={SCHEMA: _MIGRATIONS}, stop=stop)
    if stop.is_set:
        return
    pool = await open_pool(settings.url, schema=SCHEMA, min_size=2, settings=_APPENDING)
    scheduler = Scheduler(settings, pool)
    await serve_until_told(partial(app.run, scheduler.parts()), stop, abandoned=lambda: scheduler.consumption.abandoned)
    await close_pool(pool)


class Scheduler:
    """The parts of one process, wired."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._settings = settings
        self._pool = pool
        self._open_work: Callable[[], SchedulerWork] = partial(SchedulerWork, pool)
        self._changed = Wake()
        self._lifecycle_topic = settings.topic_prefix + LIFECYCLE
        self.consumption = self._consumption()
        self._horizon = Horizon(pool, f"{SCHEMA}_events")
        self._relay = self._make_relay()
        self._again = ReadAgain(settings.kafka, self._lifecycle_topic, self.accept_change)
        self._figures = self._make_figures()
        self._ticking = Ticking(
            tick=partial(tick, open_work=self._open_work),
            observe=count_ticks(self._figures),
            may_begin=lambda: self._again.was_read,
        )

    def parts(self) -> app.Parts:
        """Return everything that runs."""
        settings = self._settings
        return app.Parts(
            lifecycle=self.consumption.run,
            lifecycle_again=self._again.run,
            tick=self._ticking.pass_,
            changed=self._changed,
            relay=self._relay.run,
            horizon=lambda stop: keep_up(self._horizon, url=settings.url, schema=SCHEMA, stop=stop),
            watchdog=Watchdog(self._pool).run,
            http=partial(serve_http, CorrelatedRequests(self.api()), self._listener()),
        )

    def api(self) -> FastAPI:
        """Return what answers by HTTP."""
        return make_api(
            health=self._health(),
            metrics_text=self._figures.text,
            letters=DeadLetters(self._pool),
            attempts={self._lifecycle_topic: self._try_change},
            operator_key=self._settings.operator_key.get_secret_value(),
        )

    async def accept_change(self, message: RawMessage) -> None:
        """Accept one message of the lifecycle topic; never raises."""
        await accept(message, attempt=self._try_change, dead_letter=DeadLetters(self._pool).store)

    async def _try_change(self, message: RawMessage) -> Refusal | None:
        return await try_message(message, decode_data=read_change, handle=self._apply_change)

    async def _apply_change(self, message: Lifecycle, _: Envelope) -> None:
        known = partial(known_version, pool=self._pool)
        if await apply_change(message, open_work=self._open_work, known_version=known):
            self._changed.set()

    def _consumption(self) -> Consumption:
        settings = self._settings
        return Consumption(
            bootstrap=settings.kafka,
            group=settings.topic_prefix + SCHEDULER_GROUP,
            topics=[self._lifecycle_topic],
            make_app=partial(
                app.lifecycle_app,
                topic=self._lifecycle_topic,
                bootstrap=settings.kafka,
                state_dir=settings.state_dir,
                accept_change=self.accept_change,
            ),
            url=settings.url,
            schema=SCHEMA,
        )

    def _make_relay(self) -> Relay:
        settings = self._settings
        topic = settings.topic_prefix + DUE
        feed = TopicFeed(
            topic=topic,
            translate=partial(due_messages, topic=topic),
            readers=(settings.topic_prefix + EXECUTOR_GROUP,),
        )
        return Relay(
            pool=self._pool,
            url=settings.url,
            schema=SCHEMA,
            service=SCHEMA,
            bootstrap=settings.kafka,
            feeds=[feed],
            horizon=self._horizon,
        )

    def _listener(self) -> socket.socket:
        return listen_at(self._settings.scheduler_http_host, self._settings.scheduler_http_port)

    def _health(self) -> Health:
        health = Health()
        health.add("log", self._horizon.trouble)
        health.add("lifecycle", lambda: self.consumption.trouble)
        health.add("tick", self._ticking.trouble)
        health.add("relay", self._relay_trouble)
        return health

    def _relay_trouble(self) -> str | None:
        stopped = self._relay.stopped
        return "; ".join(f"{topic}: {reason}" for topic, reason in stopped.items()) or None

    def _make_figures(self) -> Figures:
        figures = Figures()
        watch_pools(figures, {"work": self._pool})
        watch_log(figures, pool=self._pool, horizon=self._horizon)
        watch_relay(figures, pool=self._pool, horizon=self._horizon, positions=lambda: self._relay.positions)
        watch_dead_letters(figures, pool=self._pool)
        return figures
