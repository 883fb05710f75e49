"""One relay a service: who holds its lock publishes every topic, each in a task of its own."""

import asyncio
from collections.abc import Callable, Sequence

from shared.dead_letters import DeadLetters
from shared.horizon import Horizon
from shared.kafka.broker import Broker, BrokerAwayError, TopicMissingError
from shared.kafka.consumption import group_id
from shared.logs import get_logger
from shared.loops import Stop, run_passes
from shared.postgres import Kind, Pool, advisory_key, hashed_id
from shared.postgres.lease import Lease, try_lease
from shared.relay import cursors
from shared.relay.dead_letter_relay import DeadLetterRelay
from shared.relay.feeds import TopicFeed
from shared.relay.publisher import KafkaPublisher
from shared.relay.publishing import Publisher
from shared.relay.topic_relay import TopicRelay

_STANDBY_SECONDS = 1.0
_LEAVE_SECONDS = 6.0
_LOOK_SECONDS = 60.0


class Relay:
    """Publishes a service's log, while this process holds the service's lock; otherwise it waits for it."""

    def __init__(
        self,
        *,
        pool: Pool,
        url: str,
        schema: str,
        service: str,
        bootstrap: str,
        feeds: Sequence[TopicFeed],
        horizon: Horizon,
    ) -> None:
        """`url` and `schema` are for the connection of the lock; the horizon is kept up by somebody else."""
        self._pool = pool
        self._url = url
        self._schema = schema
        self._service = service
        self._bootstrap = bootstrap
        self._feeds = tuple(feeds)
        self._horizon = horizon
        self._topics: dict[str, TopicRelay] = {}
        self._dead_letters: DeadLetterRelay | None = None
        self._log = get_logger("relay").bind(service=service)

    @property
    def is_holder(self) -> bool:
        """Tell whether this process publishes."""
        return bool(self._topics)

    @property
    def stopped(self) -> dict[str, str]:
        """The topics nothing can be published to, with the reason: for `/readyz`."""
        relays = {topic: relay.stopped for topic, relay in self._topics.items()}
        if self._dead_letters is not None:
            relays |= self._dead_letters.stopped
        return {topic: reason for topic, reason in relays.items() if reason is not None}

    @property
    def positions(self) -> dict[str, int]:
        """The position up to which each topic is published; empty while another process publishes."""
        return {topic: relay.position for topic, relay in self._topics.items()}

    async def run(self, stop: Stop) -> None:
        """Publish while the lock can be had, until told to stop."""

        async def lead_once() -> float:
            return await self._lead(stop)

        await run_passes("relay", lead_once, stop=stop)

    async def republish(self, topic: str) -> bool:
        """Have a topic published again from the start of the log; see `cursors.republish`."""
        return await cursors.republish(self._pool, topic)

    async def _lead(self, stop: Stop) -> float:
        key = advisory_key(Kind.RELAY, hashed_id(self._service))
        lease = await try_lease(self._url, schema=self._schema, key=key)
        if lease is None:
            return _STANDBY_SECONDS
        self._log.info("Publishing", holder=lease.holder)
        try:
            await self._publish(lease, stop)
        finally:
            self._topics = {}
            self._dead_letters = None
            await lease.release()
        return 0.0

    async def _publish(self, lease: Lease, stop: Stop) -> None:
        publishers: list[Publisher] = [KafkaPublisher(self._bootstrap) for _ in range(len(self._feeds) + 1)]
        self._topics = {
            feed.topic: self._topic_relay(feed, publisher, lease)
            for feed, publisher in zip(self._feeds, publishers, strict=False)
        }
        self._dead_letters = DeadLetterRelay(DeadLetters(self._pool), publishers[-1])
        inner = Stop()
        passes = {f"relay {topic}": relay.pass_ for topic, relay in self._topics.items()}
        passes["relay dead letters"] = self._dead_letters.pass_
        tasks = {asyncio.create_task(run_passes(name, once, stop=inner)) for name, once in passes.items()}
        try:
            await _first_of(stop, lease.lost)
        finally:
            inner.set()
            await _end(tasks)
            await asyncio.gather(*(publisher.close() for publisher in publishers))

    def _topic_relay(self, feed: TopicFeed, publisher: Publisher, lease: Lease) -> TopicRelay:
        return TopicRelay(
            feed=feed,
            cursors=cursors.Cursors(self._pool, topic=feed.topic, holder=lease.holder),
            pool=self._pool,
            horizon=self._horizon,
            publisher=publisher,
            ready=readers_ready(self._bootstrap),
            deposed=lease.lost.set,
        )


def readers_ready(bootstrap: str) -> Callable[[TopicFeed], "asyncio.Future[bool]"]:
    """Return what tells whether none of a feed's own readers has an offset beyond the topic's end.

    A group that nobody is in is set back here and now; a living one heals itself (see `kafka.consumption`).
    """

    def ready(feed: TopicFeed) -> "asyncio.Future[bool]":
        return asyncio.ensure_future(_readers_ready(bootstrap, feed))

    return ready


async def _readers_ready(bootstrap: str, feed: TopicFeed) -> bool:
    if not feed.readers:
        return True
    broker = Broker(bootstrap)
    try:
        cluster = await broker.cluster_id()
    except BrokerAwayError:
        return False
    finally:
        await broker.close()
    return all([await _reader_ready(bootstrap, feed.topic, group_id(reader, cluster)) for reader in feed.readers])


async def _reader_ready(bootstrap: str, topic: str, group: str) -> bool:
    broker = Broker(bootstrap, group=group)
    try:
        if beyond := await broker.beyond_end(topic):
            await broker.set_back(beyond)
    except TopicMissingError:
        return True
    except BrokerAwayError:
        return False
    finally:
        await broker.close()
    return True


async def _first_of(stop: Stop, lost: asyncio.Event) -> None:
    while not stop.is_set and not lost.is_set():
        waits = {asyncio.ensure_future(stop.wait(_LOOK_SECONDS)), asyncio.ensure_future(lost.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


async def _end(tasks: set["asyncio.Task[None]"]) -> None:
    """Let the passes under way end, for a few seconds."""
    _, late = await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=_LEAVE_SECONDS)
