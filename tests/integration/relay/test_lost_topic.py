"""A topic deleted and made again on real Kafka, while nothing is heard of it or the relay is killed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Literal

import pytest

from shared.cloud_events import Bulk, Message
from shared.horizon import Horizon
from shared.relay import KafkaPublisher, PublishInterruptedError, Span, TopicFeed, TopicUnavailableError
from shared.relay.cursors import Cursors
from shared.relay.topic_relay import TopicRelay
from tests.integration.relay.test_relay import Stage, eventually
from tests.integration.relay.test_relay import stage as stage_of_relay

stage = stage_of_relay


class KilledError(Exception):
    """Stands for the end of the process."""


class FaultyPublisher(KafkaPublisher):
    """Misses the acknowledgement of its next call, or is killed beside its next deletion."""

    unheard = False
    killed: Literal["", "before", "after"] = ""

    async def publish(
        self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
    ) -> Mapping[int, Span]:
        """See Publisher."""
        spans = await super().publish(topic, messages, alone=alone)
        if self.unheard:
            self.unheard = False
            raise PublishInterruptedError(topic, TimeoutError())
        return spans

    async def delete_records(self, topic: str, before: Mapping[int, int]) -> None:
        """See Publisher."""
        if self.killed == "before":
            raise KilledError
        await super().delete_records(topic, before)
        if self.killed == "after":
            raise KilledError


@asynccontextmanager
async def relaying(stage: Stage, holder: str) -> AsyncIterator[tuple[TopicRelay, FaultyPublisher, Horizon]]:
    """Give the relay of the stage's topic, of which each pass is called by the test."""
    publisher, horizon = FaultyPublisher(stage.kafka), Horizon(stage.pool, "scheduler_events")

    async def ready(_: TopicFeed) -> bool:
        return True

    yield (
        TopicRelay(
            feed=TopicFeed(stage.topic, stage.translate, types=["Due"]),
            cursors=Cursors(stage.pool, topic=stage.topic, holder=holder),
            pool=stage.pool,
            horizon=horizon,
            publisher=publisher,
            ready=ready,
            deposed=lambda: None,
        ),
        publisher,
        horizon,
    )
    await publisher.close()


def settled(relay: TopicRelay, horizon: Horizon) -> Callable[[], Awaitable[bool]]:
    """Return what passes once, and tells whether all that the log holds is published."""

    async def check() -> bool:
        await horizon.refresh()
        await relay.pass_()
        return relay.position >= horizon.position

    return check


async def lose(stage: Stage, publisher: KafkaPublisher) -> None:
    """Delete the topic and make it again."""
    await publisher.close()
    await stage.delete()

    async def missing() -> bool:
        try:
            await publisher.ends(stage.topic)
        except TopicUnavailableError:
            return True
        return False

    await eventually(missing)
    await stage.declare()
    await publisher.close()


async def test_a_topic_made_again_is_filled_although_nothing_was_heard_of_what_it_got_first(stage: Stage) -> None:
    await stage.append(1)
    async with relaying(stage, "first") as (relay, publisher, horizon):
        await eventually(settled(relay, horizon))
        await lose(stage, publisher)
        await stage.append(2)
        publisher.unheard = True
        await eventually(settled(relay, horizon))
        assert not publisher.unheard
    assert await stage.numbers() == [1, 2]


@pytest.mark.parametrize("killed", ["before", "after"])
async def test_a_topic_made_again_is_filled_by_the_next_one_when_a_relay_is_killed_beside_emptying_it(
    stage: Stage, killed: Literal["before", "after"]
) -> None:
    await stage.append(1)
    async with relaying(stage, "first") as (relay, publisher, horizon):
        await eventually(settled(relay, horizon))
        await lose(stage, publisher)
        await stage.append(2)
        publisher.killed = killed
        with pytest.raises(KilledError):
            await eventually(settled(relay, horizon))
    async with relaying(stage, "second") as (relay, _, horizon):
        await eventually(settled(relay, horizon))
    assert await stage.numbers() == [1, 2]
