"""Finding records by criteria: the compiled condition inside a query that pages or counts.

The ids come through a cursor in arrays, eight at a time: a fetch of more than 64 kB that a stopped client does not
read would hold its locks for as long as it is stopped.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import asyncpg

from executor_service.records.criteria import SortKey, Tree, compile_tree, sort_key
from executor_service.records.ports import Counted, Definitions, Order, Place, Search, SearchPage
from executor_service.records.store.narrowing import narrowing
from executor_service.records.store.rows import to_record
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
_ARRAYS_A_FETCH: Final = 8
_SOURCE: Final = "/*source*/ records /*end*/"
_CONDITION: Final = "/*condition*/ TRUE"
_AMONG: Final = "/*among*/ TRUE"
_GIVEN: Final = "id = ANY ($2::bigint[])"
_COLUMNS: Final = MappingProxyType(
    {
        "hs_object_id": "id",
        "createdate": "created_at",
        "lastmodifieddate": "updated_at",
        "hs_lastmodifieddate": "updated_at",
    }
)
_KEY: Final = "/*key*/ NULL::text /*end*/"
_AFTER: Final = "/*after*/ TRUE"
_ASCENDING: Final = "/*direction*/ ASC"


def _query(
    name: str,
    tree: Tree,
    definitions: Definitions,
    *,
    now: datetime,
    zone: str,
    first_parameter: int,
) -> tuple[str, list[Any]]:
    compiled = compile_tree(tree, definitions, now=now, zone=zone, first_parameter=first_parameter, columns=_COLUMNS)
    text, parameters = _QUERIES[name].replace(_CONDITION, compiled.sql), compiled.parameters
    if compiled.reads_many:
        text = text.replace(_SOURCE, f"({_QUERIES['fence']})")
    narrowed = narrowing(tree, definitions, first_parameter=first_parameter + len(parameters))
    if narrowed is not None:
        text, parameters = text.replace(_AMONG, narrowed.sql), [*parameters, *narrowed.parameters]
    return text, parameters


async def matching_pages(
    connection: Connection,
    tree: Tree,
    definitions: Definitions,
    *,
    object_type_id: str,
    now: datetime,
    zone: str,
    page: int,
) -> AsyncIterator[list[int]]:
    """See Records.matching_ids."""
    text, parameters = _query("matching", tree, definitions, now=now, zone=zone, first_parameter=3)
    cursor = connection.cursor(text, object_type_id, page, *parameters, prefetch=max(1, _ARRAYS_A_FETCH * 1000 // page))
    async for row in cursor:
        yield row["ids"]


async def count_matching(
    connection: Connection, tree: Tree, definitions: Definitions, *, object_type_id: str, now: datetime, zone: str
) -> Counted:
    """See Records.count."""
    text, parameters = _query("count", tree, definitions, now=now, zone=zone, first_parameter=2)
    row = await connection.fetchrow(text, object_type_id, *parameters)
    return Counted(total=row["total"], sample=row["sample"], evaluated_at=now) if row else Counted(0, [], now)


async def meeting_ids(
    connection: Connection,
    tree: Tree,
    definitions: Definitions,
    *,
    object_type_id: str,
    record_ids: Sequence[int],
    now: datetime,
    zone: str,
) -> list[int]:
    """See Records.meeting."""
    text, parameters = _query("meeting", tree, definitions, now=now, zone=zone, first_parameter=3)
    ids: list[int] = await connection.fetchval(text.replace(_AMONG, _GIVEN), object_type_id, record_ids, *parameters)
    return ids


async def search_matching(
    connection: Connection, search: Search, definitions: Definitions, *, object_type_id: str, now: datetime, zone: str
) -> SearchPage:
    """See Lookups.search."""
    order = search.order
    text, parameters = _query("search", search.tree, definitions, now=now, zone=zone, first_parameter=3)
    key = None
    if order is not None:
        first = 3 + len(parameters)
        key = sort_key(order.property, definitions, now=now, zone=zone, first_parameter=first, columns=_COLUMNS)
        text, parameters = text.replace(_KEY, key.sql), [*parameters, *key.parameters]
        text = text.replace(_ASCENDING, "DESC" if order.is_descending else "ASC")
    if search.after is not None:
        condition, bound = _beyond(search.after, order, key, first_parameter=3 + len(parameters))
        text, parameters = text.replace(_AFTER, condition), [*parameters, *bound]
    rows = await connection.fetch(text, object_type_id, search.limit + 1, *parameters)
    return _to_page(rows, search.limit)


def _beyond(place: Place, order: Order | None, key: SortKey | None, *, first_parameter: int) -> tuple[str, list[Any]]:
    """Return the condition that a record comes after a place, and its parameters."""
    behind = f"id > ${first_parameter}::bigint"
    if order is None or key is None:
        return behind, [place.record_id]
    if place.key is None:
        return f"(key IS NULL AND {behind})", [place.record_id]
    value = f"${first_parameter + 1}::text::{key.sql_type}"
    beyond = f"key {'<' if order.is_descending else '>'} {value}"
    return f"({beyond} OR key = {value} AND {behind} OR key IS NULL)", [place.record_id, place.key]


def _to_page(rows: Sequence[asyncpg.Record], limit: int) -> SearchPage:
    found = [row for row in rows if row["id"] is not None]
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else Place(last["key"], last["id"])
    return SearchPage(rows[0]["total"], [to_record(row) for row in found[:limit]], following)
