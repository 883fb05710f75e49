"""One call of publish: batches that fill, batches under way, and the offsets that were acknowledged.

Messages go in batches of one partition each, made here and not by the producer, because that costs a tenth; those of a
bulk by columns (see `record_batch`). At most four megabytes are held, filling or under way; when it is as much, the
oldest batch is waited for. An acknowledgement may take five seconds.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from shared.cloud_events import Bulk, Headers, Message, unfold_bulk
from shared.contracts import record_message_digests
from shared.kafka.producer import BATCH_BYTES
from shared.relay.partitions import partitions_of
from shared.relay.publishing import MessageTooLargeError, Span
from shared.relay.record_batch import Columns, Layouts, RecordBatch

ACKNOWLEDGED_SECONDS: Final = 5.0
LARGEST_MESSAGE_BYTES: Final = 1_000_000
_HELD_BYTES: Final = 4 * 1024 * 1024
# With fewer messages a partition their layout costs more than they do one by one.
_BULK_FROM: Final = 8
_BULK_AT_ONCE: Final = 1_000
# Millions are made while others wait for their turn: with three milliseconds in a row a claim took three times as long
# in one process.
_KEYS_IN_A_ROW: Final = 250
_PARTITIONS_IN_A_ROW: Final = 4


@dataclass(frozen=True, slots=True)
class _Spread:
    """The keys of some records, and which of them go where: places of keys of one length, for one partition each."""

    keys: Sequence[bytes]
    runs: Sequence[tuple[int, Sequence[int]]]


class Sending:
    """What one call of publish has in hand; `alone`: no message shares a batch, nor the way."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partitions: int, *, alone: bool) -> None:
        self._producer = producer
        self._topic = topic
        self._partitions = partitions
        self._alone = alone
        self._filling: dict[int, RecordBatch] = {}
        self._under_way: deque[tuple[int, RecordBatch, asyncio.Future[Any]]] = deque()
        self._under_way_bytes = 0
        # The records of an event come once for each thing that is said of them.
        self._spread: tuple[Sequence[int], Sequence[_Spread]] = ((), ())
        self._spans: dict[int, Span] = {}

    async def send(self, messages: Iterable[Message | Bulk]) -> Mapping[int, Span]:
        """Send all of it, wait until it is acknowledged, and return the offsets it got, by partition."""
        try:
            for message in messages:
                match message:
                    case Message():
                        await self._add(message)
                    case Bulk():
                        await self._add_bulk(message)
            await self._flush()
        finally:
            self._drop()
        return self._spans

    async def _add(self, message: Message) -> None:
        self._refuse_large(message)
        (partition,) = partitions_of([message.key], self._partitions)
        if not self._batch(partition).append(message.key, message.value, message.headers):
            await self._submit(partition)
            self._batch(partition).append(message.key, message.value, message.headers)
        if self._alone:
            await self._flush()
        await self._hold_back()

    async def _add_bulk(self, bulk: Bulk) -> None:
        """Put the messages of a bulk into their batches; what they have in common is made once."""
        if self._alone or len(bulk.record_ids) < _BULK_FROM * self._partitions:
            for message in unfold_bulk(bulk):
                await self._add(message)
            return
        self._refuse_large(next(unfold_bulk(replace(bulk, record_ids=bulk.record_ids[:1]))))
        layouts, index = Layouts(bulk), bulk.first_index
        for spread in await self._spread_of(bulk.record_ids):
            digests = await _digests(bulk, spread.keys)
            for number, (partition, places) in enumerate(spread.runs):
                columns = Columns(
                    [spread.keys[place] for place in places],
                    [digests[place] for place in places],
                    [index + place for place in places],
                )
                await self._extend(partition, layouts, columns)
                if not number % _PARTITIONS_IN_A_ROW:
                    await asyncio.sleep(0)
            index += len(spread.keys)

    def _refuse_large(self, message: Message) -> None:
        size = size_of(message)
        if size > LARGEST_MESSAGE_BYTES:
            raise MessageTooLargeError(self._topic, f"{size} bytes are more than {LARGEST_MESSAGE_BYTES}")

    async def _flush(self) -> None:
        """Send what is filling, and wait until everything is acknowledged."""
        for partition in list(self._filling):
            await self._submit(partition)
        while self._under_way:
            await self._acknowledged()

    def _drop(self) -> None:
        """Wait for nothing any more."""
        for _, _, future in self._under_way:
            if future.done() and not future.cancelled():
                future.exception()  # told by the first one, or it would be logged as never looked at
            future.cancel()
        self._under_way.clear()

    async def _spread_of(self, record_ids: Sequence[int]) -> Sequence[_Spread]:
        if self._spread[0] is not record_ids:
            pieces = range(0, len(record_ids), _BULK_AT_ONCE)
            keys = [[b"%d" % each for each in record_ids[begin : begin + _BULK_AT_ONCE]] for begin in pieces]
            self._spread = record_ids, [await _spread(each, self._partitions) for each in keys]
        return self._spread[1]

    async def _extend(self, partition: int, layouts: Layouts, columns: Columns) -> None:
        taken = self._batch(partition).extend(layouts, columns)
        while taken < len(columns.keys):
            await self._submit(partition)
            taken += self._batch(partition).extend(layouts, columns.part(taken, len(columns.keys)))
        await self._hold_back()

    def _batch(self, partition: int) -> RecordBatch:
        batch = self._filling.get(partition)
        if batch is None:
            batch = self._filling[partition] = RecordBatch(BATCH_BYTES, int(time.time() * 1000))
        return batch

    async def _submit(self, partition: int) -> None:
        batch = self._filling.pop(partition)
        async with asyncio.timeout(ACKNOWLEDGED_SECONDS):
            future = await self._producer.send_batch(batch, self._topic, partition=partition)
        self._under_way.append((partition, batch, future))
        self._under_way_bytes += batch.size()

    async def _hold_back(self) -> None:
        """Wait while too much is held; what fills counts as if it were full."""
        while self._under_way_bytes + len(self._filling) * BATCH_BYTES > _HELD_BYTES:
            if not self._under_way:
                await self._flush()
                return
            await self._acknowledged()

    async def _acknowledged(self) -> None:
        """Wait for the oldest batch under way, and note where it stands."""
        partition, batch, future = self._under_way[0]
        async with asyncio.timeout(ACKNOWLEDGED_SECONDS):
            await asyncio.wait([future])
        first = future.result().offset
        self._under_way.popleft()
        self._under_way_bytes -= batch.size()
        # A batch that stood there already may be acknowledged without its place.
        if first >= 0:
            span, before = Span(first, first + batch.record_count(), batch.sequence), self._spans.get(partition)
            self._spans[partition] = span if before is None else before.joined(span)


async def _digests(bulk: Bulk, keys: Sequence[bytes]) -> list[bytes]:
    found: list[bytes] = []
    for begin in range(0, len(keys), _KEYS_IN_A_ROW):
        some = keys[begin : begin + _KEYS_IN_A_ROW]
        found += record_message_digests(bulk.event_id, some, ending=bulk.ending)
        await asyncio.sleep(0)
    return found


async def _spread(keys: Sequence[bytes], partitions: int) -> _Spread:
    by_partition: dict[int, list[int]] = {}
    for begin in range(0, len(keys), _KEYS_IN_A_ROW):
        some = keys[begin : begin + _KEYS_IN_A_ROW]
        for place, partition in enumerate(partitions_of(some, partitions), begin):
            by_partition.setdefault(partition, []).append(place)
        await asyncio.sleep(0)
    runs = list(by_partition.items())
    if len(set(map(len, keys))) > 1:
        runs = [(partition, run) for partition, places in runs for run in _runs(keys, places)]
    return _Spread(keys, runs)


def _runs(keys: Sequence[bytes], places: Sequence[int]) -> Iterator[list[int]]:
    """Cut places where the keys' length changes; order is kept."""
    for _, run in groupby(places, key=lambda place: len(keys[place])):
        yield list(run)


def size_of(message: Message) -> int:
    """Return the bytes of a message, without what Kafka adds."""
    return len(message.key) + len(message.value) + headers_size(message.headers)


def headers_size(headers: Headers) -> int:
    """Return the bytes of headers."""
    return sum(len(name) + len(text) for name, text in headers)
