"""The publisher: in memory and on Kafka the same."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import count

import pytest

from shared.cloud_events import Bulk, Message
from shared.contracts import Topic, derived_id, sequence_text
from shared.kafka import declare_topics
from shared.memory import MemoryPublisher, MemoryTopic
from shared.relay import (
    KafkaPublisher,
    MessageTooLargeError,
    Publisher,
    PublishInterruptedError,
    Span,
    TopicUnavailableError,
)

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
    assert first == {partition: Span(0, 1, None)}
    assert span == Span(1, 3, None)


def bulk(setting: Setting, record_ids: Sequence[int], facts: bytes = b'{"a":1}') -> Bulk:
    return Bulk(setting.topic, (("content-type", b"application/json"),), 7, derived_id("x"), facts, record_ids)


@pytest.mark.parametrize("count", [1, 7, 8, 2_000])
async def test_a_bulk_counts_each_of_its_messages(setting: Setting, count: int) -> None:
    spans = await setting.publisher.publish(setting.topic, [bulk(setting, range(count))])
    assert sum(span.end - span.first for span in spans.values()) == count


async def test_bulks_and_messages_take_turns(setting: Setting) -> None:
    one, many = message(setting, b"1"), bulk(setting, range(100))
    spans = await setting.publisher.publish(setting.topic, [one, many, one, many])
    assert sum(span.end - span.first for span in spans.values()) == 202


async def test_the_messages_of_a_bulk_sent_alone_arrive_as_well(setting: Setting) -> None:
    spans = await setting.publisher.publish(setting.topic, [bulk(setting, range(20))], alone=True)
    assert sum(span.end - span.first for span in spans.values()) == 20


async def test_a_bulk_of_messages_too_large_is_refused(setting: Setting) -> None:
    facts = b'{"a":"' + b"x" * 2_000_000 + b'"}'
    with pytest.raises(MessageTooLargeError):
        await setting.publisher.publish(setting.topic, [bulk(setting, range(20), facts)])


async def test_a_bulk_of_large_messages_arrives_whole(setting: Setting) -> None:
    facts = b'{"a":"' + b"x" * 200_000 + b'"}'
    spans = await setting.publisher.publish(setting.topic, [bulk(setting, range(60), facts)])
    assert sum(span.end - span.first for span in spans.values()) == 60


async def test_more_than_is_under_way_at_once_arrives_whole(setting: Setting) -> None:
    spans = await setting.publisher.publish(setting.topic, (message(setting, b"1", 60_000) for _ in range(150)))
    assert list(spans.values()) == [Span(0, 150, None)]


async def test_publishing_nothing_gives_no_offsets(setting: Setting) -> None:
    assert await setting.publisher.publish(setting.topic, []) == {}


async def test_messages_sent_alone_arrive_as_well(setting: Setting) -> None:
    spans = await setting.publisher.publish(setting.topic, [message(setting, b"1")] * 3, alone=True)
    assert list(spans.values()) == [Span(0, 3, None)]


async def test_a_message_too_large_is_refused_and_the_next_one_is_not(setting: Setting) -> None:
    with pytest.raises(MessageTooLargeError):
        await setting.publisher.publish(setting.topic, [message(setting, b"1", 2_000_000)])
    assert list(await setting.publisher.publish(setting.topic, [message(setting, b"1")])) != []


async def test_a_topic_that_is_missing_is_unavailable(setting: Setting) -> None:
    with pytest.raises(TopicUnavailableError) as raised:
        await setting.publisher.publish("nobody.declared.this", [message(setting, b"1")])
    assert raised.value.reason == "missing"
    for asked in (
        setting.publisher.ends("nobody.declared.this"),
        setting.publisher.sequences("nobody.declared.this", {0: 0}),
        setting.publisher.delete_records("nobody.declared.this", {0: 0}),
    ):
        with pytest.raises(TopicUnavailableError):
            await asked


async def test_deleting_records_keeps_the_ends_where_they_are(setting: Setting) -> None:
    await setting.publisher.publish(setting.topic, [message(setting, b"1")] * 3)
    before = await setting.publisher.ends(setting.topic)
    await setting.publisher.delete_records(setting.topic, before)
    assert await setting.publisher.ends(setting.topic) == before
    spans = await setting.publisher.publish(setting.topic, [message(setting, b"1")])
    assert list(spans.values()) == [Span(3, 4, None)]


def numbered(setting: Setting, key: bytes, sequence: str) -> Message:
    """Return a message with a sequence, behind which another header stands."""
    headers = (("ce_id", b"1"), ("ce_sequence", sequence.encode()), ("traceparent", b"x"))
    return Message(setting.topic, key, b"{}", headers)


async def test_a_publish_returns_the_sequence_of_the_last_message_of_each_partition(setting: Setting) -> None:
    sent = [numbered(setting, key, str(number)) for number, key in enumerate((b"1", b"0", b"1", b"0"))]
    spans = await setting.publisher.publish(setting.topic, sent)
    assert sorted(span.sequence or "" for span in spans.values()) == ["2", "3"]


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("count", [1, 7, 5_000])
async def test_the_last_sequence_of_a_bulk_is_that_of_the_message_before_the_end(
    setting: Setting, count: int, alone: bool
) -> None:
    some = min(count, 20) if alone else count
    spans = await setting.publisher.publish(setting.topic, [bulk(setting, range(some))], alone=alone)
    last = {partition: span.end - 1 for partition, span in spans.items()}
    standing = await setting.publisher.sequences(setting.topic, last)
    assert standing == {partition: span.sequence for partition, span in spans.items()}
    assert sequence_text(7, some - 1) in standing.values()


async def test_the_sequence_of_a_message_is_found_by_its_offset(setting: Setting) -> None:
    sent = [numbered(setting, b"1", "a"), numbered(setting, b"1", "b"), message(setting, b"1")]
    (partition,) = await setting.publisher.publish(setting.topic, sent)
    found = [await setting.publisher.sequences(setting.topic, {partition: offset}) for offset in range(3)]
    assert found == [{partition: "a"}, {partition: "b"}, {partition: None}]


async def test_where_no_message_stands_there_is_no_sequence(setting: Setting) -> None:
    (partition,) = await setting.publisher.publish(setting.topic, [numbered(setting, b"1", "a")] * 3)
    await setting.publisher.delete_records(setting.topic, {partition: 2})
    places = [{partition: 1}, {partition: 2}, {partition: 3}, {1 - partition: 0}, {}]
    found = [await setting.publisher.sequences(setting.topic, place) for place in places]
    assert found == [{}, {partition: "a"}, {}, {}, {}]


async def test_records_are_deleted_below_an_offset_only_and_never_beyond_the_end(setting: Setting) -> None:
    sent = [numbered(setting, b"1", text) for text in "abc"]
    (partition,) = await setting.publisher.publish(setting.topic, sent)
    await setting.publisher.delete_records(setting.topic, {partition: 2})
    await setting.publisher.delete_records(setting.topic, {partition: 1})
    assert await setting.publisher.sequences(setting.topic, {partition: 2}) == {partition: "c"}
    with pytest.raises(PublishInterruptedError):
        await setting.publisher.delete_records(setting.topic, {partition: 4})
    assert await setting.publisher.sequences(setting.topic, {partition: 2}) == {partition: "c"}
