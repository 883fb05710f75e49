"""Sending to one topic: the port, and what can go wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.cloud_events import Bulk, Headers, Message


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets acknowledged in one partition: the lowest, the highest + 1, and the `ce_sequence` of the last message.

    `decreased`: a later message got a lower offset, so the topic was lost in between.
    """

    first: int
    end: int
    sequence: str | None
    decreased: bool = False

    def joined(self, later: "Span") -> "Span":
        """Return the span of both, of which the other one was sent later."""
        decreased = self.decreased or later.decreased or later.first < self.end
        return Span(min(self.first, later.first), later.end, later.sequence, decreased)


def sequence_of(headers: Headers) -> str | None:
    """Return the `ce_sequence` among headers; None where there is none."""
    return next((text.decode(errors="replace") for name, text in headers if name == "ce_sequence"), None)


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

    async def sequences(self, topic: str, offsets: Mapping[int, int]) -> Mapping[int, str | None]:
        """Return the `ce_sequence` of the message at an offset of each partition; None where it carries none.

        Where no message stands, because it was deleted or is still to come, the partition is left out. Raises
        TopicUnavailableError, PublishInterruptedError.
        """
        ...

    async def delete_records(self, topic: str, before: Mapping[int, int]) -> None:
        """Delete what stands below an offset of each partition, and leave the ends where they are.

        Raises TopicUnavailableError, and PublishInterruptedError also where a partition ends below the offset.
        """
        ...

    async def close(self) -> None:
        """Leave off; it opens again when needed."""
        ...
