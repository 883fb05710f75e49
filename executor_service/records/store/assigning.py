"""One property of many records: the path of the action that sets a property, in two statements for all of them.

The first locks the records and says which hold the value already; the second writes the others and notes the changes.
Only properties that are keys cost more.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Final

import asyncpg

from executor_service.records.domain.values import PropertyDefinition, StoredValue, decimal_text, load_document
from executor_service.records.ports import DERIVED, Assigned, Source
from executor_service.records.store.planning import key_text
from executor_service.records.store.writing import dump_value
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
# Far below 64 kB as long as values are not long texts.
_RECORDS_A_FETCH: Final = 50
# More digits than two numbers of a record can have between them.
_EXACT: Final = Context(prec=4_100)


async def assign_value(
    connection: Connection,
    *,
    object_type_id: str,
    record_ids: Sequence[int],
    definition: PropertyDefinition,
    value: StoredValue | None,
    source: Source,
) -> Assigned:
    """See Records.assign."""
    text = dump_value(value)
    row = await connection.fetchrow(_QUERIES["lock"], object_type_id, record_ids, definition.name, text)
    same, changed, missing = _told_apart(row, record_ids)
    duplicate: list[int] = []
    if changed and definition.unique:
        changed, duplicate = await _take(connection, object_type_id, definition.name, changed, value)
    if changed and definition.searchable:
        await _search(connection, object_type_id, definition.name, changed, value)
    if changed and value is None:
        await connection.execute(_QUERIES["clear"], changed, definition.name, object_type_id, source.type, source.id)
    elif changed:
        await connection.execute(
            _QUERIES["set"], changed, definition.name, text, object_type_id, source.type, source.id
        )
    return Assigned(changed=changed, unchanged=same, missing=missing, duplicate=duplicate)


async def assign_each_value(
    connection: Connection,
    *,
    object_type_id: str,
    values: Mapping[int, StoredValue | None],
    definition: PropertyDefinition,
    source: Source,
) -> Assigned:
    """See Records.assign_each; for a property that is no key."""
    texts = {record_id: dump_value(value) for record_id, value in values.items()}
    ids, name = sorted(values), definition.name
    row = await connection.fetchrow(_QUERIES["lock_each"], object_type_id, ids, name, [texts[each] for each in ids])
    same, changed, missing = _told_apart(row, ids)
    if changed:
        new = [texts[record_id] for record_id in changed]
        await connection.execute(_QUERIES["set_each"], changed, name, new, object_type_id, source.type, source.id)
    return Assigned(changed=changed, unchanged=same, missing=missing, duplicate=[])


async def increase_number(
    connection: Connection,
    *,
    object_type_id: str,
    record_ids: Sequence[int],
    definition: PropertyDefinition,
    amount: Decimal,
    source: Source,
) -> Assigned:
    """See Records.increase; for a property that is no key."""
    name, text = definition.name, decimal_text(amount)
    row = await connection.fetchrow(_QUERIES["lock_numbers"], object_type_id, record_ids, name, text)
    same, changed, missing = _told_apart(row, record_ids)
    if changed:
        await connection.execute(_QUERIES["increase"], changed, name, text, object_type_id, source.type, source.id)
    return Assigned(changed=changed, unchanged=same, missing=missing, duplicate=[])


def plus(amount: Decimal, held: StoredValue | None) -> Decimal:
    """Return an amount added to a value, exactly; what is no number counts as 0."""
    return _EXACT.add(amount, held) if isinstance(held, Decimal) else amount


async def lock_values(
    connection: Connection, object_type_id: str, record_ids: Sequence[int], names: Sequence[str] | None
) -> dict[int, dict[str, StoredValue]]:
    """See Records.lock_values."""
    cursor = connection.cursor(_QUERIES["lock_values"], object_type_id, record_ids, names, prefetch=_RECORDS_A_FETCH)
    wanted = DERIVED if names is None else DERIVED.intersection(names)
    return {row["id"]: load_document(row["properties"]) | _derived(row, wanted) async for row in cursor}


async def missing_ids(connection: Connection, object_type_id: str, record_ids: Sequence[int]) -> list[int]:
    """See Records.missing."""
    ids: list[int] = await connection.fetchval(_QUERIES["missing"], object_type_id, record_ids)
    return ids


def _derived(row: asyncpg.Record, wanted: frozenset[str]) -> dict[str, StoredValue]:
    if not wanted:
        return {}
    updated = _instant(row["updated_at"])
    all_of_them: dict[str, StoredValue] = {
        "hs_object_id": Decimal(row["id"]),
        "createdate": _instant(row["created_at"]),
        "lastmodifieddate": updated,
        "hs_lastmodifieddate": updated,
    }
    return {name: value for name, value in all_of_them.items() if name in wanted}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _told_apart(row: asyncpg.Record | None, record_ids: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return who holds the value already, who does not, and who is not there; each ascending."""
    same: list[int] = (row["same"] if row else None) or []
    other: list[int] = (row["other"] if row else None) or []
    missing = sorted(set(record_ids).difference(same, other)) if len(same) + len(other) < len(record_ids) else []
    return same, other, missing


async def _take(
    connection: Connection, object_type_id: str, name: str, record_ids: list[int], value: StoredValue | None
) -> tuple[list[int], list[int]]:
    """Let the lowest id take a unique value that is free; return who gets it, and who does not."""
    if value is None:
        await connection.execute(_QUERIES["drop_keys"], object_type_id, name, record_ids, None)
        return record_ids, []
    first, key = record_ids[0], key_text(value)
    if await connection.fetchval(_QUERIES["take_key"], object_type_id, name, key, first) is None:
        return [], record_ids
    await connection.execute(_QUERIES["drop_keys"], object_type_id, name, [first], key)
    return [first], record_ids[1:]


async def _search(
    connection: Connection, object_type_id: str, name: str, record_ids: list[int], value: StoredValue | None
) -> None:
    await connection.execute(_QUERIES["drop_search_keys"], object_type_id, name, record_ids)
    if value is not None:
        await connection.execute(_QUERIES["add_search_keys"], object_type_id, name, key_text(value), record_ids)
