"""Reading with a real Faust app: a topic that was deleted and made anew is read again from its beginning."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import faust
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.cloud_events import Message
from shared.contracts import Topic
from shared.kafka import FAUST_SETTINGS, Consumption, Running, cluster_id, declare_topics, group_id
from shared.kafka.membership import lease_member
from shared.loops import Stop
from shared.relay import KafkaPublisher
from tests.conftest import Database

_numbers = count(1)


@dataclass(slots=True)
class Stage:
    """A topic, a publisher, and what apps have read of it."""

    database: Database
    kafka: str
    topic: str
    state: Path
    publisher: KafkaPublisher
    read: list[bytes] = field(default_factory=list)
    members: list[str] = field(default_factory=list)

    def make_app(self, group: str, member: str) -> Running:
        """Return an app that notes what it reads."""
        self.members.append(member)
        app = faust.App(
            group,
            broker=f"kafka://{self.kafka}",
            datadir=self.state,
            consumer_group_instance_id=member,
            **FAUST_SETTINGS,
        )

        async def note(stream: faust.StreamT[bytes]) -> None:
            async for event in stream.events():
                self.read.append(event.message.value)

        app.agent(app.topic(self.topic))(note)
        running: Running = app
        return running

    @asynccontextmanager
    async def consumption(self) -> AsyncIterator[Consumption]:
        """Read until the block ends."""
        stop = Stop()
        consumption = Consumption(
            bootstrap=self.kafka,
            group=f"group.{self.topic}",
            topics=[self.topic],
            make_app=self.make_app,
            url=self.database.url,
            schema="executor",
        )
        task = asyncio.create_task(consumption.run(stop))
        try:
            yield consumption
        finally:
            stop.set()
            await task

    async def publish(self, *values: bytes) -> None:
        """Put values into the topic."""
        await self.publisher.publish(self.topic, [Message(self.topic, b"1", value, ()) for value in values])

    async def declare(self) -> None:
        """Make the topic."""
        await declare_topics(self.kafka, [Topic(name=self.topic, partitions=2, retention_ms=-1)])

    async def delete(self) -> None:
        """Delete the topic."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        await admin.delete_topics([self.topic])
        await admin.close()


@pytest.fixture
async def stage(database: Database, kafka: str, tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(
        database, kafka, f"consumption.{os.getpid()}.{next(_numbers)}", tmp_path / "faust", KafkaPublisher(kafka)
    )
    yield stage
    await stage.publisher.close()


async def eventually(check: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for a fact; fails when it does not come in time."""
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110 # Faust's progress wakes nobody
            await asyncio.sleep(0.05)


async def test_reading_begins_when_the_topic_is_declared(stage: Stage) -> None:
    async with stage.consumption() as consumption:
        await eventually(lambda: "does not exist" in (consumption.trouble or ""))
        await stage.declare()
        await stage.publish(b"a")
        await eventually(lambda: stage.read == [b"a"])
        assert (consumption.trouble, consumption.abandoned) == (None, False)


async def test_a_topic_deleted_and_made_anew_is_read_from_its_beginning(stage: Stage) -> None:
    await stage.declare()
    await stage.publish(*(b"old-%d" % number for number in range(50)))
    async with stage.consumption() as consumption:
        await eventually(lambda: len(stage.read) == 50)
        await stage.delete()
        await eventually(lambda: consumption.trouble is not None)
        await stage.declare()
        await stage.publish(b"new-0", b"new-1")
        await eventually(lambda: stage.read[50:] == [b"new-0", b"new-1"])
        assert consumption.starts == 2


async def test_a_process_that_inherits_an_offset_beyond_the_end_reads_from_the_beginning(stage: Stage) -> None:
    await stage.declare()
    await stage.publish(b"a", b"b")
    group = group_id(f"group.{stage.topic}", await cluster_id(stage.kafka))
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    partitions = [TopicPartition(stage.topic, number) for number in (0, 1)]
    consumer.assign(partitions)
    await consumer.commit(dict.fromkeys(partitions, 1_000))
    await consumer.stop()
    async with stage.consumption():
        await eventually(lambda: stage.read == [b"a", b"b"])


async def test_what_was_read_is_not_read_again_by_the_next_process(stage: Stage) -> None:
    await stage.declare()
    await stage.publish(b"a")
    async with stage.consumption():
        await eventually(lambda: stage.read == [b"a"])
    await stage.publish(b"b")
    async with stage.consumption():
        await eventually(lambda: stage.read[-1] == b"b")
    assert stage.read == [b"a", b"b"]


async def test_two_processes_never_share_a_member_id(stage: Stage) -> None:
    url = stage.database.url
    first, first_lease = await lease_member(url, schema="executor", group="executor")
    second, second_lease = await lease_member(url, schema="executor", group="executor")
    await first_lease.release()
    third, third_lease = await lease_member(url, schema="executor", group="executor")
    assert (first, second, third) == ("executor-1", "executor-2", "executor-1")
    await second_lease.release()
    await third_lease.release()
