"""One record, or a page of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from executor_service.records.domain.values import StoredValue, ValueRefusedError, parse_value
from executor_service.records.handlers.values import Sent, known_object_type, read_values, without_empty
from executor_service.records.ports import (
    DERIVED,
    Change,
    Definitions,
    History,
    ObjectType,
    RecordsWork,
    Source,
    StoredRecord,
    Taken,
)
from executor_service.web import ConflictError, NotFoundError, Problem, RefusedError, parse_id

ID_PROPERTY = "hs_object_id"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """What names a record in a path: an id, or the value of a unique property."""

    text: str
    id_property: str | None = None


@dataclass(frozen=True, slots=True)
class BatchInput:
    """One input of a batch: the record's key and its properties as they were sent."""

    key: RecordKey
    properties: Mapping[str, Sent]
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Records with what is needed to show them."""

    records: list[StoredRecord]
    definitions: Definitions
    object_type: ObjectType
    history: History = field(default_factory=dict)


def duplicate(taken: Taken, object_type: ObjectType, *, path: str = "") -> ConflictError:
    """Return the refusal of a value that another record has."""
    owner = f". Existing ID: {taken.record_id}" if taken.record_id else ""
    reason = f"a {object_type.singular} with this {taken.property} already exists{owner}"
    return ConflictError("DUPLICATE_VALUE", reason, field=f"{path}properties.{taken.property}")


def key_value(definitions: Definitions, key: RecordKey, *, path: str = "idProperty") -> StoredValue | None:
    """Return the value of a unique property that names a record; none for a text that no record can have.

    Raises RefusedError when `id_property` is no unique property.
    """
    definition = definitions.get(key.id_property or "")
    if definition is None:
        raise RefusedError([Problem("UNKNOWN_NAME", path, "there is no such property")])
    if not definition.unique:
        raise RefusedError([Problem("NOT_ALLOWED", path, "the property's values are not unique")])
    try:
        return parse_value(definition, key.text)
    except ValueRefusedError:
        return None


async def _locate(work: RecordsWork, object_type: ObjectType, definitions: Definitions, key: RecordKey) -> int:
    """Return the id of the record that is named, which may not exist; raises NotFoundError for what cannot."""
    record_id: int | None
    if key.id_property in {None, "", ID_PROPERTY}:
        record_id = parse_id(key.text)
    else:
        value = key_value(definitions, key)
        definition = definitions[key.id_property or ""]
        record_id = None if value is None else await work.records.find(object_type.id, definition, value)
    if record_id is None:
        raise NotFoundError(object_type.singular, key.text)
    return record_id


async def _read(work: RecordsWork, object_type: ObjectType, record_id: int, *, archived: bool) -> StoredRecord:
    found = await work.records.read(object_type.id, [record_id])
    if not found or (found[0].archived_at is not None) != archived:
        raise NotFoundError(object_type.singular, record_id)
    return found[0]


async def value_history(
    work: RecordsWork, record_ids: Sequence[int], names: Sequence[str], definitions: Definitions
) -> History:
    """Return the former values of those of the named properties that records hold; nothing where none is named."""
    held = sorted({name for name in names if name in definitions} - DERIVED)
    return await work.lookups.history(record_ids, held) if held and record_ids else {}


async def list_records(
    *, work: RecordsWork, type_name: str, after: int, limit: int, archived: bool, past: Sequence[str]
) -> Found:
    """Return a page of records by id, and one more when there is a next page; `past` as in `read_record`."""
    async with work:
        object_type = await known_object_type(work, type_name)
        records = await work.records.page(object_type.id, after=after, limit=limit + 1, archived=archived)
        definitions = await work.records.definitions(object_type.id)
        history = await value_history(work, [record.id for record in records], past, definitions)
        return Found(records, definitions, object_type, history)


async def read_record(
    *, work: RecordsWork, type_name: str, key: RecordKey, archived: bool, past: Sequence[str]
) -> Found:
    """Return one record: an archived one only when it is asked for; with the former values of the `past` properties."""
    async with work:
        object_type = await known_object_type(work, type_name)
        definitions = await work.records.definitions(object_type.id)
        record_id = await _locate(work, object_type, definitions, key)
        record = await _read(work, object_type, record_id, archived=archived)
        history = await value_history(work, [record_id], past, definitions)
        return Found([record], definitions, object_type, history)


async def create_record(*, work: RecordsWork, type_name: str, sent: Mapping[str, Sent], source: Source) -> Found:
    """Create a record; raises RefusedError with every mistake, ConflictError for a unique value that is taken."""
    async with work:
        object_type = await known_object_type(work, type_name)
        definitions = await work.records.definitions(object_type.id)
        values, problems = read_values(definitions, sent, path="properties")
        if problems:
            raise RefusedError(problems)
        created = await work.records.create(object_type.id, [without_empty(values)], source)
        if created.taken:
            raise duplicate(created.taken[0], object_type)
        records = await work.records.read(object_type.id, [record_id for record_id in created.ids if record_id])
        await work.commit()
        return Found(records, definitions, object_type)


async def change_record(
    *, work: RecordsWork, type_name: str, key: RecordKey, sent: Mapping[str, Sent], source: Source
) -> Found:
    """Change a record that is not archived; raises as `create_record` does, and NotFoundError."""
    async with work:
        object_type = await known_object_type(work, type_name)
        definitions = await work.records.definitions(object_type.id)
        record_id = await _locate(work, object_type, definitions, key)
        values, problems = read_values(definitions, sent, path="properties")
        if problems:
            raise RefusedError(problems)
        updated = await work.records.update(object_type.id, [Change(record_id, values)], source)
        if updated.missing:
            raise NotFoundError(object_type.singular, key.text)
        if updated.taken:
            raise duplicate(updated.taken[0], object_type)
        record = await _read(work, object_type, record_id, archived=False)
        await work.commit()
        return Found([record], definitions, object_type)


async def archive_record(*, work: RecordsWork, type_name: str, key: RecordKey) -> None:
    """Archive a record; again: changes nothing. Raises NotFoundError for one that never was."""
    async with work:
        object_type = await known_object_type(work, type_name)
        record_id = await _locate(work, object_type, await work.records.definitions(object_type.id), key)
        archived = await work.records.archive(object_type.id, [record_id])
        if not archived and not await work.records.read(object_type.id, [record_id]):
            raise NotFoundError(object_type.singular, key.text)
        await work.commit()
