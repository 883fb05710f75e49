"""The inputs of one upsert, applied in order to the records that they name by a unique property."""

from collections.abc import Mapping, Sequence

from executor_service.records.domain.values import StoredValue
from executor_service.records.ports import Taken, Upserted, Upsertion, UpsertItem
from executor_service.records.store.planning import Draft, KeyOf, Plan, key_text
from executor_service.records.store.writing import OvertakenError, Writer


class UpsertPlan:
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
