"""Reading a topic again, beside every group: what Kafka remembers of having been read is a hint only."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kafka.acceptance import RawMessage, raw_message
from shared.kafka.broker import Broker

_REQUEST_TIMEOUT_MS = 5_000
_STALL_SECONDS = 15.0


class RereadStalledError(ConnectionError):
    """The broker gave nothing for a while although there is more to read; it passes."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"reading {topic} again came to a standstill")
        self.topic = topic


async def reread(
    bootstrap: str, topic: str, *, since: datetime | None = None, handle: Callable[[RawMessage], Awaitable[None]]
) -> int:
    """Hand every message of a topic that stands in it now to `handle`, and return how many there were.

    Partition by partition in order, from the beginning or from the first one written at `since` or later. `handle`
    decides what an unreadable one becomes (see `accept`). Raises TopicMissingError, and BrokerAwayError or
    RereadStalledError, after which it is called again.
    """
    broker = Broker(bootstrap)
    try:
        ends = await broker.ends(topic)
    finally:
        await broker.close()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, request_timeout_ms=_REQUEST_TIMEOUT_MS
    )
    try:
        await consumer.start()
        return await _read(
            consumer, {TopicPartition(topic, number): end for number, end in ends.items()}, since, handle
        )
    finally:
        await consumer.stop()


async def _read(
    consumer: AIOKafkaConsumer,
    ends: dict[TopicPartition, int],
    since: datetime | None,
    handle: Callable[[RawMessage], Awaitable[None]],
) -> int:
    consumer.assign(list(ends))
    await _seek(consumer, list(ends), since)
    open_ends = {partition: end for partition, end in ends.items() if await consumer.position(partition) < end}
    count, last_progress = 0, asyncio.get_running_loop().time()
    while open_ends:
        consumer.pause(*(set(ends) - set(open_ends)))
        records = await consumer.getmany(timeout_ms=500, max_records=1_000)
        for partition, batch in records.items():
            count += await _hand_out(batch, ends[partition], handle)
        open_ends = {partition: end for partition, end in ends.items() if await consumer.position(partition) < end}
        now = asyncio.get_running_loop().time()
        last_progress = now if records else last_progress
        if now - last_progress > _STALL_SECONDS:
            raise RereadStalledError(next(iter(ends)).topic)
    return count


async def _seek(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], since: datetime | None) -> None:
    if since is None:
        await consumer.seek_to_beginning(*partitions)
        return
    milliseconds = int(since.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, milliseconds))
    for partition in partitions:
        if (place := found.get(partition)) is None:
            await consumer.seek_to_end(partition)
        else:
            consumer.seek(partition, place.offset)


async def _hand_out(batch: Sequence[ConsumerRecord], end: int, handle: Callable[[RawMessage], Awaitable[None]]) -> int:
    count = 0
    for record in batch:
        if record.offset < end:
            await handle(raw_message(record))
            count += 1
    return count
