"""The port `Records` on one connection inside the caller's transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from executor_service.records.criteria import Tree
from executor_service.records.domain.values import (
    FieldType,
    Option,
    PropertyDefinition,
    PropertyType,
    StoredValue,
    load_document,
)
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
    Upsertion,
    UpsertItem,
)
from executor_service.records.store.assigning import assign_value
from executor_service.records.store.matching import count_matching, matching_pages, meeting_ids
from executor_service.records.store.planning import Draft, KeyOf, Plan, key_text, keyed
from executor_service.records.store.writing import OvertakenError, Writer, retried
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
COUNT_LIMIT_MS: Final = 20_000


def to_option(option: dict[str, Any]) -> Option:
    """Return an option as it is stored with its property."""
    return Option(option["value"], option["label"], option.get("displayOrder", 0), option.get("hidden", False))


def to_definition(row: asyncpg.Record) -> PropertyDefinition:
    """Return the definition that a row of the properties holds."""
    return PropertyDefinition(
        name=row["name"],
        label=row["label"],
        type=PropertyType(row["type"]),
        field_type=FieldType(row["field_type"]),
        options=tuple(to_option(option) for option in row["options"]),
        unique=row["is_unique"],
        searchable=row["is_searchable"],
        read_only=row["is_read_only"],
        group=row["group_name"],
    )


def _to_record(row: asyncpg.Record) -> StoredRecord:
    return StoredRecord(
        id=row["id"],
        object_type_id=row["object_type_id"],
        document=load_document(row["properties"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        archived_at=row["archived_at"],
    )


class PostgresRecords:
    """See Records."""

    def __init__(self, connection: Connection, *, count_limit_ms: int = COUNT_LIMIT_MS) -> None:
        self._connection = connection
        self._count_limit_ms = count_limit_ms

    async def definitions(self, object_type_id: str) -> Definitions:
        """See Records."""
        rows = await self._connection.fetch(_QUERIES["definitions"], object_type_id)
        return {row["name"]: to_definition(row) for row in rows}

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
            upsertion = _Upsertion(writer, id_property.name, items)
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

    async def read(self, object_type_id: str, record_ids: Sequence[int]) -> list[StoredRecord]:
        """See Records."""
        return [_to_record(row) for row in await self._connection.fetch(_QUERIES["read"], object_type_id, record_ids)]

    async def page(self, object_type_id: str, *, after: int, limit: int, archived: bool) -> list[StoredRecord]:
        """See Records."""
        query = _QUERIES["archived_page" if archived else "page"]
        return [_to_record(row) for row in await self._connection.fetch(query, object_type_id, after, limit)]

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
        await self._connection.execute(_QUERIES["limit"], str(self._count_limit_ms))
        return await count_matching(
            self._connection, tree, definitions, object_type_id=object_type_id, now=now, zone=zone
        )


class _Upsertion:
    """The inputs of one upsert, applied in order to what they name."""

    def __init__(self, writer: Writer, id_property: str, items: Sequence[UpsertItem]) -> None:
        self._writer = writer
        self._id_property = id_property
        self._items = items
        self._drafts: dict[int, Draft] = {}
        self._new_ids: list[int] = []
        self.plan = Plan(writer.keyed, {})

    def _key(self, item: UpsertItem) -> KeyOf:
        return self._id_property, key_text(item.key)

    async def look(self) -> None:
        """Find and lock what the inputs name; raises OvertakenError when it moved between the two."""
        keys = {self._key(item) for item in self._items}
        owners = await self._writer.owners(keys | self._unique_values())
        named = {key: owners[key] for key in keys if key in owners}
        self._drafts = await self._writer.lock(named.values())
        for key, record_id in named.items():
            draft = self._drafts.get(record_id)
            if draft is None or key not in self._writer.keyed.keys(draft.before):
                raise OvertakenError
        self._new_ids = await self._writer.draw_ids(len(keys) - len(named) + self._renamings())
        self.plan = Plan(self._writer.keyed, owners)

    def _renamings(self) -> int:
        """Return how many inputs give their record another key, so that a later one may find none under it."""
        return sum(item.set.get(self._id_property, item.key) != item.key for item in self._items)

    def _unique_values(self) -> set[KeyOf]:
        return {key for item in self._items for key in self._writer.keyed.keys(item.set)}

    def apply(self, index: int, item: UpsertItem) -> Upserted:
        """Apply one input, after those before it."""
        record_id = self.plan.owners.get(self._key(item))
        known = None if record_id is None else self.plan.drafts.get(record_id) or self._drafts.get(record_id)
        if known is not None:
            return self._change(known, index, item)
        if record_id is not None or not self._new_ids:
            raise OvertakenError
        values: Mapping[str, StoredValue | None] = {self._id_property: item.key, **item.set}
        draft = Draft(self._new_ids[0], {}, is_new=True)
        taken = self._taken(draft, index, values)
        if taken is None:
            del self._new_ids[0]
        return Upserted(None if taken else draft.record_id, Upsertion.REFUSED if taken else Upsertion.CREATED, taken)

    def _change(self, draft: Draft, index: int, item: UpsertItem) -> Upserted:
        before = dict(draft.after)
        taken = self._taken(draft, index, item.set)
        if taken is not None:
            return Upserted(None, Upsertion.REFUSED, taken)
        return Upserted(draft.record_id, Upsertion.UNCHANGED if draft.after == before else Upsertion.CHANGED)

    def _taken(self, draft: Draft, index: int, values: Mapping[str, StoredValue | None]) -> Taken | None:
        name = self.plan.apply(draft, values)
        return None if name is None else Taken(index, name, self.plan.owner(name, values[name]))
