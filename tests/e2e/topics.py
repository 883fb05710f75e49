"""Topics as any other program reads them: with a client of its own, from the beginning, in no group."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from tests.e2e.waiting import PATIENCE_SECONDS

_POLL_MS = 200

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it stands in a topic."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    def header(self, name: str) -> str:
        """The text of a header; empty when there is none."""
        return dict(self.headers).get(name, b"").decode()

    @property
    def id(self) -> str:
        """CloudEvents' id."""
        return self.header("ce_id")

    @property
    def type(self) -> str:
        """CloudEvents' type."""
        return self.header("ce_type")

    @property
    def data(self) -> Any:
        """The value as JSON."""
        return orjson.loads(self.value or b"null")


async def read_topic(
    kafka: str,
    topic: str,
    *,
    until: Callable[[Sequence[Seen]], bool] = lambda _: True,
    seconds: float = PATIENCE_SECONDS,
) -> list[Seen]:
    """Return everything that stands in a topic, each partition in order, as soon as that is enough.

    When it is not enough in time, what is there is returned all the same: the caller says what is missing.
    """
    deadline = perf_counter() + seconds
    seen: list[Seen] = []
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        while True:
            at_end = await _read_to_end(consumer, seen, deadline)
            if (at_end and until(seen)) or perf_counter() > deadline:
                return seen
    finally:
        await consumer.stop()


async def _read_to_end(consumer: AIOKafkaConsumer, seen: list[Seen], deadline: float) -> bool:
    ends = await consumer.end_offsets(consumer.assignment())
    while perf_counter() < deadline:
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=5_000)
        seen.extend(_seen(record) for records in batches.values() for record in records)
        if [await consumer.position(partition) >= end for partition, end in ends.items()] == [True] * len(ends):
            return True
    return False


def _seen(record: ConsumerRecord) -> Seen:
    return Seen(record.partition, record.offset, record.key, record.value, tuple(record.headers))


@asynccontextmanager
async def producing(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    """Give a producer of the test's own."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
