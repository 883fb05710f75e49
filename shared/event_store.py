"""The event log: append with an expected version, read a stream.

The log is the only truth; whatever else a service stores follows from it, in the same transaction. Reading it in order
across streams is the business of `horizon`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact to be appended. `data` is what JSON can hold; `record_ids` the records it is about, in its own order."""

    type: str
    data: Data
    record_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A fact as the log holds it. `position` is its place in the log, `version` its place in the stream, from 1."""

    position: int
    stream: str
    version: int
    type: str
    data: Data
    record_ids: Sequence[int] | None
    metadata: Data
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one stream. `expected_version` is that of the stream's last event, 0 for a stream that is new."""

    stream: str
    expected_version: int
    events: Sequence[NewEvent]
    metadata: Data = field(default_factory=dict)


class VersionConflictError(Exception):
    """Somebody else has appended to a stream; load it again and decide anew."""

    def __init__(self, streams: Sequence[str]) -> None:
        super().__init__(f"the expected version is not the last one in {', '.join(sorted(set(streams)))}")
        self.streams = tuple(streams)


class EventStore(Protocol):
    """Appends to the log and reads its streams."""

    async def append(self, appends: Sequence[Append]) -> int:
        """Append all of it or nothing, and return the highest position given out (0 when there was nothing).

        Positions ascend in the order given. Raises VersionConflictError; the transaction is then of no more use.
        """
        ...

    async def read_stream(self, stream: str, *, after_version: int = 0) -> list[RecordedEvent]:
        """Return the events of a stream above a version, in order; empty for a stream that does not exist."""
        ...

    async def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """Return the version of each stream, 0 for one that does not exist."""
        ...
