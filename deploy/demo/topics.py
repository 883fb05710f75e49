"""Reads back from the topics what the demo's occurrence put there."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord

_PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as other systems see it."""

    topic: str
    key: str
    type: str
    value: str


async def messages_of(server: str, topic: str, occurrence_id: str, *, at_least: int) -> list[Seen]:
    """Return the messages about an occurrence, each id once, as soon as there are enough or patience ends."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=server, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    found: dict[bytes, Seen] = {}
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(found) < at_least:
                batches = await consumer.getmany(timeout_ms=300, max_records=2_000)
                for records in batches.values():
                    _collect(found, records, occurrence_id.encode())
    except TimeoutError:
        pass
    finally:
        await consumer.stop()
    return list(found.values())


def _collect(found: dict[bytes, Seen], records: Iterable[ConsumerRecord], occurrence_id: bytes) -> None:
    for record in records:
        if occurrence_id in record.value:
            headers = dict(record.headers)
            seen = Seen(record.topic, record.key.decode(), headers["ce_type"].decode(), record.value.decode())
            found[headers["ce_id"]] = seen
