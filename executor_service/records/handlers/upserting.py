"""`batch/upsert`: a hundred inputs in a few statements, each with an answer of its own."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from executor_service.records.handlers.answers import Answered, Batch, Values, change_named, finish, open_batch
from executor_service.records.handlers.objects import ID_PROPERTY, BatchInput, key_value
from executor_service.records.ports import RecordsWork, Source, Upsertion, UpsertItem
from executor_service.web import Problem, RefusedError, parse_id


async def upsert_records(
    *, work: RecordsWork, type_name: str, inputs: Sequence[BatchInput], source: Source
) -> Answered:
    """Create or change what each input names, in order; answers by position.

    Inputs that follow each other under one `idProperty` are written together. One that is refused leaves the others
    alone. A record is shown as it is after the whole batch.
    """
    async with work:
        batch = await open_batch(work, type_name)
        for id_property, run in groupby(enumerate(inputs), key=lambda item: item[1].key.id_property or ID_PROPERTY):
            ready = dict(_named(batch, run))
            values = batch.read({index: one.properties for index, one in ready.items()})
            if id_property == ID_PROPERTY:
                await _update(work, batch, ready, values, source)
            elif values:
                await _upsert(work, batch, id_property, {index: ready[index] for index in values}, values, source)
        return await finish(work, batch, len(inputs))


def _named(batch: Batch, run: Iterable[tuple[int, BatchInput]]) -> Iterable[tuple[int, BatchInput]]:
    """Yield the inputs that may name a record by their property."""
    for index, one in run:
        try:
            if one.key.id_property not in {None, ID_PROPERTY}:
                key_value(batch.definitions, one.key, path=f"inputs[{index}].idProperty")
        except RefusedError as error:
            batch.errors[index] = error
        else:
            yield index, one


async def _update(
    work: RecordsWork, batch: Batch, ready: Mapping[int, BatchInput], values: Values, source: Source
) -> None:
    """Change records by id; there is no making one under a given id."""
    for index in values:
        record_id = parse_id(ready[index].key.text)
        if record_id is None:
            batch.miss(index, ready[index].key)
        else:
            batch.ids[index] = record_id
    await change_named(work, batch, ready, values, source)


async def _upsert(
    work: RecordsWork,
    batch: Batch,
    id_property: str,
    ready: Mapping[int, BatchInput],
    values: Values,
    source: Source,
) -> None:
    definition = batch.definitions[id_property]
    items: dict[int, UpsertItem] = {}
    for index, one in ready.items():
        key = key_value(batch.definitions, one.key)
        if key is None:
            problem = Problem("INVALID_VALUE", f"inputs[{index}].id", f"this is no value of {definition.name}")
            batch.errors[index] = RefusedError([problem])
        else:
            items[index] = UpsertItem(key, values[index])
    outcomes = await work.records.upsert(batch.object_type.id, definition, list(items.values()), source)
    for index, outcome in zip(items, outcomes, strict=True):
        if outcome.taken is not None:
            batch.refuse(index, outcome.taken)
        elif outcome.record_id is not None:
            batch.ids[index] = outcome.record_id
            batch.new |= {index} if outcome.outcome is Upsertion.CREATED else set()
