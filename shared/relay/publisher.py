"""Sending to one topic with Kafka: see the port in `publishing`.

Messages go in batches of one partition each, made here and not by the producer, because that costs a tenth. At most
four megabytes are under way at a time; then all acknowledgements are waited for, five seconds at most. After any error
that is not about a message the producer is thrown away: it might stay out of sequence for ever.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.partitioner import murmur2

from shared.cloud_events import Bulk, Headers, Message
from shared.contracts import SEQUENCE_INDEX_DIGITS, sequence_text
from shared.kafka.broker import Broker, BrokerAwayError, TopicMissingError
from shared.kafka.producer import make_producer
from shared.relay.publishing import MessageTooLargeError, PublishInterruptedError, Span, TopicUnavailableError

_ACKNOWLEDGED_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 2.0
_UNDER_WAY_BYTES: Final = 4 * 1024 * 1024
# What the headers of a message in a bulk come to; good enough to bound what is under way.
_HEADERS_BYTES: Final = 250
# Thousands are made between two acknowledgements, and each statement of the others waits for its turn meanwhile: with
# 500 in a row a claim took three times as long in one process.
_MESSAGES_IN_A_ROW: Final = 50
LARGEST_MESSAGE_BYTES: Final = 1_000_000
_Pairs = list[tuple[str, bytes]]
_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
_UNAVAILABLE: Final = (TopicAuthorizationFailedError, ClusterAuthorizationFailedError, InvalidTopicError)


class KafkaPublisher:
    """The publisher of aiokafka."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._broker = Broker(bootstrap)
        self._producer: AIOKafkaProducer | None = None
        self._known: set[str] = set()

    async def publish(
        self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
    ) -> Mapping[int, Span]:
        """See Publisher."""
        try:
            sending = await self._begin(topic, alone=alone)
            for message in messages:
                match message:
                    case Message():
                        await sending.add(message)
                    case Bulk():
                        await sending.add_bulk(message)
            await sending.flush()
        except MessageTooLargeError:
            await self._drop_producer()
            raise
        except _TOO_LARGE as error:
            await self._drop_producer()
            raise MessageTooLargeError(topic, type(error).__name__) from error
        except _UNAVAILABLE as error:
            await self._drop_producer()
            raise TopicUnavailableError(topic, type(error).__name__) from error
        except TopicMissingError as error:
            raise TopicUnavailableError(topic, "missing") from error
        except (KafkaError, BrokerAwayError, OSError, TimeoutError) as error:
            await self.close()
            raise PublishInterruptedError(topic, error) from error
        return sending.spans

    async def ends(self, topic: str) -> Mapping[int, int]:
        """See Publisher."""
        async with self._asking(topic):
            return await self._broker.ends(topic)

    async def delete_records(self, topic: str) -> None:
        """See Publisher."""
        async with self._asking(topic):
            await self._broker.delete_records(topic)

    async def close(self) -> None:
        """See Publisher."""
        await self._drop_producer()
        await self._broker.close()

    @contextlib.asynccontextmanager
    async def _asking(self, topic: str) -> AsyncIterator[None]:
        try:
            yield
        except TopicMissingError as error:
            await self._drop_producer()
            raise TopicUnavailableError(topic, "missing") from error
        except BrokerAwayError as error:
            raise PublishInterruptedError(topic, error) from error

    async def _begin(self, topic: str, *, alone: bool) -> "_Sending":
        if self._producer is None:
            self._producer = make_producer(self._bootstrap)
            async with asyncio.timeout(_ACKNOWLEDGED_SECONDS):
                await self._producer.start()
        if topic not in self._known:
            # The producer would wait for a missing topic and fill the log; it is asked for beforehand.
            await self._broker.partitions(topic)
            self._known.add(topic)
        async with asyncio.timeout(_ACKNOWLEDGED_SECONDS):
            partitions = len(await self._producer.partitions_for(topic))
        return _Sending(self._producer, topic, partitions, alone=alone)

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        self._known.clear()
        if producer is not None:
            await asyncio.wait({asyncio.ensure_future(producer.stop())}, timeout=_CLOSE_SECONDS)


class _Sending:
    """One call of publish: builders not yet full, and batches under way."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partitions: int, *, alone: bool) -> None:
        self._producer = producer
        self._topic = topic
        self._partitions = partitions
        self._alone = alone
        self._builders: dict[int, Any] = {}
        # The records of an event come once for each thing that is said of them.
        self._partition_of: dict[bytes, int] = {}
        self._under_way: list[tuple[int, int, asyncio.Future[Any]]] = []
        self._bytes = 0
        self.spans: dict[int, Span] = {}

    async def add(self, message: Message) -> None:
        """Put one message into its batch, and send what is enough."""
        size = size_of(message)
        if size > LARGEST_MESSAGE_BYTES:
            raise MessageTooLargeError(self._topic, f"{size} bytes are more than {LARGEST_MESSAGE_BYTES}")
        partition, headers = self._partition(message.key), list(message.headers)
        if not self._append(partition, message.key, message.value, headers):
            await self._begin_batch(partition, message.key, message.value, headers)
        self._bytes += size
        if self._alone or self._bytes >= _UNDER_WAY_BYTES:
            await self.flush()

    async def add_bulk(self, bulk: Bulk) -> None:
        """Put the messages of a bulk into their batches; what they have in common is made once.

        Millions go this way, so nothing is awaited for a message but what has to be.
        """
        constant = list(bulk.headers)
        sequence = sequence_text(bulk.position, 0)[:-SEQUENCE_INDEX_DIGITS].encode()
        for index, (key, message_id, value) in enumerate(bulk.messages, bulk.first_index):
            headers = [
                *constant,
                ("ce_id", message_id),
                ("ce_subject", key),
                ("ce_sequence", b"%b%06d" % (sequence, index)),
            ]
            partition = self._partition(key)
            if not self._append(partition, key, value, headers):
                await self._begin_batch(partition, key, value, headers)
            self._bytes += len(value) + _HEADERS_BYTES
            if self._alone or self._bytes >= _UNDER_WAY_BYTES:
                await self.flush()
            if not index % _MESSAGES_IN_A_ROW:
                await asyncio.sleep(0)

    async def _begin_batch(self, partition: int, key: bytes, value: bytes, headers: _Pairs) -> None:
        """Send the batch that is full and begin another; a message that fits into none is too large."""
        await self._submit(partition)
        if not self._append(partition, key, value, headers):
            raise MessageTooLargeError(self._topic, f"{len(value)} bytes fit into no batch")

    def _partition(self, key: bytes) -> int:
        known = self._partition_of.get(key)
        if known is None:
            known = self._partition_of[key] = partition_of(key, self._partitions)
        return known

    def _append(self, partition: int, key: bytes, value: bytes, headers: _Pairs) -> bool:
        builder = self._builders.get(partition)
        if builder is None:
            builder = self._builders[partition] = self._producer.create_batch()
        return builder.append(timestamp=None, key=key, value=value, headers=headers) is not None

    async def _submit(self, partition: int) -> None:
        builder = self._builders.pop(partition)
        builder.close()
        async with asyncio.timeout(_ACKNOWLEDGED_SECONDS):
            future = await self._producer.send_batch(builder, self._topic, partition=partition)
        self._under_way.append((partition, builder.record_count(), future))

    async def flush(self) -> None:
        try:
            for partition in list(self._builders):
                await self._submit(partition)
            if self._under_way:
                async with asyncio.timeout(_ACKNOWLEDGED_SECONDS):
                    await asyncio.wait([future for _, _, future in self._under_way])
            self._note()
        finally:
            for _, _, future in self._under_way:
                future.cancel()
            self._under_way.clear()
            self._bytes = 0

    def _note(self) -> None:
        for partition, count, future in self._under_way:
            first = future.result().offset
            # A batch that stood there already may be acknowledged without its place.
            if first >= 0:
                span = Span(first, first + count)
                self.spans[partition] = span.joined(self.spans.get(partition, span))


def size_of(message: Message) -> int:
    """Return the bytes of a message, without what Kafka adds."""
    return len(message.key) + len(message.value) + headers_size(message.headers)


def headers_size(headers: Headers) -> int:
    """Return the bytes of headers."""
    return sum(len(name) + len(text) for name, text in headers)


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key, as every client's default does."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
