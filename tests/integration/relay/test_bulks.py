"""What a bulk becomes in Kafka: the same messages as one by one, in the same order."""

import os
from datetime import UTC, datetime
from itertools import count

import pytest

from shared.cloud_events import Bulk, Message, shared_headers, unfold
from shared.contracts import Topic, event_id
from shared.kafka import RawMessage, declare_topics, reread
from shared.relay import KafkaPublisher

AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
EVENT = event_id("claim-1", 1)
_numbers = count(1)

Parts = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]


@pytest.fixture
async def topic(kafka: str) -> str:
    name = f"bulks.{os.getpid()}.{next(_numbers)}"
    await declare_topics(kafka, [Topic(name=name, partitions=3, retention_ms=-1)])
    return name


def a_bulk(topic: str, word: str, ids: list[int], *, ending: bool = False, first_index: int = 0) -> Bulk:
    constant = shared_headers(service="executor", type=f"workflows.{word}.v1", time=AT)
    return Bulk(topic, constant, 17, EVENT, b'{"workflowId":"5","name":"\xc3\xa4 100%"}', ids, ending, first_index)


async def read(kafka: str, topic: str) -> list[RawMessage]:
    found: list[RawMessage] = []

    async def note(message: RawMessage) -> None:
        found.append(message)

    await reread(kafka, topic, handle=note)
    return found


def sequence(headers: tuple[tuple[str, bytes], ...]) -> bytes:
    return dict(headers)["ce_sequence"]


async def test_the_messages_of_bulks_arrive_as_they_would_one_by_one(kafka: str, topic: str) -> None:
    ids = [*range(1, 1_500), *range(99_500, 101_000), 3, 2**53 - 1]
    sent: list[Message | Bulk] = [
        a_bulk(topic, "action.completed", ids),
        Message(topic, b"5", b"{}", (("ce_sequence", b"00000000000000000017.009999"),)),
        a_bulk(topic, "record.completed", ids, ending=True, first_index=10_000),
        a_bulk(topic, "record.unenrolled", ids[:5], first_index=20_000),
    ]
    publisher = KafkaPublisher(kafka)
    await publisher.publish(topic, sent)
    await publisher.close()

    arrived: dict[int, list[Parts]] = {}
    for each in await read(kafka, topic):
        arrived.setdefault(each.partition, []).append((each.key, each.value, tuple(each.headers)))
    expected = {(each.key, each.value, tuple(each.headers)) for each in unfold(sent)}
    assert {part for parts in arrived.values() for part in parts} == expected
    assert sum(map(len, arrived.values())) == len(expected) == 2 * len(ids) + 6
    for parts in arrived.values():
        assert parts == sorted(parts, key=lambda part: sequence(part[2]))
