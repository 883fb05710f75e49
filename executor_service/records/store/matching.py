"""Finding records by criteria: the compiled condition inside a query that pages or counts.

The ids come through a cursor in arrays, eight at a time: a fetch of more than 64 kB that a stopped client does not
read would hold its locks for as long as it is stopped.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from executor_service.records.criteria import Tree, compile_tree
from executor_service.records.ports import DERIVED, Counted, Definitions
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
_ARRAYS_A_FETCH: Final = 8
_SOURCE: Final = "/*source*/ records /*end*/"
_CONDITION: Final = "/*condition*/ TRUE"
_AMONG: Final = "/*among*/ TRUE"
_GIVEN: Final = "id = ANY ($2::bigint[])"


def _query(
    name: str, tree: Tree, definitions: Definitions, *, now: datetime, zone: str, first_parameter: int
) -> tuple[str, list[Any]]:
    compiled = compile_tree(tree, definitions, now=now, zone=zone, first_parameter=first_parameter)
    text = _QUERIES[name].replace(_CONDITION, compiled.sql)
    if tree.property_names & DERIVED:
        text = text.replace(_SOURCE, f"({_QUERIES['derived']})")
    elif compiled.reads_many:
        text = text.replace(_SOURCE, f"({_QUERIES['fence']})")
    return text, compiled.parameters


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
