"""`workflows.commands.v1` read from a real topic, with poison in it and a second executor that comes and goes."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from executor_service.bootstrap.inbound import Inbound
from executor_service.execution.actions import Catalogue
from executor_service.settings import Settings
from shared.cloud_events import Message
from shared.contracts import COMMANDS, DUE, EXECUTOR_GROUP, TOPICS
from shared.kafka import RawMessage, cluster_id, declare_topics, group_id, prefixed
from shared.loops import Stop
from shared.relay import KafkaPublisher
from tests.conftest import Database
from tests.e2e.topics import producing
from tests.integration.commands.conftest import Desk, command
from tests.integration.execution.conftest import World, set_property

_numbers = count(1)
_LARGE_BYTES = 900_000


@dataclass(slots=True)
class Stage:
    """The topics of a test's own, and who writes and reads them."""

    desk: Desk
    settings: Settings
    publisher: KafkaPublisher

    @property
    def topic(self) -> str:
        """The topic of commands."""
        return self.settings.topic_prefix + COMMANDS

    @asynccontextmanager
    async def executor(self) -> AsyncIterator[Inbound]:
        """Read as a process of its own would, until the block ends."""
        world, stop = self.desk.world, Stop()
        inbound = Inbound(self.settings, self.desk.pool, lower=world.lower, catalogue=Catalogue())
        task = asyncio.create_task(inbound.messages.run(stop))
        try:
            yield inbound
        finally:
            stop.set()
            await task

    async def send(self, *messages: RawMessage) -> None:
        """Put messages into the topic."""
        told = [Message(self.topic, each.key or b"", each.value or b"", each.headers) for each in messages]
        await self.publisher.publish(self.topic, told)

    async def send_without_value(self, message: RawMessage) -> None:
        """Put a message into the topic whose value is null."""
        async with producing(self.settings.kafka) as producer:
            await producer.send_and_wait(self.topic, key=message.key, headers=list(message.headers))

    async def lag(self) -> int:
        """Return how many messages the group has not committed."""
        group = group_id(self.settings.topic_prefix + EXECUTOR_GROUP, await cluster_id(self.settings.kafka))
        consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.kafka, group_id=group, enable_auto_commit=False)
        await consumer.start()
        partitions = [TopicPartition(self.topic, number) for number in range(8)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        lag: int = sum([end - (await consumer.committed(partition) or 0) for partition, end in ends.items()])
        await consumer.stop()
        return lag


@pytest.fixture
async def stage(desk: Desk, database: Database, kafka: str, tmp_path: Path) -> AsyncIterator[Stage]:
    prefix = f"commands.{os.getpid()}.{next(_numbers)}."
    settings = Settings(database_url=database.url, kafka=kafka, topic_prefix=prefix, state_dir=tmp_path)
    await declare_topics(kafka, prefixed(prefix, [topic for topic in TOPICS if topic.name in {COMMANDS, DUE}]))
    stage = Stage(desk, settings, KafkaPublisher(kafka))
    yield stage
    await stage.publisher.close()


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    """Wait for a fact; fails when it does not come in time."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 # another task's fact wakes nobody
            await asyncio.sleep(0.05)


async def test_a_poisoned_message_and_a_rebalance_lose_nothing_and_stop_nothing(stage: Stage, world: World) -> None:
    contacts = await world.contacts(2)
    workflow_id = await world.workflow(set_property("1", "city", "Oslo"))
    good = [command("enroll", workflow_id, one, command_id=f"good {one}") for one in contacts]
    not_json, large = (command("run", workflow_id, value=value) for value in (b"{", b"[" * _LARGE_BYTES))
    unknown = command("sing", workflow_id)
    async with stage.executor():
        await stage.send(good[0], not_json, unknown, large, *[not_json] * 1_000)
        await stage.send_without_value(unknown)

        async def poison_found() -> bool:
            return len(await stage.desk.letters()) > 0

        await eventually(poison_found)
        for _ in range(2):
            async with stage.executor() as second:

                async def reads(second: Inbound = second) -> bool:
                    return second.messages.trouble is None

                await eventually(reads)
        await stage.send(good[1])

        async def both_came() -> bool:
            return len(await stage.desk.occurrences()) == 2

        await eventually(both_came)

        async def no_lag() -> bool:
            return await stage.lag() == 0

        await eventually(no_lag, seconds=5)
    letters = await stage.desk.letters()
    assert sorted(set(letters)) == ["INVALID", "NOT_JSON", "NULL_VALUE"]
    assert (len(letters), letters.count("INVALID")) == (1_004, 1)
    assert await stage.desk.refusals() == []
    assert await stage.desk.pool.fetchval("SELECT max(length(value)) FROM dead_letters") == _LARGE_BYTES
    topics = await stage.desk.pool.fetch("SELECT DISTINCT topic FROM dead_letters")
    assert [row["topic"] for row in topics] == [stage.topic]


async def test_a_command_that_was_taken_is_not_carried_out_by_the_next_process(stage: Stage, world: World) -> None:
    workflow_id = await world.workflow()
    run = command("run", workflow_id, command_id="once")
    for _ in range(2):
        async with stage.executor():
            await stage.send(run)

            async def taken() -> bool:
                return await stage.lag() == 0

            await eventually(taken)
    assert len(await stage.desk.occurrences()) == 1
