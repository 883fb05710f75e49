"""The port `Records` on one connection inside the caller's transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from executor_service.records.criteria import Tree
from executor_service.records.domain.values import PropertyDefinition, StoredValue
from executor_service.records.ports import (
    Assigned,
    Change,
    Counted,
    Created,
    Definitions,
    Document,
    Source,
    StoredRecord,
    Taken,
    Updated,
    Upserted,
    UpsertItem,
)
from executor_service.records.store.assigning import (
    assign_each_value,
    assign_value,
    increase_number,
    lock_values,
    missing_ids,
    plus,
)
from executor_service.records.store.matching import count_matching, matching_pages, meeting_ids
from executor_service.records.store.planning import Draft, Plan, key_text, keyed
from executor_service.records.store.rows import limit_statements, read_definitions, to_record
from executor_service.records.store.upserting import UpsertPlan
from executor_service.records.store.writing import Writer, retried
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
COUNT_LIMIT_MS: Final = 20_000


class PostgresRecords:
    """See Records."""

    def __init__(self, connection: Connection, *, count_limit_ms: int = COUNT_LIMIT_MS) -> None:
        self._connection = connection
        self._count_limit_ms = count_limit_ms

    async def definitions(self, object_type_id: str) -> Definitions:
        """See Records."""
        return await read_definitions(self._connection, object_type_id)

    async def _writer(self, object_type_id: str) -> Writer:
        return Writer(self._connection, object_type_id, keyed(await self.definitions(object_type_id)))

    async def create(self, object_type_id: str, documents: Sequence[Document], source: Source) -> Created:
        """See Records."""
        writer = await self._writer(object_type_id)

        async def act() -> Created:
            wanted = {key for document in documents for key in writer.keyed.keys(document)}
            plan = Plan(writer.keyed, await writer.owners(wanted))
            ids = await writer.draw_ids(len(documents))
            taken: list[Taken] = []
            made: list[int | None] = []
            for index, (document, record_id) in enumerate(zip(documents, ids, strict=True)):
                name = plan.apply(Draft(record_id, {}, is_new=True), document)
                made.append(record_id if name is None else None)
                if name is not None:
                    taken.append(Taken(index, name, plan.owner(name, document[name])))
            await writer.write(plan, source)
            return Created(tuple(made), tuple(taken))

        return await retried(self._connection, act)

    async def update(self, object_type_id: str, changes: Sequence[Change], source: Source) -> Updated:
        """See Records."""
        writer = await self._writer(object_type_id)

        async def act() -> Updated:
            drafts = await writer.lock(change.record_id for change in changes)
            wanted = {key for change in changes for key in writer.keyed.keys(change.set)}
            plan = Plan(writer.keyed, await writer.owners(wanted))
            taken: list[Taken] = []
            for index, change in enumerate(changes):
                draft = drafts.get(change.record_id)
                name = None if draft is None else plan.apply(draft, change.set)
                if name is not None:
                    taken.append(Taken(index, name, plan.owner(name, change.set[name])))
            await writer.write(plan, source)
            changed = sorted(draft.record_id for draft in drafts.values() if draft.differences())
            return Updated(
                changed=changed,
                unchanged=sorted(drafts.keys() - set(changed)),
                missing=sorted({change.record_id for change in changes} - drafts.keys()),
                taken=tuple(taken),
            )

        return await retried(self._connection, act)

    async def upsert(
        self, object_type_id: str, id_property: PropertyDefinition, items: Sequence[UpsertItem], source: Source
    ) -> list[Upserted]:
        """See Records."""
        writer = await self._writer(object_type_id)

        async def act() -> list[Upserted]:
            upsertion = UpsertPlan(writer, id_property.name, items)
            await upsertion.look()
            outcomes = [upsertion.apply(index, item) for index, item in enumerate(items)]
            await writer.write(upsertion.plan, source)
            return outcomes

        return await retried(self._connection, act)

    async def archive(self, object_type_id: str, record_ids: Sequence[int]) -> list[int]:
        """See Records."""
        return await (await self._writer(object_type_id)).archive(record_ids)

    async def assign(
        self,
        *,
        object_type_id: str,
        record_ids: Sequence[int],
        definition: PropertyDefinition,
        value: StoredValue | None,
        source: Source,
    ) -> Assigned:
        """See Records."""
        return await assign_value(
            self._connection,
            object_type_id=object_type_id,
            record_ids=record_ids,
            definition=definition,
            value=value,
            source=source,
        )

    async def assign_each(
        self,
        *,
        object_type_id: str,
        values: Mapping[int, StoredValue | None],
        definition: PropertyDefinition,
        source: Source,
    ) -> Assigned:
        """See Records."""
        if not (definition.unique or definition.searchable):
            return await assign_each_value(
                self._connection, object_type_id=object_type_id, values=values, definition=definition, source=source
            )
        changes = [Change(record_id, {definition.name: values[record_id]}) for record_id in sorted(values)]
        updated = await self.update(object_type_id, changes, source)
        duplicate = [changes[each.index].record_id for each in updated.taken]
        unchanged = sorted(set(updated.unchanged).difference(duplicate))
        return Assigned(updated.changed, unchanged, updated.missing, duplicate)

    async def increase(
        self,
        *,
        object_type_id: str,
        record_ids: Sequence[int],
        definition: PropertyDefinition,
        amount: Decimal,
        source: Source,
    ) -> Assigned:
        """See Records."""
        if not (definition.unique or definition.searchable):
            return await increase_number(
                self._connection,
                object_type_id=object_type_id,
                record_ids=record_ids,
                definition=definition,
                amount=amount,
                source=source,
            )
        held = await self.lock_values(object_type_id, record_ids, [definition.name])
        numbers = {record_id: document.get(definition.name) for record_id, document in held.items()}
        values = {each: plus(amount, number) for each, number in numbers.items()}
        assigned = await self.assign_each(
            object_type_id=object_type_id, values=values, definition=definition, source=source
        )
        return replace(assigned, missing=sorted(set(record_ids).difference(held)))

    async def lock_values(
        self, object_type_id: str, record_ids: Sequence[int], names: Sequence[str] | None
    ) -> dict[int, Document]:
        """See Records."""
        return dict(await lock_values(self._connection, object_type_id, record_ids, names))

    async def missing(self, object_type_id: str, record_ids: Sequence[int]) -> list[int]:
        """See Records."""
        return await missing_ids(self._connection, object_type_id, record_ids)

    async def read(self, object_type_id: str, record_ids: Sequence[int]) -> list[StoredRecord]:
        """See Records."""
        return [to_record(row) for row in await self._connection.fetch(_QUERIES["read"], object_type_id, record_ids)]

    async def page(self, object_type_id: str, *, after: int, limit: int, archived: bool) -> list[StoredRecord]:
        """See Records."""
        query = _QUERIES["archived_page" if archived else "page"]
        return [to_record(row) for row in await self._connection.fetch(query, object_type_id, after, limit)]

    async def find(self, object_type_id: str, id_property: PropertyDefinition, value: StoredValue) -> int | None:
        """See Records."""
        key = (id_property.name, key_text(value))
        writer = Writer(self._connection, object_type_id, keyed({id_property.name: id_property}))
        return (await writer.owners([key])).get(key)

    async def matching_ids(
        self, tree: Tree, *, object_type_id: str, now: datetime, zone: str, page: int = 1_000
    ) -> AsyncIterator[list[int]]:
        """See Records."""
        definitions = await self.definitions(object_type_id)
        pages = matching_pages(
            self._connection, tree, definitions, object_type_id=object_type_id, now=now, zone=zone, page=page
        )
        async for ids in pages:
            yield ids

    async def meeting(
        self, tree: Tree, *, object_type_id: str, record_ids: Sequence[int], now: datetime, zone: str
    ) -> list[int]:
        """See Records."""
        definitions = await self.definitions(object_type_id)
        return await meeting_ids(
            self._connection,
            tree,
            definitions,
            object_type_id=object_type_id,
            record_ids=record_ids,
            now=now,
            zone=zone,
        )

    async def count(self, tree: Tree, *, object_type_id: str, now: datetime, zone: str) -> Counted:
        """See Records."""
        definitions = await self.definitions(object_type_id)
        await limit_statements(self._connection, self._count_limit_ms)
        return await count_matching(
            self._connection, tree, definitions, object_type_id=object_type_id, now=now, zone=zone
        )
