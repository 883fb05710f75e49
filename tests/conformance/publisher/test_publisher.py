"""The publisher: in memory and on Kafka the same."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

import pytest

from shared.cloud_events import Bulk, Message
from shared.contracts import Topic
from shared.kafka import declare_topics
from shared.memory import MemoryPublisher, MemoryTopic
from shared.relay import KafkaPublisher, MessageTooLargeError, Publisher, Span, TopicUnavailableError

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Setting:
    """A publisher and a topic of two partitions; the keys `0` and `2` go to one of them, `1` to the other."""

    publisher: Publisher
    topic: str


@pytest.fixture
def topic() -> str:
    return f"conformance.{os.getpid()}.{next(_numbers)}"


@pytest.fixture
def memory_publisher(topic: str) -> Publisher:
    return MemoryPublisher({topic: MemoryTopic(partitions=2)})


@pytest.fixture
async def kafka_publisher(kafka: str, topic: str) -> AsyncIterator[Publisher]:
    await declare_topics(kafka, [Topic(name=topic, partitions=2, retention_ms=-1)])
    publisher = KafkaPublisher(kafka)
    yield publisher
    await publisher.close()


@pytest.fixture(params=["memory_publisher", "kafka_publisher"])
def setting(request: pytest.FixtureRequest, topic: str) -> Setting:
    return Setting(request.getfixturevalue(request.param), topic)


def message(setting: Setting, key: bytes, size: int = 10) -> Message:
    return Message(setting.topic, key, b'"' + b"x" * size + b'"', (("ce_id", b"1"),))


async def test_a_publish_returns_the_offsets_of_each_partition(setting: Setting) -> None:
    spans = await setting.publisher.publish(setting.topic, [message(setting, key) for key in (b"0", b"1", b"2", b"0")])
    assert sorted((span.first, span.end) for span in spans.values()) == [(0, 1), (0, 3)]
    assert await setting.publisher.ends(setting.topic) == {partition: span.end for partition, span in spans.items()}


async def test_one_key_goes_to_one_partition_and_offsets_go_on(setting: Setting) -> None:
    first = await setting.publisher.publish(setting.topic, [message(setting, b"1")])
    ((partition, span),) = (await setting.publisher.publish(setting.topic, [message(setting, b"1")] * 2)).items()
    assert first == {partition: Span(0, 1)}
    assert span == Span(1, 3)


async def test_a_bulk_counts_each_of_its_messages(setting: Setting) -> None:
    rows = ((b"1", b"id-%d" % number, b"{}") for number in range(2_000))
    spans = await setting.publisher.publish(setting.topic, [Bulk(setting.topic, (), 1, rows)])
    assert list(spans.values()) == [Span(0, 2_000)]


async def test_more_than_is_under_way_at_once_arrives_whole(setting: Setting) -> None:
    spans = await setting.publisher.publish(setting.topic, (message(setting, b"1", 60_000) for _ in range(150)))
    assert list(spans.values()) == [Span(0, 150)]


async def test_publishing_nothing_gives_no_offsets(setting: Setting) -> None:
    assert await setting.publisher.publish(setting.topic, []) == {}


async def test_messages_sent_alone_arrive_as_well(setting: Setting) -> None:
    spans = await setting.publisher.publish(setting.topic, [message(setting, b"1")] * 3, alone=True)
    assert list(spans.values()) == [Span(0, 3)]


async def test_a_message_too_large_is_refused_and_the_next_one_is_not(setting: Setting) -> None:
    with pytest.raises(MessageTooLargeError):
        await setting.publisher.publish(setting.topic, [message(setting, b"1", 2_000_000)])
    assert list(await setting.publisher.publish(setting.topic, [message(setting, b"1")])) != []


async def test_a_topic_that_is_missing_is_unavailable(setting: Setting) -> None:
    with pytest.raises(TopicUnavailableError) as raised:
        await setting.publisher.publish("nobody.declared.this", [message(setting, b"1")])
    assert raised.value.reason == "missing"
    with pytest.raises(TopicUnavailableError):
        await setting.publisher.ends("nobody.declared.this")


async def test_deleting_records_keeps_the_ends_where_they_are(setting: Setting) -> None:
    await setting.publisher.publish(setting.topic, [message(setting, b"1")] * 3)
    before = await setting.publisher.ends(setting.topic)
    await setting.publisher.delete_records(setting.topic)
    assert await setting.publisher.ends(setting.topic) == before
    assert list((await setting.publisher.publish(setting.topic, [message(setting, b"1")])).values()) == [Span(3, 4)]
