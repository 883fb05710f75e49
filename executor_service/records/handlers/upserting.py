"""`batch/upsert`: a hundred inputs in a few statements, each with an answer of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from executor_service.records.domain.values import PropertyDefinition, StoredValue
from executor_service.records.handlers.objects import ID_PROPERTY, UpsertInput, duplicate, key_value
from executor_service.records.handlers.values import known_object_type, read_values
from executor_service.records.ports import (
    Change,
    Definitions,
    ObjectType,
    RecordsWork,
    Source,
    StoredRecord,
    Upsertion,
    UpsertItem,
)
from executor_service.web import NotFoundError, Problem, RefusedError, RequestError, parse_id


@dataclass(frozen=True, slots=True)
class UpsertAnswer:
    """What became of an input: a record, or why there is none."""

    record: StoredRecord | None = None
    is_new: bool = False
    error: RequestError | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """An input whose values are read."""

    index: int
    input: UpsertInput
    values: Mapping[str, StoredValue | None]


@dataclass(slots=True)
class _Batch:
    object_type: ObjectType
    definitions: Definitions
    source: Source
    ids: dict[int, tuple[int, bool]]
    errors: dict[int, RequestError]


async def upsert_records(
    *, work: RecordsWork, type_name: str, inputs: Sequence[UpsertInput], source: Source
) -> tuple[list[UpsertAnswer], Definitions]:
    """Create or change what each input names, in order; answers by position.

    Inputs that follow each other under one `idProperty` are written together. One that is refused leaves the others
    alone. A record is shown as it is after the whole batch.
    """
    async with work:
        object_type = await known_object_type(work, type_name)
        batch = _Batch(object_type, await work.records.definitions(object_type.id), source, {}, {})
        for id_property, run in groupby(enumerate(inputs), key=lambda item: item[1].key.id_property or ID_PROPERTY):
            ready = list(_read_inputs(batch, run))
            if id_property == ID_PROPERTY:
                await _update(work, batch, ready)
            elif ready:
                await _upsert(work, batch, batch.definitions[id_property], ready)
        wanted = sorted({record_id for record_id, _ in batch.ids.values()})
        records = {record.id: record for record in await work.records.read(object_type.id, wanted)}
        await work.commit()
    return [_answer(batch, records, index) for index in range(len(inputs))], batch.definitions


def _answer(batch: _Batch, records: Mapping[int, StoredRecord], index: int) -> UpsertAnswer:
    if index in batch.errors:
        return UpsertAnswer(error=batch.errors[index])
    record_id, is_new = batch.ids[index]
    return UpsertAnswer(records[record_id], is_new)


def _read_inputs(batch: _Batch, run: Iterator[tuple[int, UpsertInput]]) -> Iterator[_Read]:
    for index, one in run:
        values, problems = read_values(batch.definitions, one.properties, path=f"inputs[{index}].properties")
        try:
            if one.key.id_property not in {None, ID_PROPERTY}:
                key_value(batch.definitions, one.key, path=f"inputs[{index}].idProperty")
        except RefusedError as error:
            batch.errors[index] = error
            continue
        if problems:
            batch.errors[index] = RefusedError(problems)
        else:
            yield _Read(index, one, values)


async def _update(work: RecordsWork, batch: _Batch, ready: Sequence[_Read]) -> None:
    """Change records by id; there is no making one under a given id."""
    ids = {one.index: parse_id(one.input.key.text) for one in ready}
    named = [(one, record_id) for one in ready if (record_id := ids[one.index]) is not None]
    changes = [Change(record_id, one.values) for one, record_id in named]
    updated = await work.records.update(batch.object_type.id, changes, batch.source)
    missing = set(updated.missing)
    for one in ready:
        record_id = ids[one.index]
        if record_id is None or record_id in missing:
            batch.errors[one.index] = NotFoundError(batch.object_type.singular, one.input.key.text)
        else:
            batch.ids[one.index] = (record_id, False)
    for taken in updated.taken:
        index = named[taken.index][0].index
        batch.errors[index] = duplicate(taken, batch.object_type, path=f"inputs[{index}].")


async def _upsert(work: RecordsWork, batch: _Batch, definition: PropertyDefinition, ready: Sequence[_Read]) -> None:
    items: list[tuple[int, UpsertItem]] = []
    for one in ready:
        key = key_value(batch.definitions, one.input.key)
        if key is None:
            problem = Problem("INVALID_VALUE", f"inputs[{one.index}].id", f"this is no value of {definition.name}")
            batch.errors[one.index] = RefusedError([problem])
        else:
            items.append((one.index, UpsertItem(key, one.values)))
    outcomes = await work.records.upsert(batch.object_type.id, definition, [item for _, item in items], batch.source)
    for (index, _), outcome in zip(items, outcomes, strict=True):
        if outcome.taken is not None:
            batch.errors[index] = duplicate(outcome.taken, batch.object_type, path=f"inputs[{index}].")
        elif outcome.record_id is not None:
            batch.ids[index] = (outcome.record_id, outcome.outcome is Upsertion.CREATED)
