"""The unit of work over what comes through the records' topic."""

from collections.abc import Callable
from typing import Protocol

from executor_service.records.ports.work import RecordsWork
from shared.kafka import RawMessage, Refusal


class TopicWork(RecordsWork, Protocol):
    """A unit of work over records that also knows how far a topic was taken."""

    async def lock_partition(self, reader: str, topic: str, partition: int) -> int:
        """Return the offset up to which a partition was taken, and let nobody else take of it."""
        ...

    async def advance(self, reader: str, topic: str, partition: int, next_offset: int) -> None:
        """Note that a locked partition was taken up to an offset."""
        ...

    async def forget(self, reader: str, topic: str, partition: int, *, beyond: int) -> None:
        """Begin anew with a partition that was taken beyond an offset: that was another life of its topic."""
        ...

    async def store_dead_letter(self, message: RawMessage, refusal: Refusal) -> None:
        """Keep a message that was refused; again: changes nothing."""
        ...


OpenTopicWork = Callable[[], TopicWork]
