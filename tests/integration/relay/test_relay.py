"""The relay on real Kafka: one holder at a time, a lost topic filled again, dead letters copied."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import orjson
import pytest

from shared.cloud_events import Message, encode
from shared.contracts import DEAD_LETTER_SUFFIX, Topic, event_id
from shared.dead_letters import DeadLetters
from shared.event_store import Append, NewEvent, RecordedEvent
from shared.horizon import Horizon, keep_up
from shared.kafka import Broker, RawMessage, declare_topics, reread
from shared.loops import Stop
from shared.postgres import Pool
from shared.postgres_event_store import PostgresEventStore
from shared.relay import Relay, TopicFeed, republish
from tests.conftest import Database

_numbers = count(1)
AT = datetime(2026, 11, 27, 7, 0, 0, 123_000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """A log and a topic on the real servers."""

    database: Database
    pool: Pool
    kafka: str
    topic: str

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Relay]:
        """Run a relay, as a process of its own would."""
        horizon, stop = Horizon(self.pool, "scheduler_events"), Stop()
        relay = Relay(
            pool=self.pool,
            url=self.database.url,
            schema="scheduler",
            service=self.topic,
            bootstrap=self.kafka,
            feeds=[TopicFeed(self.topic, self.translate, types=["Due"], readers=["executor"])],
            horizon=horizon,
        )
        tasks = [
            asyncio.create_task(keep_up(horizon, url=self.database.url, schema="scheduler", stop=stop)),
            asyncio.create_task(relay.run(stop)),
        ]
        try:
            yield relay
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    def translate(self, event: RecordedEvent) -> Iterator[Message]:
        """Return the message of an event."""
        yield encode(
            topic=self.topic,
            key=event.stream,
            message_id=event_id(event.stream, event.version),
            type="workflows.occurrence.due.v1",
            service="scheduler",
            time=event.recorded_at,
            position=event.position,
            data=event.data,
        )

    async def append(self, *numbers: int) -> None:
        """Append one event a number to one stream."""
        async with self.pool.acquire() as connection:
            log = PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
            version = (await log.versions(["workflow-1"]))["workflow-1"]
            events = [NewEvent("Due", {"number": number}) for number in numbers]
            await log.append([Append("workflow-1", version, events)])

    async def read(self, suffix: str = "") -> list[RawMessage]:
        """Return what stands in the topic."""
        found: list[RawMessage] = []

        async def note(message: RawMessage) -> None:
            found.append(message)

        await reread(self.kafka, self.topic + suffix, handle=note)
        return found

    async def numbers(self) -> list[int]:
        """Return the numbers of what stands in the topic."""
        return [orjson.loads(message.value or b"")["number"] for message in await self.read()]

    async def declare(self) -> None:
        """Make the topic and that of its dead letters."""
        names = (self.topic, self.topic + DEAD_LETTER_SUFFIX)
        await declare_topics(self.kafka, [Topic(name=name, partitions=2, retention_ms=-1) for name in names])

    async def delete(self) -> None:
        """Delete the topic."""
        broker = Broker(self.kafka)
        await (await broker.admin()).delete_topics([self.topic])
        await broker.close()


@pytest.fixture
async def stage(database: Database, scheduler_pool: Pool, kafka: str) -> Stage:
    stage = Stage(database, scheduler_pool, kafka, f"relay.{os.getpid()}.{next(_numbers)}")
    await stage.declare()
    return stage


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for a fact; fails when it does not come in time."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 # another process's fact wakes nobody
            await asyncio.sleep(0.05)


async def test_what_is_appended_stands_in_the_topic(stage: Stage) -> None:
    await stage.append(1, 2)
    async with stage.relay():
        await stage.append(3)

        async def all_there() -> bool:
            return await stage.numbers() == [1, 2, 3]

        await eventually(all_there)


async def test_of_two_relays_one_publishes_and_the_other_takes_over(stage: Stage) -> None:
    async with stage.relay() as second:
        async with stage.relay() as first:

            async def one_leads() -> bool:
                return first.is_holder or second.is_holder

            await eventually(one_leads)
            await stage.append(1)

            async def published() -> bool:
                return await stage.numbers() == [1]

            await eventually(published)
            assert first.is_holder != second.is_holder
        async with stage.relay():
            await stage.append(2)

            async def published_too() -> bool:
                return await stage.numbers() == [1, 2]

            await eventually(published_too)


async def test_a_holder_whose_session_ends_gives_way(stage: Stage) -> None:
    async with stage.relay() as relay:

        async def leads() -> bool:
            return relay.is_holder

        await eventually(leads)
        await stage.append(1)

        async def published() -> bool:
            return await stage.numbers() == [1]

        await eventually(published)
        before = await stage.pool.fetchval("SELECT holder FROM relay_cursors")
        await stage.pool.execute("SELECT pg_terminate_backend($1)", int(before.split("/")[0]))

        async def another_lease() -> bool:
            return bool(await stage.pool.fetchval("SELECT holder FROM relay_cursors") != before)

        await eventually(another_lease)
        await stage.append(2)

        async def published_too() -> bool:
            return await stage.numbers() == [1, 2]

        await eventually(published_too)


async def test_a_topic_deleted_and_made_anew_is_filled_again(stage: Stage) -> None:
    await stage.append(1, 2)
    async with stage.relay() as relay:

        async def published() -> bool:
            return await stage.numbers() == [1, 2]

        await eventually(published)
        await stage.delete()

        async def missed() -> bool:
            return stage.topic in relay.stopped

        await eventually(missed)
        await stage.declare()
        await stage.append(3)

        async def filled() -> bool:
            return sorted(set(await stage.numbers())) == [1, 2, 3] and not relay.stopped

        await eventually(filled)
        assert await stage.numbers() == [1, 2, 3]


async def test_publishing_again_puts_everything_into_the_topic_once_more(stage: Stage) -> None:
    await stage.append(1, 2)
    async with stage.relay():

        async def published() -> bool:
            return await stage.numbers() == [1, 2]

        await eventually(published)
        assert await republish(stage.pool, stage.topic)

        async def published_again() -> bool:
            return await stage.numbers() == [1, 2, 1, 2]

        await eventually(published_again)


async def test_a_dead_letter_is_copied_with_what_it_was_and_why(stage: Stage) -> None:
    message = RawMessage(stage.topic, 3, 17, AT, b"key", b"\x00not json", (("ce_id", b"\xff\x00"), ("ce_id", b"b")))
    letters = DeadLetters(stage.pool)
    await letters.store(message, reason="NOT_JSON", error="at 1\0" + "ä" * 2_000)
    await letters.store(message, reason="NOT_JSON", error="again")
    async with stage.relay():

        async def copied() -> bool:
            return len(await stage.read(DEAD_LETTER_SUFFIX)) > 0

        await eventually(copied)
        (copy,) = await stage.read(DEAD_LETTER_SUFFIX)
        headers = list(copy.headers)
        assert (copy.key, copy.value) == (b"key", b"\x00not json")
        assert headers[:7] == [
            ("ce_id", b"\xff\x00"),
            ("ce_id", b"b"),
            ("dl-topic", stage.topic.encode()),
            ("dl-partition", b"3"),
            ("dl-offset", b"17"),
            ("dl-timestamp", b"2026-11-27T07:00:00.123000Z"),
            ("dl-reason", b"NOT_JSON"),
        ]
        assert len(dict(headers)["dl-error"]) <= 1_024
        assert dict(headers)["dl-error"].startswith("at 1\ufffdä".encode())

        async def noted() -> bool:
            open_letters = "SELECT count(*) FROM dead_letters WHERE published_at IS NULL"
            return bool(await stage.pool.fetchval(open_letters) == 0)

        await eventually(noted)


async def test_reading_again_since_an_instant_gives_what_was_written_from_then_on(stage: Stage) -> None:
    await stage.append(1)
    async with stage.relay():

        async def published() -> bool:
            return await stage.numbers() == [1]

        await eventually(published)
        (first,) = await stage.read()
        await stage.append(2)

        async def both() -> bool:
            return await stage.numbers() == [1, 2]

        await eventually(both)
        seen: list[RawMessage] = []

        async def note(message: RawMessage) -> None:
            seen.append(message)

        second = (await stage.read())[1]
        assert second.timestamp > first.timestamp
        assert await reread(stage.kafka, stage.topic, since=second.timestamp, handle=note) == 1
        assert seen == [second]
        assert await reread(stage.kafka, stage.topic, since=datetime(2100, 1, 1, tzinfo=UTC), handle=note) == 0
