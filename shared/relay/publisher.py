"""Publishing to one topic with Kafka: see the port in `publishing`, and `sending` for what one call does.

After any error that is not about a message the producer is thrown away: it might stay out of sequence for ever.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)

from shared.cloud_events import Bulk, Message
from shared.kafka.broker import Broker, BrokerAwayError, TopicMissingError
from shared.kafka.producer import make_producer
from shared.relay.publishing import (
    MessageTooLargeError,
    PublishInterruptedError,
    Span,
    TopicUnavailableError,
    sequence_of,
)
from shared.relay.sending import ACKNOWLEDGED_SECONDS, Sending

_CLOSE_SECONDS: Final = 2.0
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
            return await sending.send(messages)
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

    async def ends(self, topic: str) -> Mapping[int, int]:
        """See Publisher."""
        async with self._asking(topic):
            return await self._broker.ends(topic)

    async def sequences(self, topic: str, offsets: Mapping[int, int]) -> Mapping[int, str | None]:
        """See Publisher."""
        async with self._asking(topic):
            found = await self._broker.headers_at(topic, offsets)
        return {partition: sequence_of(headers) for partition, headers in found.items()}

    async def delete_records(self, topic: str, before: Mapping[int, int]) -> None:
        """See Publisher."""
        async with self._asking(topic):
            await self._broker.delete_records(topic, before)

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
            if isinstance(error.cause, _UNAVAILABLE):
                raise TopicUnavailableError(topic, type(error.cause).__name__) from error
            raise PublishInterruptedError(topic, error) from error

    async def _begin(self, topic: str, *, alone: bool) -> Sending:
        if self._producer is None:
            self._producer = make_producer(self._bootstrap)
            async with asyncio.timeout(ACKNOWLEDGED_SECONDS):
                await self._producer.start()
        if topic not in self._known:
            # The producer would wait for a missing topic and fill the log; it is asked for beforehand.
            await self._broker.partitions(topic)
            self._known.add(topic)
        async with asyncio.timeout(ACKNOWLEDGED_SECONDS):
            partitions = len(await self._producer.partitions_for(topic))
        return Sending(self._producer, topic, partitions, alone=alone)

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        self._known.clear()
        if producer is not None:
            await asyncio.wait({asyncio.ensure_future(producer.stop())}, timeout=_CLOSE_SECONDS)
