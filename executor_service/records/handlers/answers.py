"""A batch on its way, and what it came to: an answer for each input, by its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from executor_service.records.domain.values import StoredValue
from executor_service.records.handlers.objects import BatchInput, RecordKey, duplicate
from executor_service.records.handlers.values import Sent, known_object_type, read_values
from executor_service.records.ports import (
    Change,
    Definitions,
    History,
    ObjectType,
    RecordsWork,
    Source,
    StoredRecord,
    Taken,
)
from executor_service.web import NotFoundError, RefusedError, RequestError

Values = Mapping[int, Mapping[str, StoredValue | None]]
"""What is to be written, by the input's place."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an input: a record, or why there is none."""

    record: StoredRecord | None = None
    is_new: bool = False
    error: RequestError | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers by position, with what is needed to show the records."""

    object_type: ObjectType
    definitions: Definitions
    answers: Sequence[Answer]
    history: History = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """The records that inputs name, or why they name none, by place; those of `new` were made by the batch."""

    object_type: ObjectType
    definitions: Definitions
    ids: dict[int, int] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    errors: dict[int, RequestError] = field(default_factory=dict)

    def miss(self, index: int, key: RecordKey) -> None:
        """Note that an input names no record."""
        self.errors[index] = NotFoundError(self.object_type.singular, key.text)

    def refuse(self, index: int, taken: Taken) -> None:
        """Note that a unique value is another record's."""
        self.errors[index] = duplicate(taken, self.object_type, path=f"inputs[{index}].")

    def read(self, sent: Mapping[int, Mapping[str, Sent]]) -> Values:
        """Return the values of the inputs that may be written; note what is wrong with the others."""
        found: dict[int, Mapping[str, StoredValue | None]] = {}
        for index, properties in sent.items():
            values, problems = read_values(self.definitions, properties, path=f"inputs[{index}].properties")
            if problems:
                self.errors[index] = RefusedError(problems)
            else:
                found[index] = values
        return found

    def answers(self, count: int, records: Sequence[StoredRecord]) -> list[Answer]:
        """Return the answers to so many inputs."""
        known = {record.id: record for record in records}
        return [
            Answer(error=self.errors[index])
            if index in self.errors
            else Answer(known[self.ids[index]], index in self.new)
            for index in range(count)
        ]


async def open_batch(work: RecordsWork, type_name: str) -> Batch:
    """Begin a batch over the records of a type; raises NotFoundError."""
    object_type = await known_object_type(work, type_name)
    return Batch(object_type, await work.records.definitions(object_type.id))


async def change_named(
    work: RecordsWork, batch: Batch, inputs: Mapping[int, BatchInput], values: Values, source: Source
) -> None:
    """Write the values of those of the inputs whose record is known and that nothing is wrong with."""
    places = [index for index in sorted(inputs) if index in batch.ids and index not in batch.errors]
    changes = [Change(batch.ids[index], values[index]) for index in places]
    updated = await work.records.update(batch.object_type.id, changes, source)
    missing = set(updated.missing)
    for index in places:
        if batch.ids[index] in missing:
            batch.miss(index, inputs[index].key)
    for taken in updated.taken:
        batch.refuse(places[taken.index], taken)


async def finish(work: RecordsWork, batch: Batch, count: int) -> Answered:
    """Commit, and answer with the records as they are after the whole batch."""
    wanted = {record_id for index, record_id in batch.ids.items() if index not in batch.errors}
    records = await work.records.read(batch.object_type.id, sorted(wanted))
    await work.commit()
    return Answered(batch.object_type, batch.definitions, batch.answers(count, records))
