"""Publishing again what a service publishes: asked for by people, after topics were lost or for a new reader.

The running relay notices it at its next look, and a relay that starts later begins with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts import DEAD_LETTER_SUFFIX
from shared.dead_letters import DeadLetters
from shared.postgres import Connection
from shared.relay.cursors import published_topics, republish


@dataclass(frozen=True, slots=True)
class Republished:
    """The topics that are published again, and those of the names given that this service never published."""

    begun: list[str]
    unknown: list[str]


async def republish_topics(connection: Connection, names: Sequence[str], *, prefix: str) -> Republished:
    """Have topics published again, by their names with or without the prefix; without names: all of the service's."""
    letters = DeadLetters(connection)
    wanted = [prefix + name.removeprefix(prefix) for name in names]
    if not wanted:
        copied = [topic + DEAD_LETTER_SUFFIX for topic in await letters.copied_topics()]
        wanted = [*await published_topics(connection), *copied]
    found = {topic: await _again(topic, connection, letters) for topic in wanted}
    return Republished([topic for topic in found if found[topic]], [topic for topic in found if not found[topic]])


async def _again(topic: str, connection: Connection, letters: DeadLetters) -> bool:
    if topic.endswith(DEAD_LETTER_SUFFIX):
        return await letters.publish_again(topic.removesuffix(DEAD_LETTER_SUFFIX)) > 0
    return await republish(connection, topic)
