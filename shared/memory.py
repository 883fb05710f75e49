"""The fakes: an event store and a publisher in memory, as complete as the real ones and held to the same suites."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Clock
from shared.cloud_events import Bulk, Message, unfold
from shared.contracts import event_id
from shared.correlation import event_metadata
from shared.event_store import Append, RecordedEvent, VersionConflictError
from shared.relay.partitions import partition_of
from shared.relay.publishing import (
    MessageTooLargeError,
    PublishInterruptedError,
    Span,
    TopicUnavailableError,
    sequence_of,
)
from shared.relay.sending import LARGEST_MESSAGE_BYTES, size_of


@dataclass(slots=True)
class MemoryEventStore:
    """The log as a list."""

    clock: Clock
    events: list[RecordedEvent] = field(default_factory=list)

    async def append(self, appends: Sequence[Append]) -> int:
        """See EventStore."""
        versions = await self.versions([append.stream for append in appends])
        for append in appends:
            if versions[append.stream] != append.expected_version:
                raise VersionConflictError([append.stream])
            versions[append.stream] += len(append.events)
        before = len(self.events)
        for append in appends:
            self._add(append)
        return len(self.events) if len(self.events) > before else 0

    def _add(self, append: Append) -> None:
        for version, event in enumerate(append.events, append.expected_version + 1):
            own = {"eventId": str(event_id(append.stream, version)), **event_metadata()}
            metadata: dict[str, Any] = {**own, **append.metadata}
            ids = None if event.record_ids is None else list(event.record_ids)
            self.events.append(
                RecordedEvent(
                    position=len(self.events) + 1,
                    stream=append.stream,
                    version=version,
                    type=event.type,
                    data=dict(event.data),
                    record_ids=ids,
                    metadata=metadata,
                    recorded_at=self.clock.now(),
                )
            )

    async def read_stream(self, stream: str, *, after_version: int = 0) -> list[RecordedEvent]:
        """See EventStore."""
        return [event for event in self.events if event.stream == stream and event.version > after_version]

    async def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """See EventStore."""
        found = dict.fromkeys(streams, 0)
        for event in self.events:
            if event.stream in found:
                found[event.stream] = event.version
        return found


@dataclass(slots=True)
class MemoryTopic:
    """A topic: for each partition where it begins and what stands in it from there on."""

    partitions: int
    begins: dict[int, int] = field(default_factory=dict)
    messages: dict[int, list[Message]] = field(default_factory=dict)

    def end(self, partition: int) -> int:
        """Return the end offset of a partition."""
        return self.begins.get(partition, 0) + len(self.messages.get(partition, ()))

    def at(self, partition: int, offset: int) -> Message | None:
        """Return the message at an offset, if one stands there."""
        place = offset - self.begins.get(partition, 0)
        return self.messages[partition][place] if place >= 0 and offset < self.end(partition) else None

    def delete(self, partition: int, before: int) -> None:
        """Delete what stands below an offset, which is not above the end."""
        begin = self.begins.get(partition, 0)
        self.begins[partition] = max(begin, before)
        del self.messages.get(partition, [])[: max(before - begin, 0)]


@dataclass(slots=True)
class MemoryPublisher:
    """Topics as lists. A topic that is not in `topics` is missing; taking one out and in again loses it."""

    topics: dict[str, MemoryTopic]

    async def publish(
        self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
    ) -> Mapping[int, Span]:
        """See Publisher."""
        del alone
        self._topic(topic)
        spans: dict[int, Span] = {}
        for message in unfold(messages):
            found = self._topic(topic)
            if size_of(message) > LARGEST_MESSAGE_BYTES:
                raise MessageTooLargeError(topic, f"{size_of(message)} bytes")
            partition = partition_of(message.key, found.partitions)
            offset = found.end(partition)
            found.messages.setdefault(partition, []).append(message)
            span, before = Span(offset, offset + 1, sequence_of(message.headers)), spans.get(partition)
            spans[partition] = span if before is None else before.joined(span)
        return spans

    async def ends(self, topic: str) -> Mapping[int, int]:
        """See Publisher."""
        found = self._topic(topic)
        return {partition: found.end(partition) for partition in range(found.partitions)}

    async def sequences(self, topic: str, offsets: Mapping[int, int]) -> Mapping[int, str | None]:
        """See Publisher."""
        found = self._topic(topic)
        standing = {partition: found.at(partition, offset) for partition, offset in offsets.items()}
        return {partition: sequence_of(message.headers) for partition, message in standing.items() if message}

    async def delete_records(self, topic: str, before: Mapping[int, int]) -> None:
        """See Publisher."""
        found = self._topic(topic)
        for partition, offset in before.items():
            if offset > found.end(partition):
                raise PublishInterruptedError(topic, IndexError(offset))
            found.delete(partition, offset)

    async def close(self) -> None:
        """See Publisher."""

    def _topic(self, topic: str) -> MemoryTopic:
        if topic not in self.topics:
            raise TopicUnavailableError(topic, "missing")
        return self.topics[topic]
