"""The event log: append with an expected version, read a stream.

The log is the only truth; whatever else a service stores follows from it, in the same transaction. Reading it in order
across streams is the business of `horizon`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import asyncpg

from shared.contracts import event_id
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)

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


def to_recorded(row: asyncpg.Record) -> RecordedEvent:
    """Return the event of a row of the log."""
    return RecordedEvent(
        position=row["position"],
        stream=row["stream"],
        version=row["version"],
        type=row["type"],
        data=row["data"],
        record_ids=row["record_ids"],
        metadata=row["metadata"],
        recorded_at=row["recorded_at"],
    )


class PostgresEventStore:
    """The log in PostgreSQL, on one connection inside the caller's transaction. Append last in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def append(self, appends: Sequence[Append]) -> int:
        """See EventStore."""
        rows = _Rows()
        for append in appends:
            rows.add(append)
        if not rows.streams:
            return 0
        try:
            position = await self._connection.fetchval(_QUERIES["append"], *rows.columns())
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "events_stream_version":
                raise VersionConflictError([append.stream for append in appends]) from error
            raise
        return int(position)

    async def read_stream(self, stream: str, *, after_version: int = 0) -> list[RecordedEvent]:
        """See EventStore."""
        return [to_recorded(row) for row in await self._connection.fetch(_QUERIES["read"], stream, after_version)]

    async def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """See EventStore."""
        rows = await self._connection.fetch(_QUERIES["versions"], list(streams))
        return dict.fromkeys(streams, 0) | {row["stream"]: row["version"] for row in rows}


class _Rows:
    """The columns of an append; the ids of all events stand in one array, cut by `begins` and `ends` (1-based)."""

    def __init__(self) -> None:
        self.streams: list[str] = []
        self._versions: list[int] = []
        self._types: list[str] = []
        self._data: list[Data] = []
        self._metadata: list[Data] = []
        self._begins: list[int | None] = []
        self._ends: list[int | None] = []
        self._ids: list[int] = []

    def add(self, append: Append) -> None:
        for version, event in enumerate(append.events, append.expected_version + 1):
            self.streams.append(append.stream)
            self._versions.append(version)
            self._types.append(event.type)
            self._data.append(event.data)
            self._metadata.append({"eventId": str(event_id(append.stream, version)), **append.metadata})
            self._cut(event.record_ids)

    def _cut(self, record_ids: Sequence[int] | None) -> None:
        if record_ids is None:
            self._begins.append(None)
            self._ends.append(None)
            return
        self._begins.append(len(self._ids) + 1)
        self._ids.extend(record_ids)
        self._ends.append(len(self._ids))

    def columns(self) -> tuple[object, ...]:
        return (
            self.streams,
            self._versions,
            self._types,
            self._data,
            self._metadata,
            self._begins,
            self._ends,
            self._ids,
        )
