"""One value for many records: the path of the action that sets a property, in two statements for all of them.

The first locks the records and says which hold the value already; the second writes the others and notes the changes.
Only properties that are keys cost more.
"""

from collections.abc import Sequence

from executor_service.records.domain.values import PropertyDefinition, StoredValue
from executor_service.records.ports import Assigned, Source
from executor_service.records.store.planning import key_text
from executor_service.records.store.writing import dump_value
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


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
    same: list[int] = (row["same"] if row else None) or []
    changed: list[int] = (row["other"] if row else None) or []
    missing = sorted(set(record_ids).difference(same, changed)) if len(same) + len(changed) < len(record_ids) else []
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
