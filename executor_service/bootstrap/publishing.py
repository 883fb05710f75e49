"""The topics that the action publish to Kafka may name: declared, and fed by the relay."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from executor_service.execution.messages import EVENT_TYPES, EVENTS_AT_ONCE, join_contents, published_messages
from executor_service.execution.store import PostgresPayloads
from executor_service.settings import Settings
from shared.contracts import Topic
from shared.event_store import RecordedEvent
from shared.postgres import Connection
from shared.relay import TopicFeed

_PARTITIONS: Final = 12
_RETENTION_MS: Final = 7 * 86_400_000


def published_topics(settings: Settings) -> list[Topic]:
    """Return the topics as they are declared where they are missing, without prefix."""
    return [Topic(name=name, partitions=_PARTITIONS, retention_ms=_RETENTION_MS) for name in settings.published]


def published_feeds(settings: Settings) -> list[TopicFeed]:
    """Return what the relay sends to them."""
    return [_feed(name, settings.topic_prefix + name) for name in settings.published]


def _feed(name: str, topic: str) -> TopicFeed:
    return TopicFeed(
        topic,
        partial(published_messages, topic=topic),
        EVENT_TYPES,
        EVENTS_AT_ONCE,
        join=partial(_join, name),
    )


async def _join(name: str, connection: Connection, events: Sequence[RecordedEvent]) -> Sequence[RecordedEvent]:
    return await join_contents(events, payloads=PostgresPayloads(connection), topic=name)
