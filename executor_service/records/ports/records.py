"""The port that every writer and reader of records shares."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from executor_service.records.criteria import Tree
from executor_service.records.domain.values import PropertyDefinition, StoredValue
from executor_service.records.ports.outcomes import (
    Assigned,
    Change,
    Counted,
    Created,
    Definitions,
    Document,
    Source,
    StoredRecord,
    Updated,
    Upserted,
    UpsertItem,
)


class Records(Protocol):
    """Records of all object types, on one connection inside the caller's transaction."""

    async def definitions(self, object_type_id: str) -> Definitions:
        """Return the properties of an object type that are not archived; empty for a type that does not exist."""
        ...

    async def create(self, object_type_id: str, documents: Sequence[Document], source: Source) -> Created:
        """Create a record for each document; one whose unique value is taken is left out, the others are made."""
        ...

    async def update(self, object_type_id: str, changes: Sequence[Change], source: Source) -> Updated:
        """Write values; equal ones are no change. A record named twice gets its changes one after the other."""
        ...

    async def upsert(
        self, object_type_id: str, id_property: PropertyDefinition, items: Sequence[UpsertItem], source: Source
    ) -> list[Upserted]:
        """Create or change the record that each item names by a unique property; answers by position."""
        ...

    async def archive(self, object_type_id: str, record_ids: Sequence[int]) -> list[int]:
        """Archive records and return the ids of those that were not archived yet, ascending; their keys go free."""
        ...

    async def assign(
        self,
        *,
        object_type_id: str,
        record_ids: Sequence[int],
        definition: PropertyDefinition,
        value: StoredValue | None,
        source: Source,
    ) -> Assigned:
        """Give one value (`None`: none) to many records, up to 50,000, each id once.

        Of a unique property the record with the lowest id gets the value, unless a record has it already.
        """
        ...

    async def assign_each(
        self,
        *,
        object_type_id: str,
        values: Mapping[int, StoredValue | None],
        definition: PropertyDefinition,
        source: Source,
    ) -> Assigned:
        """Give each record a value of its own (`None`: none), up to 50,000.

        Of several that would take one unique value the lowest id gets it, unless a record has it already.
        """
        ...

    async def increase(
        self,
        *,
        object_type_id: str,
        record_ids: Sequence[int],
        definition: PropertyDefinition,
        amount: Decimal,
        source: Source,
    ) -> Assigned:
        """Add an amount to a number of many records, exactly; no value counts as 0."""
        ...

    async def lock_values(
        self, object_type_id: str, record_ids: Sequence[int], names: Sequence[str] | None
    ) -> dict[int, Document]:
        """Lock records and return the values they have of these properties (`None`: of all), by id.

        Archived records, and ids that are none, are left out.
        """
        ...

    async def missing(self, object_type_id: str, record_ids: Sequence[int]) -> list[int]:
        """Return which of these ids are no record, or an archived one, ascending; locks nothing. Up to 8,000 ids."""
        ...

    async def read(self, object_type_id: str, record_ids: Sequence[int]) -> list[StoredRecord]:
        """Return the records of these ids, archived ones included, by id; ids that are none are left out."""
        ...

    async def page(self, object_type_id: str, *, after: int, limit: int, archived: bool) -> list[StoredRecord]:
        """Return up to `limit` records with ids above `after`, ascending: the archived ones, or the others."""
        ...

    async def find(self, object_type_id: str, id_property: PropertyDefinition, value: StoredValue) -> int | None:
        """Return the record that has a value of a unique property."""
        ...

    def matching_ids(
        self, tree: Tree, *, object_type_id: str, now: datetime, zone: str, page: int = 1_000
    ) -> AsyncIterator[list[int]]:
        """Yield the ids of the records that meet a tree, ascending, in pages of `page` (the last may be shorter).

        Archived records meet no tree. A cursor of the server: the transaction must be the caller's, and one snapshot.
        """
        ...

    async def meeting(
        self, tree: Tree, *, object_type_id: str, record_ids: Sequence[int], now: datetime, zone: str
    ) -> list[int]:
        """Return which of these records meet a tree, ascending, each once; archived ones never do."""
        ...

    async def count(self, tree: Tree, *, object_type_id: str, now: datetime, zone: str) -> Counted:
        """Count the records that meet a tree; raises the driver's QueryCanceledError at the statement's limit."""
        ...
