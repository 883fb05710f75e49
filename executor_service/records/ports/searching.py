"""The port of what people look up: searches with an order and a place in it, and the history of values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from executor_service.records.criteria import Tree
from executor_service.records.domain.values import PropertyDefinition, StoredValue
from executor_service.records.ports.outcomes import StoredRecord


@dataclass(frozen=True, slots=True)
class Order:
    """By which property; records without a value come last either way, those with equal ones by id."""

    property: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A record's place in an order: the text of its sort key, none without a value, and its id."""

    key: str | None
    record_id: int


@dataclass(frozen=True, slots=True)
class Search:
    """A page of the records that meet a tree; without an order by id."""

    tree: Tree
    limit: int
    order: Order | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The page, how many records meet the tree, and the place after which the next page begins, none at the end."""

    total: int
    records: list[StoredRecord]
    next: Place | None


@dataclass(frozen=True, slots=True)
class PastValue:
    """A value that a property was given, `None`: emptied; `source_type` as in `Source`."""

    value: StoredValue | None
    at: datetime
    source_type: str
    source_id: str | None


History = Mapping[int, Mapping[str, Sequence[PastValue]]]
"""The values of properties by record and property, newest first."""


class Lookups(Protocol):
    """What people look up of records, on one connection inside the caller's transaction."""

    async def search(self, search: Search, *, object_type_id: str, now: datetime, zone: str) -> SearchPage:
        """Return a page; raises the driver's QueryCanceledError at the statement's limit."""
        ...

    async def history(self, record_ids: Sequence[int], names: Sequence[str]) -> History:
        """Return up to the newest 1,000 values that each of these properties had, of each of these records.

        What a record was created with is one of them.
        """
        ...

    async def owners(
        self, object_type_id: str, id_property: PropertyDefinition, values: Collection[StoredValue]
    ) -> Mapping[StoredValue, int]:
        """Return which records have which of these values of a unique property."""
        ...
