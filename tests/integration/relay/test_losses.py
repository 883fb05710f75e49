"""A topic that was lost, on a real log: noticed whatever was not heard, and never emptied of what others sent."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import orjson
import pytest

from shared.cloud_events import Bulk, Message
from shared.event_store import RecordedEvent
from shared.memory import MemoryPublisher
from shared.relay import PublishInterruptedError, Span, republish
from tests.integration.relay.test_topic_relay import FEED, TOPIC, Stage, settle, translate
from tests.integration.relay.test_topic_relay import stage as stage_of_topic_relay

stage = stage_of_topic_relay


@dataclass(slots=True)
class UnheardPublisher(MemoryPublisher):
    """Sends, and misses the acknowledgements of the next calls."""

    unheard: int = 0

    async def publish(
        self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
    ) -> Mapping[int, Span]:
        """See Publisher."""
        spans = await super(UnheardPublisher, self).publish(topic, messages, alone=alone)
        if self.unheard:
            self.unheard -= 1
            raise PublishInterruptedError(topic, TimeoutError())
        return spans


@dataclass(slots=True)
class StandingPublisher(MemoryPublisher):
    """Stands still once, after it has asked for the ends or before it deletes, until it is told to go on."""

    place: Literal["", "ends", "delete_records"] = ""
    stands: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def ends(self, topic: str) -> Mapping[int, int]:
        """See Publisher."""
        ends = await super(StandingPublisher, self).ends(topic)
        await self._reach("ends")
        return ends

    async def delete_records(self, topic: str, before: Mapping[int, int]) -> None:
        """See Publisher."""
        await self._reach("delete_records")
        await super(StandingPublisher, self).delete_records(topic, before)

    async def _reach(self, place: str) -> None:
        if self.place == place:
            self.place = ""
            self.stands.set()
            await self.goes_on.wait()


async def put_in_others(stage: Stage) -> None:
    """Put messages of somebody else into every partition."""
    messages = [Message(TOPIC, b"%d" % key, b'{"number":0}', ()) for key in range(20)]
    spans = await MemoryPublisher(stage.publisher.topics).publish(TOPIC, messages)
    assert len(spans) == 2


async def epoch(stage: Stage) -> int:
    """Return the epoch of the cursor."""
    return int(await stage.pool.fetchval("SELECT epoch FROM relay_cursors"))


def in_order(stage: Stage) -> list[int]:
    """Return the numbers of what stands in the only partition that was written to."""
    (messages,) = stage.publisher.topics[TOPIC].messages.values()
    return [orjson.loads(message.value)["number"] for message in messages]


def in_all(stage: Stage) -> list[int]:
    """Return the numbers of what stands in all partitions."""
    partitions = stage.publisher.topics[TOPIC].messages.values()
    return [orjson.loads(message.value)["number"] for messages in partitions for message in messages]


async def test_a_loss_is_noticed_although_what_was_sent_after_it_was_not_acknowledged(stage: Stage) -> None:
    stage.publisher = publisher = UnheardPublisher(stage.publisher.topics)
    await stage.append("workflow-1", 1)
    relay = stage.relay()
    await settle(stage, relay)
    stage.lose_topic()
    publisher.unheard = 1
    await stage.append("workflow-1", 2)
    await settle(stage, relay)
    assert in_order(stage) == [1, 2]


async def test_a_loss_is_noticed_by_the_next_holder_although_the_new_topic_is_as_long(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    await settle(stage, stage.relay("old"))
    stage.lose_topic()
    await put_in_others(stage)
    await stage.append("workflow-1", 2)
    await settle(stage, stage.relay("new"))
    assert in_all(stage) == [1, 2]


async def test_a_topic_whose_messages_grew_too_old_is_not_taken_for_lost(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    await settle(stage, stage.relay("old"))
    await stage.publisher.delete_records(TOPIC, await stage.publisher.ends(TOPIC))
    await stage.append("workflow-1", 2)
    await settle(stage, stage.relay("new"))
    assert (in_order(stage), await epoch(stage)) == ([2], 0)


async def test_a_loss_is_noticed_although_a_message_too_large_stands_behind_the_first_one(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    relay = stage.relay()
    await settle(stage, relay)
    stage.lose_topic()
    await stage.append("workflow-1", 2)
    await stage.append("workflow-1", 3, padding=2_000_000)
    await stage.append("workflow-1", 4)
    await settle(stage, relay)
    assert list(dict.fromkeys(in_order(stage))) == [1, 2, 4]


@dataclass(slots=True)
class Losing:
    """A translation that loses the topic, once, before one of the times it is asked."""

    stage: Stage
    before: int
    asked: int = 0

    def __call__(self, event: RecordedEvent) -> Iterator[Message]:
        """Give each message, and one too large behind it where the event asks for that."""
        self.asked += 1
        if self.asked == self.before:
            self.stage.lose_topic()
        (message,) = translate(event)
        yield replace(message, value=orjson.dumps({"number": event.data["number"]}))
        if event.data["padding"]:
            yield message


async def test_a_loss_within_one_call_is_noticed_although_nothing_was_stored_before(stage: Stage) -> None:
    await stage.append("workflow-1", 1, 2)
    await settle(stage, stage.relay(feed=replace(FEED, translate=Losing(stage, before=2))))
    assert in_order(stage) == [1, 2]


async def test_a_loss_is_noticed_although_the_event_sent_after_it_is_stepped_over(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    relay = stage.relay(feed=replace(FEED, translate=Losing(stage, before=3)))
    await settle(stage, relay)
    await stage.append("workflow-1", 2, padding=2_000_000)
    await stage.append("workflow-1", 3)
    await settle(stage, relay)
    assert list(dict.fromkeys(in_order(stage))) == [1, 2, 3]


async def test_what_others_sent_before_the_first_start_stays(stage: Stage) -> None:
    await put_in_others(stage)
    await stage.append("workflow-1", 1)
    stage.publisher = UnheardPublisher(stage.publisher.topics, unheard=1)
    await settle(stage, stage.relay("first"))
    assert sorted(in_all(stage)) == [0] * 20 + [1, 1]


async def test_what_stands_in_a_topic_stays_when_it_is_asked_for_again(stage: Stage) -> None:
    await put_in_others(stage)
    await stage.append("workflow-1", 1)
    await settle(stage, stage.relay("first"))
    assert await republish(stage.pool, TOPIC)
    await settle(stage, stage.relay("second"))
    assert sorted(in_all(stage)) == [0] * 20 + [1, 1]


async def test_a_lost_topic_is_emptied_when_our_own_readers_are_ready(stage: Stage) -> None:
    await stage.append("workflow-1", 1)
    relay = stage.relay()
    await settle(stage, relay)
    stage.lose_topic()
    stage.ready = False
    await stage.append("workflow-1", 2)
    await stage.horizon.refresh()
    await relay.pass_()
    await relay.pass_()
    assert in_order(stage) == [2]
    stage.ready = True
    await settle(stage, relay)
    assert in_order(stage) == [1, 2]


@pytest.mark.parametrize(
    ("place", "standing", "deposed"), [("ends", [1, 2], ["old"]), ("delete_records", [1, 2, 1, 2], [])]
)
async def test_a_relay_that_stood_still_leaves_what_its_successor_filled_in_again(
    stage: Stage, place: Literal["ends", "delete_records"], standing: list[int], deposed: list[str]
) -> None:
    publishers = StandingPublisher(stage.publisher.topics), stage.publisher
    await stage.append("workflow-1", 1)
    stage.publisher = publishers[0]
    old = stage.relay("old")
    await settle(stage, old)
    stage.lose_topic()
    await stage.append("workflow-1", 2)
    await stage.horizon.refresh()
    await old.pass_()
    publishers[0].place = place
    going = asyncio.create_task(old.pass_())
    await publishers[0].stands.wait()
    stage.publisher = publishers[1]
    await settle(stage, stage.relay("new"))
    assert in_order(stage) == [1, 2]
    publishers[0].goes_on.set()
    await going
    assert (in_order(stage), stage.deposed) == (standing, deposed)
