"""What the broker says, asked again and again: which topics there are, where they end, what a group has committed.

The clients are opened when first needed and thrown away after any error, so that a broker that went away and came back,
perhaps as another one, is asked afresh.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code

from shared.cloud_events import Headers
from shared.kafka.leaving import put_out

_REQUEST_TIMEOUT_MS: Final = 5_000
_ANSWER_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 2.0


class TopicMissingError(LookupError):
    """A topic that was not declared, or was deleted."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the topic {topic} does not exist")
        self.topic = topic


class BrokerAwayError(ConnectionError):
    """The broker did not answer, or not in time; it passes."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"the broker does not answer: {cause!r}")
        self.cause = cause


class Broker:
    """One admin client and one consumer without a subscription; with a group, the latter speaks of its offsets."""

    def __init__(self, bootstrap: str, *, group: str | None = None) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None

    async def cluster_id(self) -> str:
        """Return the cluster's id, which is another one when its data was lost. Raises BrokerAwayError, as all here."""
        async with self._asking():
            return str((await (await self.admin()).describe_cluster())["cluster_id"])

    async def topics(self) -> list[str]:
        """Return the names of all topics."""
        async with self._asking():
            return list(await (await self.admin()).list_topics())

    async def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic, in order; raises TopicMissingError."""
        async with self._asking():
            (described,) = await (await self.admin()).describe_topics([topic])
        if described["error_code"] == UnknownTopicOrPartitionError.errno or not described["partitions"]:
            raise TopicMissingError(topic)
        if described["error_code"]:
            raise BrokerAwayError(for_code(described["error_code"])(topic))
        return sorted(TopicPartition(topic, partition["partition"]) for partition in described["partitions"])

    async def ends(self, topic: str) -> dict[int, int]:
        """Return the end offset of each partition of a topic; raises TopicMissingError."""
        partitions = await self.partitions(topic)
        async with self._asking():
            ends = await (await self._reader(partitions)).end_offsets(partitions)
        return {partition.partition: end for partition, end in ends.items()}

    async def beyond_end(self, topic: str) -> list[TopicPartition]:
        """Return the partitions whose offset committed by the group lies beyond the end; raises TopicMissingError."""
        partitions = await self.partitions(topic)
        async with self._asking():
            reader = await self._reader(partitions)
            committed = {partition: await reader.committed(partition) for partition in partitions}
            ends = await reader.end_offsets(partitions)
        return [partition for partition in partitions if (committed[partition] or 0) > ends[partition]]

    async def set_back(self, partitions: Sequence[TopicPartition]) -> None:
        """Commit the beginning of partitions for the group; it must have no living member, else BrokerAwayError."""
        async with self._asking():
            reader = await self._reader(partitions)
            await reader.commit(await reader.beginning_offsets(list(partitions)))

    async def put_out(self, member: str) -> None:
        """Have a static member leave the group; see `leaving`."""
        async with self._asking():
            await put_out(await self.admin(), group=str(self._group), member=member)

    async def headers_at(self, topic: str, offsets: Mapping[int, int]) -> dict[int, Headers]:
        """Return the headers of the message at an offset of each partition; raises TopicMissingError.

        Where no message stands, because it was deleted or is still to come, the partition is left out.
        """
        partitions = await self.partitions(topic)
        async with self._asking():
            reader = await self._reader(partitions)
            begins, ends = await reader.beginning_offsets(partitions), await reader.end_offsets(partitions)
            places = {each: offsets[each.partition] for each in partitions if each.partition in offsets}
            standing = {each: place for each, place in places.items() if begins[each] <= place < ends[each]}
            records = await self._read_one_each(standing) if standing else []
        found = {TopicPartition(record.topic, record.partition): record for record in records}
        return {each.partition: record.headers for each, record in found.items() if record.offset == standing[each]}

    async def delete_records(self, topic: str, before: Mapping[int, int]) -> None:
        """Delete what stands below an offset of each partition; the ends stay where they are.

        Raises TopicMissingError, and BrokerAwayError also where a partition ends below the offset.
        """
        await self.partitions(topic)
        async with self._asking():
            doomed = {TopicPartition(topic, number): RecordsToDelete(before_offset=at) for number, at in before.items()}
            await (await self.admin()).delete_records(doomed)

    async def admin(self) -> AIOKafkaAdminClient:
        """Return the admin client, open."""
        if self._admin is None:
            self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS)
            await self._admin.start()
        return self._admin

    async def _reader(self, partitions: Sequence[TopicPartition]) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap,
                group_id=self._group,
                enable_auto_commit=False,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
            )
            await self._consumer.start()
        if self._consumer.assignment() != set(partitions):
            self._consumer.assign(partitions)
        return self._consumer

    async def _read_one_each(self, places: Mapping[TopicPartition, int]) -> list[ConsumerRecord]:
        """Read the first message at an offset, or after it, with a consumer that has nothing else to fetch."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        try:
            await consumer.start()
            consumer.assign(list(places))
            for partition, offset in places.items():
                consumer.seek(partition, offset)
            return [await consumer.getone(partition) for partition in places]
        finally:
            await asyncio.wait([asyncio.ensure_future(consumer.stop())], timeout=_CLOSE_SECONDS)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                yield
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise BrokerAwayError(error) from error
        except BaseException:  # whatever it was, the client must not stay open
            await self.close()
            raise

    async def close(self) -> None:
        """Close the clients; they are opened again when needed."""
        admin, self._admin, consumer, self._consumer = self._admin, None, self._consumer, None
        closing = [client for client in (consumer and consumer.stop(), admin and admin.close()) if client is not None]
        if closing:
            await asyncio.wait([asyncio.ensure_future(one) for one in closing], timeout=_CLOSE_SECONDS)
