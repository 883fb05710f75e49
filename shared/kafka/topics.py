"""Topics: declared by a migration, never by who reads or writes them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.contracts import Topic
from shared.kafka.broker import Broker


@asynccontextmanager
async def open_broker(bootstrap: str, *, group: str | None = None) -> AsyncIterator[Broker]:
    """Give a broker to be asked for the length of a block."""
    broker = Broker(bootstrap, group=group)
    try:
        yield broker
    finally:
        await broker.close()


async def declare_topics(bootstrap: str, topics: Sequence[Topic], *, replication: int = 1) -> list[str]:
    """Create the topics that are missing and return their names, sorted; what exists is left as it is."""
    async with open_broker(bootstrap) as broker:
        admin = await broker.admin()
        existing = set(await admin.list_topics())
        missing = sorted((topic for topic in topics if topic.name not in existing), key=lambda topic: topic.name)
        if not missing:
            return []
        answer = await admin.create_topics([_new_topic(topic, replication) for topic in missing])
    for name, code, *_ in answer.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise for_code(code)(name)
    return [topic.name for topic in missing]


def prefixed(prefix: str, topics: Sequence[Topic]) -> list[Topic]:
    """Return the topics with a prefix before their names."""
    return [topic.model_copy(update={"name": prefix + topic.name}) for topic in topics]


def _new_topic(topic: Topic, replication: int) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replication,
        topic_configs={"retention.ms": str(topic.retention_ms), "cleanup.policy": "delete"},
    )


async def cluster_id(bootstrap: str) -> str:
    """Return the broker's cluster id, which changes when its data was lost."""
    async with open_broker(bootstrap) as broker:
        return await broker.cluster_id()


async def topic_ends(bootstrap: str, topic: str) -> dict[int, int]:
    """Return the end offset of each partition; raises TopicMissingError."""
    async with open_broker(bootstrap) as broker:
        return await broker.ends(topic)
