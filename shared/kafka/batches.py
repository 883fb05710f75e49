"""Reading in batches with aiokafka, for what is bulk: a hundred times as fast as message by message.

A `BatchReader` is started, watched and stopped by `Consumption` as a Faust app is, under the same rules. A batch is of
one partition; its offset is committed after it was taken. That is a hint: whoever takes batches stores in its own
transaction how far it is, and passes over what it has. So a batch that comes again, or late, from a process that has
lost the partition meanwhile, changes nothing.

How far it is holds for one life of a topic. A topic that was deleted and made anew begins at 0, and the broker has
forgotten what was committed; then, and only then, is nothing committed for a partition, for the beginning is committed
before its first batch is taken. What lies beyond the end holds no more either. Within one assignment offsets only rise:
one that falls tells that the topic was lost between two looks of the watch, and ends the reader, which is made anew.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.kafka.acceptance import RawMessage, raw_message
from shared.logs import described, get_logger

# As Faust's in `consumption`, each for the same reason.
_SETTINGS: Final[dict[str, Any]] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 3_000,
    "request_timeout_ms": 15_000,
}
_MOST_AT_ONCE: Final = 500
_WAIT_MS: Final = 500
_log = get_logger("batches")


class BeginPartition(Protocol):
    """Told that a partition is about to be read; raises nothing."""

    async def __call__(self, reader: str, topic: str, partition: int, *, end: int) -> None:
        """If the partition was taken beyond `end`, that was another life of its topic: forget it."""
        ...


class TakeBatch(Protocol):
    """Takes what is read; raises nothing, but what a crash point does."""

    async def __call__(self, reader: str, messages: Sequence[RawMessage]) -> None:
        """Take messages of one partition, in order; some of them may have been taken before."""
        ...


class OffsetsFellError(RuntimeError):
    """A partition goes on below what was read of it: its topic was lost."""

    def __init__(self, partition: TopicPartition, expected: int, found: int) -> None:
        super().__init__(f"{partition.topic}/{partition.partition} goes on at {found}, below {expected}")
        self.partition = partition


class BatchReader:
    """Reads topics as one member of a group; see `consumption.Running`."""

    def __init__(
        self, group: str, member: str, *, bootstrap: str, topics: Sequence[str], begin: BeginPartition, take: TakeBatch
    ) -> None:
        self._group = group
        self._begin = begin
        self._take = take
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, group_id=group, group_instance_id=member, **_SETTINGS
        )
        self._assignment = _Assignment()
        self._consumer.subscribe(topics, listener=self._assignment)
        self._stopping = False
        self._reading: asyncio.Task[None] | None = None

    @property
    def crashed(self) -> bool:
        """See Running."""
        return self._reading is not None and self._reading.done() and not self._stopping

    async def start(self) -> None:
        """See Running."""
        await self._consumer.start()
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """See Running."""
        self._stopping = True
        if self._reading is not None:
            await asyncio.wait({self._reading})
        await self._consumer.stop()

    async def _read(self) -> None:
        try:
            while not self._stopping:
                number = self._assignment.number
                records = await self._consumer.getmany(timeout_ms=_WAIT_MS, max_records=_MOST_AT_ONCE)
                for partition, batch in records.items():
                    # After a rebalance the rest is read again by whoever has the partition now.
                    if number == self._assignment.number and not self._stopping:
                        await self._hand_over(partition, batch, number)
        except Exception as error:  # noqa: BLE001 # the top of a loop: the watch makes a new reader
            _log.warning("Reading in batches ended", group=self._group, error=described(error))

    async def _hand_over(self, partition: TopicPartition, batch: Sequence[ConsumerRecord], number: int) -> None:
        expected = self._assignment.places.get(partition)
        if expected is None:
            await self._look_at(partition, batch[0].offset)
        elif batch[0].offset < expected:
            raise OffsetsFellError(partition, expected, batch[0].offset)
        await self._take(self._group, [raw_message(record) for record in batch])
        if number == self._assignment.number:
            self._assignment.places[partition] = batch[-1].offset + 1
            await self._commit(partition, batch[-1].offset + 1)

    async def _look_at(self, partition: TopicPartition, first: int) -> None:
        is_new = await self._consumer.committed(partition) is None
        end = first if is_new else (await self._consumer.end_offsets([partition]))[partition]
        await self._begin(self._group, partition.topic, partition.partition, end=end)
        if is_new:
            await self._commit(partition, first)

    async def _commit(self, partition: TopicPartition, offset: int) -> None:
        # A partition that was lost, or a broker that is away: what was taken is known without it.
        with contextlib.suppress(KafkaError):
            await self._consumer.commit({partition: offset})


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # the library ships no types
    """Counts the assignments, and holds the place reached in each partition of the present one."""

    def __init__(self) -> None:
        self.number = 0
        self.places: dict[TopicPartition, int] = {}

    async def on_partitions_revoked(self, revoked: object) -> None:
        """Forget the places: what follows begins at what was committed."""
        del revoked
        self.number += 1
        self.places.clear()

    async def on_partitions_assigned(self, assigned: object) -> None:
        """Do nothing: a partition's beginning is looked at with its first batch."""
