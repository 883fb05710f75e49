"""Batches that read, create, change or archive up to a hundred records, in a few statements each.

Inputs are applied in order, and one that is refused leaves the others alone. A record is shown as it is after the
whole batch.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from executor_service.records.domain.values import StoredValue
from executor_service.records.handlers.answers import Answered, Batch, change_named, finish, open_batch
from executor_service.records.handlers.objects import ID_PROPERTY, BatchInput, RecordKey, key_value, value_history
from executor_service.records.handlers.values import Sent, without_empty
from executor_service.records.ports import RecordsWork, Source
from executor_service.web import RefusedError, parse_id

Named = Sequence[tuple[int, RecordKey]]


def _id_property(item: tuple[int, RecordKey]) -> str:
    return item[1].id_property or ID_PROPERTY


async def _locate(work: RecordsWork, batch: Batch, keys: Sequence[RecordKey]) -> None:
    """Find what the inputs name: by id, or all of one unique property at once."""
    for id_property, run in groupby(sorted(enumerate(keys), key=_id_property), key=_id_property):
        named = list(run)
        if id_property == ID_PROPERTY:
            found = {index: parse_id(key.text) for index, key in named}
        else:
            found = await _owners(work, batch, id_property, named)
        for index, key in named:
            record_id = found.get(index)
            if record_id is not None:
                batch.ids[index] = record_id
            elif index not in batch.errors:
                batch.miss(index, key)


async def _owners(work: RecordsWork, batch: Batch, id_property: str, named: Named) -> dict[int, int | None]:
    values: dict[int, StoredValue] = {}
    for index, key in named:
        try:
            value = key_value(batch.definitions, key, path=f"inputs[{index}].idProperty")
        except RefusedError as error:
            batch.errors[index] = error
        else:
            values |= {} if value is None else {index: value}
    if not values:
        return {}
    definition = batch.definitions[id_property]
    owners = await work.lookups.owners(batch.object_type.id, definition, set(values.values()))
    return {index: owners.get(value) for index, value in values.items()}


async def read_batch(
    *, work: RecordsWork, type_name: str, keys: Sequence[RecordKey], past: Sequence[str], archived: bool
) -> Answered:
    """Return the record that each key names; `past` are the properties whose former values are wanted too."""
    async with work:
        batch = await open_batch(work, type_name)
        await _locate(work, batch, keys)
        found = await work.records.read(batch.object_type.id, sorted(set(batch.ids.values())))
        records = {record.id: record for record in found if (record.archived_at is not None) == archived}
        for index, record_id in batch.ids.items():
            if record_id not in records:
                batch.miss(index, keys[index])
        history = await value_history(work, sorted(records), past, batch.definitions)
    answers = batch.answers(len(keys), list(records.values()))
    return Answered(batch.object_type, batch.definitions, answers, history)


async def create_batch(
    *, work: RecordsWork, type_name: str, sent: Sequence[Mapping[str, Sent]], source: Source
) -> Answered:
    """Create a record for each input; of two that want one unique value the first gets it."""
    async with work:
        batch = await open_batch(work, type_name)
        values = batch.read(dict(enumerate(sent)))
        places = list(values)
        documents = [without_empty(values[index]) for index in places]
        created = await work.records.create(batch.object_type.id, documents, source)
        batch.ids = {index: made for index, made in zip(places, created.ids, strict=True) if made is not None}
        for taken in created.taken:
            batch.refuse(places[taken.index], taken)
        return await finish(work, batch, len(sent))


async def change_batch(*, work: RecordsWork, type_name: str, inputs: Sequence[BatchInput], source: Source) -> Answered:
    """Change the record that each input names."""
    async with work:
        batch = await open_batch(work, type_name)
        values = batch.read({index: one.properties for index, one in enumerate(inputs)})
        await _locate(work, batch, [one.key for one in inputs])
        await change_named(work, batch, dict(enumerate(inputs)), values, source)
        return await finish(work, batch, len(inputs))


async def archive_batch(*, work: RecordsWork, type_name: str, keys: Sequence[RecordKey]) -> Answered:
    """Archive the record that each key names; those that are archived already stay so."""
    async with work:
        batch = await open_batch(work, type_name)
        await _locate(work, batch, keys)
        wanted = sorted(set(batch.ids.values()))
        await work.records.archive(batch.object_type.id, wanted)
        known = {record.id for record in await work.records.read(batch.object_type.id, wanted)}
        for index, record_id in batch.ids.items():
            if record_id not in known:
                batch.miss(index, keys[index])
        return await finish(work, batch, len(keys))
