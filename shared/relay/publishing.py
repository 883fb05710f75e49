"""Sending to one topic: the port, and what can go wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.cloud_events import Bulk, Message


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets acknowledged in one partition: the lowest, and the highest + 1."""

    first: int
    end: int

    def joined(self, other: "Span") -> "Span":
        """Return the span of both."""
        return Span(min(self.first, other.first), max(self.end, other.end))


class MessageTooLargeError(ValueError):
    """A message that the topic does not take, however often it is tried."""

    def __init__(self, topic: str, detail: str) -> None:
        super().__init__(f"{topic} does not take a message: {detail}")
        self.topic = topic
        self.detail = detail


class TopicUnavailableError(RuntimeError):
    """A topic that is missing or closed to us: nothing can be sent to it until somebody changes that."""

    def __init__(self, topic: str, reason: str) -> None:
        super().__init__(f"{topic}: {reason}")
        self.topic = topic
        self.reason = reason


class PublishInterruptedError(ConnectionError):
    """The broker did not acknowledge everything; any of it may stand in the topic, and all is to be sent again."""

    def __init__(self, topic: str, cause: BaseException) -> None:
        super().__init__(f"sending to {topic} was interrupted: {cause!r}")
        self.topic = topic
        self.cause = cause


class Publisher(Protocol):
    """Sends messages to topics, in order within each partition."""

    async def publish(
        self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
    ) -> Mapping[int, Span]:
        """Send all of it, wait until it is safe, and return the offsets it got, by partition.

        With `alone` no message shares a batch, so that one too large is refused for itself. Raises
        MessageTooLargeError, TopicUnavailableError, PublishInterruptedError; some may then have been sent.
        """
        ...

    async def ends(self, topic: str) -> Mapping[int, int]:
        """Return the end offset of each partition; raises TopicUnavailableError, PublishInterruptedError."""
        ...

    async def delete_records(self, topic: str) -> None:
        """Delete what stands in a topic; raises TopicUnavailableError, PublishInterruptedError."""
        ...

    async def close(self) -> None:
        """Leave off; it opens again when needed."""
        ...
