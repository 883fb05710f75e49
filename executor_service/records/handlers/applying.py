"""What another system says of records, written set by set.

Messages of one kind are written together. Order holds within a key: where a key has messages of several kinds (an
upsert, an archive), they are written in rounds, one kind of a key after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from executor_service.records.domain.values import StoredValue
from executor_service.records.handlers.objects import RecordKey, key_value
from executor_service.records.handlers.values import Sent, known_object_type, read_values
from executor_service.records.ports import Change, Definitions, ObjectType, Source, Taken, UpsertItem
from executor_service.records.ports.topic import TopicWork
from executor_service.web import RequestError
from shared.inbound import AnyRecordChange, RecordArchived, RecordUpserted
from shared.kafka import Refusal

_SOURCE: Final = Source("INTEGRATION", "crm.records.v1")
_NO_RECORD: Final = Refusal("NO_SUCH_RECORD", "id")

Kind = tuple[str, str, str | None]
Refusals = dict[int, Refusal]


@dataclass(frozen=True, slots=True)
class Told:
    """A message that was understood; `index` is its place among those it came with."""

    index: int
    key: bytes | None
    change: AnyRecordChange


@dataclass(frozen=True, slots=True)
class _Set:
    """Messages of one kind, and what their object type looks like."""

    object_type: ObjectType
    definitions: Definitions
    told: Sequence[Told]


async def apply_changes(told: Iterable[Told], *, work: TopicWork) -> Refusals:
    """Write what was told, inside the caller's transaction; return why which messages were refused, by their index."""
    refusals: Refusals = {}
    for run in runs(told):
        refusals |= await _apply(run, work)
    return refusals


def runs(told: Iterable[Told]) -> list[list[Told]]:
    """Return what is written together, in the order of writing."""
    found: dict[tuple[int, Kind], list[Told]] = {}
    last: dict[bytes | None, tuple[int, Kind]] = {}
    for each in told:
        kind = _kind(each.change)
        number, before = last.get(each.key, (0, kind))
        place = (number + (before != kind), kind)
        last[each.key] = place
        found.setdefault(place, []).append(each)
    return [found[place] for place in sorted(found, key=lambda place: place[0])]


def _kind(change: AnyRecordChange) -> Kind:
    by = change.id_property if isinstance(change, RecordUpserted) else None
    return change.type, change.object_type_id, by


async def _apply(run: Sequence[Told], work: TopicWork) -> Refusals:
    first = run[0].change
    try:
        object_type = await known_object_type(work, first.object_type_id)
    except RequestError as error:
        return dict.fromkeys((each.index for each in run), _refusal(error))
    chosen = _Set(object_type, await work.records.definitions(object_type.id), run)
    match first:
        case RecordArchived():
            return await _archive(chosen, work)
        case RecordUpserted(id_property=None):
            return await _update(chosen, work)
        case RecordUpserted():
            return await _upsert(chosen, first.id_property or "", work)


async def _archive(chosen: _Set, work: TopicWork) -> Refusals:
    ids = {each.index: int(each.change.id or 0) for each in chosen.told}
    await work.records.archive(chosen.object_type.id, sorted(set(ids.values())))
    known = {record.id for record in await work.records.read(chosen.object_type.id, sorted(set(ids.values())))}
    return {index: _NO_RECORD for index, record_id in ids.items() if record_id not in known}


async def _update(chosen: _Set, work: TopicWork) -> Refusals:
    values, refusals = _read(chosen)
    named = [(each.index, int(each.change.id or 0)) for each in chosen.told if each.index in values]
    changes = [Change(record_id, values[index]) for index, record_id in named]
    updated = await work.records.update(chosen.object_type.id, changes, _SOURCE)
    missing = set(updated.missing)
    refusals |= {index: _NO_RECORD for index, record_id in named if record_id in missing}
    return refusals | {named[taken.index][0]: _duplicate(taken) for taken in updated.taken}


async def _upsert(chosen: _Set, id_property: str, work: TopicWork) -> Refusals:
    values, refusals = _read(chosen)
    items: list[tuple[int, UpsertItem]] = []
    for each in chosen.told:
        if each.index in values and isinstance(each.change, RecordUpserted):
            key = _key(chosen, RecordKey(each.change.id_value or "", id_property))
            if isinstance(key, Refusal):
                refusals[each.index] = key
            else:
                items.append((each.index, UpsertItem(key, values[each.index])))
    if items:
        definition = chosen.definitions[id_property]
        named = [item for _, item in items]
        outcomes = await work.records.upsert(chosen.object_type.id, definition, named, _SOURCE)
        pairs = zip(items, outcomes, strict=True)
        refusals |= {index: _duplicate(one.taken) for (index, _), one in pairs if one.taken is not None}
    return refusals


def _key(chosen: _Set, key: RecordKey) -> StoredValue | Refusal:
    try:
        value = key_value(chosen.definitions, key)
    except RequestError as error:
        return _refusal(error)
    return Refusal("INVALID_VALUE", "idValue") if value is None else value


def _read(chosen: _Set) -> tuple[dict[int, dict[str, StoredValue | None]], Refusals]:
    """Return the values to be written, and why there are none, by index."""
    values: dict[int, dict[str, StoredValue | None]] = {}
    refusals: Refusals = {}
    for each in chosen.told:
        sent = each.change.properties if isinstance(each.change, RecordUpserted) else {}
        found, problems = read_values(chosen.definitions, _without_null(sent), path="properties")
        if problems:
            refusals[each.index] = Refusal(problems[0].code, "; ".join(f"{one.field}: {one.code}" for one in problems))
        else:
            values[each.index] = found
    return values, refusals


def _without_null(sent: dict[str, Sent | None]) -> dict[str, Sent]:
    return {name: "" if value is None else value for name, value in sent.items()}


def _duplicate(taken: Taken) -> Refusal:
    return Refusal("DUPLICATE_VALUE", f"properties.{taken.property}")


def _refusal(error: RequestError) -> Refusal:
    """Return codes and places, never the values that came: they may be personal."""
    return Refusal(error.problems[0].code, "; ".join(f"{one.field}: {one.code}" for one in error.problems))
