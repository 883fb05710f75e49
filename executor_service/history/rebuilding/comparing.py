"""Finding the first event at which two histories of one log differ.

A row of the action log, or a page, is written once, by one event: the lowest position at which such rows differ names
that event. Only when these agree do the other tables tell. A row among them may be written by several events; the one
named is then the last that writes the columns that differ, or, where these only count, the one that made the row.
What only counts (days, waiting) names no event.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from typing import Any, Final

import asyncpg

from executor_service.history.domain.rows import Change, OccurrenceAdded, OccurrenceChanged, WorkflowChanged
from executor_service.history.projection import project
from shared.postgres import Connection, load_queries
from shared.postgres_event_store import PostgresEventStore

_QUERIES = load_queries(__file__)
_WRITTEN_ONCE: Final = ("log", "pages")
_WRITTEN_OFTEN: Final = ("cohorts", "occurrences", "workflows", "account", "causes")
_STREAMS: Final = {"occurrences": "occurrence", "workflows": "workflow"}
# What a change's own fields are, which name no column.
_NO_COLUMNS: Final = frozenset({"position", "workflow_id", "occurrence_id", "sets_document", "sets_pause"})
_ROWS_AT_ONCE: Final = 1000

Row = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two histories part: a table, the columns of its row, and the event; no event where only sums differ."""

    table: str
    columns: tuple[str, ...] = ()
    position: int | None = None
    stream: str | None = None
    version: int | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    table: str
    position: int
    key: str


async def first_difference(live: Connection, rebuilt: Connection, tables: set[str]) -> Difference:
    """Return where the tables that differ do so first; both connections see a schema of the history each."""
    for group in (_WRITTEN_ONCE, _WRITTEN_OFTEN):
        found = [place for table in group if table in tables and (place := await _first(live, rebuilt, table))]
        if found:
            return await _name(live, rebuilt, min(found, key=lambda place: place.position))
    return Difference(min(tables))


async def _first(live: Connection, rebuilt: Connection, table: str) -> _Place | None:
    async with AsyncExitStack() as stack:
        ours = await _rows(live, table, stack)
        theirs = await _rows(rebuilt, table, stack)
        while True:
            one, other = await anext(ours, None), await anext(theirs, None)
            if one != other:
                position, key, _ = min(row for row in (one, other) if row is not None)
                return _Place(table, position, key)
            if one is None:
                return None


async def _rows(connection: Connection, table: str, stack: AsyncExitStack) -> AsyncIterator[Row]:
    await stack.enter_async_context(connection.transaction())
    cursor = connection.cursor(_QUERIES[table], prefetch=_ROWS_AT_ONCE)

    async def each() -> AsyncIterator[Row]:
        async for row in cursor:
            yield row["position"], row["key"], row["digest"]

    return each()


async def _name(live: Connection, rebuilt: Connection, place: _Place) -> Difference:
    one, other = [
        await connection.fetchval(_QUERIES[f"row_of_{place.table}"], place.position, place.key) or {}
        for connection in (live, rebuilt)
    ]
    columns = tuple(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))
    position = await _writer(live, place, set(columns)) or place.position
    event: asyncpg.Record | None = await live.fetchrow(_QUERIES["event"], position)
    where: dict[str, Any] = dict(event) if event is not None else {}
    return Difference(place.table, columns, position, **where)


async def _writer(live: Connection, place: _Place, columns: set[str]) -> int | None:
    """Return the first of the events that wrote these columns last, none where the row's stream does not tell."""
    if place.table not in _STREAMS:
        return None
    last: dict[str, int] = {}
    end: int = await live.fetchval(_QUERIES["checkpoint"])
    for event in await PostgresEventStore(live).read_stream(f"{_STREAMS[place.table]}-{place.key}"):
        if event.position <= end:
            written = {name for change in project(event) for name in _columns(change)}
            last |= dict.fromkeys(written & columns, event.position)
    return min(last.values(), default=None)


def _columns(change: Change) -> set[str]:
    """Return the columns that a change of a row writes."""
    if not isinstance(change, WorkflowChanged | OccurrenceAdded | OccurrenceChanged):
        return set()
    written = {each.name for each in fields(change) if getattr(change, each.name) is not None} - _NO_COLUMNS
    if isinstance(change, WorkflowChanged):
        written |= {"name", "schedule"} if change.sets_document else set()
        written |= {"paused_at"} if change.sets_pause else set()
    return written
