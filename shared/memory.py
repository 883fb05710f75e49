"""The fakes: an event store and a publisher in memory, as complete as the real ones and held to the same suites."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.clock import Clock
from shared.contracts import event_id
from shared.event_store import Append, RecordedEvent, VersionConflictError


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
