"""The event log in PostgreSQL."""

from collections.abc import Sequence

import asyncpg

from shared.contracts import event_id
from shared.correlation import event_metadata
from shared.event_store import Append, Data, RecordedEvent, VersionConflictError
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


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
            own = {"eventId": str(event_id(append.stream, version)), **event_metadata()}
            self._metadata.append({**own, **append.metadata})
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
