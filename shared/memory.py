"""The fakes: an event store and a publisher in memory, as complete as the real ones and held to the same suites."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Clock
from shared.cloud_events import Bulk, Message, unfold
from shared.contracts import event_id
from shared.event_store import Append, RecordedEvent, VersionConflictError
from shared.relay.publisher import LARGEST_MESSAGE_BYTES, partition_of, size_of
from shared.relay.publishing import MessageTooLargeError, Span, TopicUnavailableError


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
            metadata: dict[str, Any] = {"eventId": str(event_id(append.stream, version)), **append.metadata}
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


@dataclass(slots=True)
class MemoryPublisher:
    """Topics as lists. A topic that is not in `topics` is missing; taking one out and in again loses it."""

    topics: dict[str, MemoryTopic]

    async def publish(
        self, topic: str, messages: Iterable[Message | Bulk], *, alone: bool = False
    ) -> Mapping[int, Span]:
        """See Publisher."""
        del alone
        found = self._topic(topic)
        spans: dict[int, Span] = {}
        for message in unfold(messages):
            if size_of(message) > LARGEST_MESSAGE_BYTES:
                raise MessageTooLargeError(topic, f"{size_of(message)} bytes")
            partition = partition_of(message.key, found.partitions)
            offset = found.end(partition)
            found.messages.setdefault(partition, []).append(message)
            spans[partition] = Span(offset, offset + 1).joined(spans.get(partition, Span(offset, offset + 1)))
        return spans

    async def ends(self, topic: str) -> Mapping[int, int]:
        """See Publisher."""
        found = self._topic(topic)
        return {partition: found.end(partition) for partition in range(found.partitions)}

    async def delete_records(self, topic: str) -> None:
        """See Publisher."""
        found = self._topic(topic)
        found.begins = {partition: found.end(partition) for partition in range(found.partitions)}
        found.messages.clear()

    async def close(self) -> None:
        """See Publisher."""

    def _topic(self, topic: str) -> MemoryTopic:
        if topic not in self.topics:
            raise TopicUnavailableError(topic, "missing")
        return self.topics[topic]
