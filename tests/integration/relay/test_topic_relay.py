"""One topic of the relay, on a real log: nothing is left out, whatever happens between sending and storing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import orjson
import pytest

from shared.cloud_events import Bulk, Message, encode
from shared.contracts import event_id
from shared.event_store import Append, NewEvent, RecordedEvent
from shared.failpoints import FailpointError, switch_on
from shared.horizon import Horizon
from shared.memory import MemoryPublisher, MemoryTopic
from shared.postgres import Pool
from shared.postgres_event_store import PostgresEventStore
from shared.relay import PublishInterruptedError, Span, TopicFeed, republish
from shared.relay.cursors import Cursors
from shared.relay.topic_relay import TopicRelay

TOPIC = "workflows.due.v1"


def translate(event: RecordedEvent) -> Iterator[Message]:
    if event.type == "Unknown":
        raise LookupError(event.type)
    yield encode(
        topic=TOPIC,
        key=event.stream,
        message_id=event_id(event.stream, event.version),
        type="workflows.occurrence.due.v1",
        service="scheduler",
        time=event.recorded_at,
        position=event.position,
        data=event.data,
    )


FEED = TopicFeed(TOPIC, translate, types=["Due", "Unknown"], limit=3)


@dataclass(slots=True)
class Stage:
    """A log, a topic, and the relay between them in the hands of one holder after the other."""

    pool: Pool
    publisher: MemoryPublisher = field(default_factory=lambda: MemoryPublisher({TOPIC: MemoryTopic(partitions=2)}))
    deposed: list[str] = field(default_factory=list)
    ready: bool = True
    horizon: Horizon = field(init=False)

    def __post_init__(self) -> None:
        self.horizon = Horizon(self.pool, "scheduler_events")

    def relay(self, holder: str = "first", feed: TopicFeed = FEED) -> TopicRelay:
        """Return a relay in the hands of a holder."""

        async def ready(_: TopicFeed) -> bool:
            return self.ready

        return TopicRelay(
            feed=feed,
            cursors=Cursors(self.pool, topic=TOPIC, holder=holder),
            pool=self.pool,
            horizon=self.horizon,
            publisher=self.publisher,
            ready=ready,
            deposed=lambda: self.deposed.append(holder),
        )

    async def append(self, stream: str, *numbers: int, kind: str = "Due", padding: int = 0) -> None:
        """Append one event a number."""
        async with self.pool.acquire() as connection:
            log = PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
            version = (await log.versions([stream]))[stream]
            events = [NewEvent(kind, {"number": number, "padding": "x" * padding}) for number in numbers]
            await log.append([Append(stream, version, events)])

    def messages(self) -> list[Message]:
        """Return what stands in the topic, by sequence."""
        found = [message for part in self.publisher.topics[TOPIC].messages.values() for message in part]
        return sorted(found, key=lambda message: dict(message.headers)["ce_sequence"])

    def numbers(self) -> list[int]:
        """Return the numbers of what stands in the topic, by sequence."""
        return [orjson.loads(message.value)["number"] for message in self.messages()]

    def lose_topic(self) -> None:
        """Have the topic come back empty."""
        self.publisher.topics[TOPIC] = MemoryTopic(partitions=2)


@pytest.fixture
def stage(scheduler_pool: Pool) -> Iterator[Stage]:
    yield Stage(scheduler_pool)
    switch_on("")


async def settle(stage: Stage, relay: TopicRelay) -> None:
    """Let the relay publish all that the log holds."""
    await stage.horizon.refresh()
    while relay.position < stage.horizon.position:
        await relay.pass_()


async def test_every_event_of_the_topics_types_is_published_in_the_order_of_the_log(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    await stage.append("workflow-2", 3)
    await stage.append("workflow-1", 99, kind="Other")
    await stage.append("workflow-1", 4, 5)
    await settle(stage, stage.relay())
    assert stage.numbers() == [1, 2, 3, 4, 5]


async def test_the_next_holder_goes_on_where_the_last_one_was(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    await settle(stage, stage.relay("first"))
    await stage.append("workflow-1", 3)
    await settle(stage, stage.relay("second"))
    assert stage.numbers() == [1, 2, 3]


async def test_a_crash_between_sending_and_storing_sends_again_under_the_same_ids(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    relay = stage.relay("first")
    await stage.horizon.refresh()
    switch_on("relay.sent_before_stored:1:raise")
    with pytest.raises(FailpointError):
        await relay.pass_()
    await settle(stage, stage.relay("second"))
    assert stage.numbers() == [1, 1, 2, 2]
    ids = [dict(message.headers)["ce_id"] for message in stage.messages()]
    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert ids[0] != ids[2]


async def test_a_holder_that_was_stopped_stores_nothing_when_it_goes_on(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    old = stage.relay("old")
    await settle(stage, old)
    await stage.append("workflow-1", 2)
    await settle(stage, stage.relay("new"))
    await stage.horizon.refresh()
    await old.pass_()
    await old.pass_()
    assert stage.deposed == ["old"]
    row = await stage.pool.fetchrow("SELECT holder, position FROM relay_cursors")
    assert row is not None
    assert row["holder"] == "new"


async def test_an_event_whose_message_is_too_large_is_stepped_over_and_recorded(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    await stage.append("workflow-1", 2, padding=2_000_000)
    await stage.append("workflow-1", 3)
    await settle(stage, stage.relay())
    assert list(dict.fromkeys(stage.numbers())) == [1, 3]
    rows = await stage.pool.fetch(
        "SELECT data FROM events WHERE type = 'PublishFailed' AND stream = $1", f"relay-{TOPIC}"
    )
    (data,) = [row["data"] for row in rows]
    position = await stage.pool.fetchval("SELECT position FROM events WHERE stream = 'workflow-1' AND version = 2")
    assert (data["position"], data["topic"]) == (position, TOPIC)
    assert "bytes" in data["reason"]


async def test_a_missing_topic_stops_and_goes_on_when_it_is_declared(stage: Stage) -> None:
    topic = stage.publisher.topics.pop(TOPIC)
    await stage.append("workflow-1", 1)
    relay = stage.relay()
    await stage.horizon.refresh()
    assert (await relay.pass_(), relay.stopped) == (1.0, "missing")
    stage.publisher.topics[TOPIC] = topic
    await settle(stage, relay)
    assert (stage.numbers(), relay.stopped) == ([1], None)


async def test_an_event_nobody_understands_stops_the_topic_there_and_is_named(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    await stage.append("workflow-1", 2, kind="Unknown")
    await stage.append("workflow-1", 3)
    relay = stage.relay(feed=replace(FEED, limit=1))
    await stage.horizon.refresh()
    for _ in range(3):
        await relay.pass_()
    assert stage.numbers() == [1]
    assert relay.stopped is not None
    assert "of type Unknown" in relay.stopped


async def test_a_topic_lost_without_traffic_is_filled_again_from_the_log(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    await stage.append("workflow-2", 3)
    relay = stage.relay()
    await settle(stage, relay)
    stage.lose_topic()
    await relay.pass_()
    await settle(stage, relay)
    assert stage.numbers() == [1, 2, 3]
    assert await stage.pool.fetchval("SELECT epoch FROM relay_cursors") == 1


async def test_a_topic_lost_under_traffic_is_filled_again_without_what_came_before_the_rest(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    relay = stage.relay()
    await settle(stage, relay)
    stage.lose_topic()
    await stage.append("workflow-1", 3)
    await settle(stage, relay)
    partition = next(iter(stage.publisher.topics[TOPIC].messages.values()))
    assert [orjson.loads(message.value)["number"] for message in partition] == [1, 2, 3]


async def test_a_relay_whose_topic_was_lost_while_nobody_ran_notices_it(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    await settle(stage, stage.relay("first"))
    stage.lose_topic()
    second = stage.relay("second")
    await stage.horizon.refresh()
    await second.pass_()
    await settle(stage, second)
    assert stage.numbers() == [1, 2]


async def test_publishing_again_is_noticed_by_the_running_relay(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    relay = stage.relay()
    await settle(stage, relay)
    assert await republish(stage.pool, TOPIC)
    await stage.append("workflow-1", 3)
    await settle(stage, relay)
    assert sorted(set(stage.numbers())) == [1, 2, 3]
    assert stage.numbers().count(1) == 2


async def test_a_topic_never_published_cannot_be_published_again(stage: Stage) -> None:
    assert not await republish(stage.pool, TOPIC)


async def test_publishing_from_the_start_waits_for_our_own_readers(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    stage.ready = False
    relay = stage.relay()
    await stage.horizon.refresh()
    await relay.pass_()
    assert stage.numbers() == []
    stage.ready = True
    await settle(stage, relay)
    assert stage.numbers() == [1]


async def test_what_was_not_acknowledged_is_sent_again(stage: Stage) -> None:
    class Interrupted(MemoryPublisher):
        interruptions = 1

        async def publish(
            self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
        ) -> Mapping[int, Span]:
            if self.interruptions:
                self.interruptions -= 1
                raise PublishInterruptedError(topic, TimeoutError())
            return await super().publish(topic, messages, alone=alone)

    stage.publisher = Interrupted(stage.publisher.topics)
    await stage.append("workflow-1", 1)
    relay = stage.relay()
    await stage.horizon.refresh()
    assert await relay.pass_() > 0
    await settle(stage, relay)
    assert stage.numbers() == [1]


async def test_an_event_about_many_records_gives_a_message_each(stage: Stage) -> None:
    def many(event: RecordedEvent) -> Iterator[Bulk]:
        about = event_id(event.stream, event.version)
        yield Bulk(TOPIC, (), event.position, about, b'{"number":1}', range(5_000))

    await stage.append("claim-1", 1)
    await settle(stage, stage.relay(feed=TopicFeed(TOPIC, many, limit=1)))
    assert [int(message.key) for message in stage.messages()] == list(range(5_000))
