"""`crm.records.v1` read from a real topic: by one process or several, in one life of the topic or two."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from executor_service.records.handlers.topic import begin_partition, take_batch
from shared.cloud_events import Message
from shared.contracts import Topic
from shared.kafka import BatchReader, Broker, Consumption, RawMessage, cluster_id, declare_topics, group_id
from shared.loops import Stop
from shared.relay import KafkaPublisher
from tests.conftest import Database
from tests.integration.records_topic.conftest import Desk, message, upserted

_numbers = count(1)


@dataclass(slots=True)
class Stage:
    """A topic, who writes it, and who reads it into a database."""

    database: Database
    kafka: str
    topic: str
    desk: Desk
    publisher: KafkaPublisher
    batches: list[int] = field(default_factory=list)

    @property
    def group(self) -> str:
        """The group without the cluster's id."""
        return f"group.{self.topic}"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Consumption]:
        """Read as a process of its own would, until the block ends."""
        stop = Stop()
        consumption = Consumption(
            bootstrap=self.kafka,
            group=self.group,
            topics=[self.topic],
            make_app=self._reader,
            url=self.database.url,
            schema="executor",
        )
        task = asyncio.create_task(consumption.run(stop))
        try:
            yield consumption
        finally:
            stop.set()
            await task

    def _reader(self, group: str, member: str) -> BatchReader:
        begin = partial(begin_partition, open_work=self.desk.work)
        return BatchReader(group, member, bootstrap=self.kafka, topics=[self.topic], begin=begin, take=self._take)

    async def _take(self, reader: str, messages: Sequence[RawMessage]) -> None:
        self.batches.append(len(messages))
        await take_batch(reader, messages, open_work=self.desk.work)

    async def tell(self, *told: RawMessage) -> None:
        """Put messages into the topic."""
        messages = [Message(self.topic, each.key or b"", each.value or b"", each.headers) for each in told]
        await self.publisher.publish(self.topic, messages)

    async def tell_names(self, email: str, *names: str) -> None:
        """Tell of a contact's names, one after the other."""
        told = [message("upserted", upserted(email, firstname=name), key=f"0-1/{email}") for name in names]
        await self.tell(*told)

    async def declare(self) -> None:
        """Make the topic."""
        await declare_topics(self.kafka, [Topic(name=self.topic, partitions=3, retention_ms=-1)])

    async def delete(self) -> None:
        """Delete the topic."""
        broker = Broker(self.kafka)
        await (await broker.admin()).delete_topics([self.topic])
        await broker.close()

    async def set_back(self) -> None:
        """Commit the beginning for the group, which nobody is in."""
        broker = Broker(self.kafka, group=group_id(self.group, await cluster_id(self.kafka)))
        await broker.put_out(f"{self.group}-1")
        await broker.set_back(await broker.partitions(self.topic))
        await broker.close()

    async def lag(self) -> int:
        """Return how many messages the group has not committed."""
        group = group_id(self.group, await cluster_id(self.kafka))
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=group, enable_auto_commit=False)
        await consumer.start()
        partitions = [TopicPartition(self.topic, number) for number in range(3)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        lag: int = sum([end - (await consumer.committed(partition) or 0) for partition, end in ends.items()])
        await consumer.stop()
        return lag

    async def named(self, email: str, name: str) -> None:
        """Wait until a contact has a name."""

        async def look() -> bool:
            return (await self.desk.values(email) or {}).get("firstname") == name

        await eventually(look)


@pytest.fixture
async def stage(database: Database, desk: Desk, kafka: str) -> AsyncIterator[Stage]:
    topic = f"records.{os.getpid()}.{next(_numbers)}"
    stage = Stage(database, kafka, topic, desk, KafkaPublisher(kafka))
    await stage.declare()
    yield stage
    await stage.publisher.close()


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    """Wait for a fact; fails when it does not come in time."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 # another task's fact wakes nobody
            await asyncio.sleep(0.05)


async def test_what_is_told_is_written_and_committed(stage: Stage) -> None:
    async with stage.reading():
        await stage.tell_names("ada@example.com", "A", "Ada")
        await stage.named("ada@example.com", "Ada")

        async def no_lag() -> bool:
            return await stage.lag() == 0

        await eventually(no_lag)


async def test_many_messages_are_taken_in_few_batches(stage: Stage) -> None:
    addresses = [f"contact{number}@example.com" for number in range(1_000)]
    await stage.tell(*(message("upserted", upserted(one, firstname="A"), key=one) for one in addresses))
    async with stage.reading():

        async def all_there() -> bool:
            return bool(await stage.desk.pool.fetchval("SELECT count(*) FROM records") == 1_000)

        await eventually(all_there)
    assert len(stage.batches) < 30


async def test_a_partition_goes_on_past_poison(stage: Stage) -> None:
    broken = replace(message("upserted", {}, key="0-1/ada@example.com"), value=b"{")
    async with stage.reading():
        await stage.tell_names("ada@example.com", "A")
        await stage.tell(*[broken] * 1_000)
        await stage.tell_names("ada@example.com", "Ada")
        await stage.named("ada@example.com", "Ada")
    assert await stage.desk.pool.fetchval("SELECT count(*) FROM dead_letters WHERE reason = 'NOT_JSON'") == 1_000


async def test_messages_read_again_from_the_beginning_change_nothing(stage: Stage) -> None:
    async with stage.reading():
        await stage.tell_names("ada@example.com", "A", "B", "C")
        await stage.named("ada@example.com", "C")
    before = await stage.desk.changes()
    await stage.set_back()
    async with stage.reading():
        await stage.tell_names("ada@example.com", "D")
        await stage.named("ada@example.com", "D")
    assert await stage.desk.changes() == before + 1


async def test_a_topic_deleted_and_made_anew_is_taken_from_its_beginning(stage: Stage) -> None:
    async with stage.reading() as reading:
        await stage.tell_names("ada@example.com", *"ABCDEFGH")
        await stage.named("ada@example.com", "H")
        await stage.delete()

        async def missed() -> bool:
            return reading.trouble is not None

        await eventually(missed)
        await stage.declare()
        await stage.tell_names("ada@example.com", "I")
        await stage.named("ada@example.com", "I")


async def test_a_topic_made_anew_while_nobody_looked_is_taken_from_its_beginning(stage: Stage) -> None:
    async with stage.reading():
        await stage.tell_names("ada@example.com", *"ABCD")
        await stage.named("ada@example.com", "D")
    await stage.delete()

    async def gone() -> bool:
        return bool(await declare_topics(stage.kafka, [Topic(name=stage.topic, partitions=3, retention_ms=-1)]))

    await eventually(gone)
    await stage.tell_names("ada@example.com", *"EFGHIJKLMN")
    async with stage.reading():
        await stage.named("ada@example.com", "N")


async def test_processes_that_come_and_go_lose_nothing_and_never_go_back(stage: Stage) -> None:
    addresses = [f"contact{number}@example.com" for number in range(30)]
    async with stage.reading():
        for turn in range(3):
            async with stage.reading():
                for number in range(20):
                    told = (upserted(one, firstname=f"{turn}{number:02}") for one in addresses)
                    await stage.tell(*(message("upserted", each, key=each["idValue"]) for each in told))
        for one in addresses:
            await stage.named(one, "219")
    fell = await stage.desk.pool.fetchval(
        "SELECT count(*) FROM (SELECT value #>> '{}' AS value, lag(value #>> '{}') OVER "
        "(PARTITION BY record_id ORDER BY position) AS before FROM property_changes WHERE property = 'firstname') "
        "AS changes WHERE value <= before"
    )
    assert fell == 0
