"""What is asked of records, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from executor_service.records.domain.values import PropertyDefinition, StoredValue

DERIVED: Final = frozenset({"hs_object_id", "createdate", "lastmodifieddate", "hs_lastmodifieddate"})
"""Read-only properties that follow from a record's row and stand in no document."""

Document = Mapping[str, StoredValue]
"""The values of a record by property; a property without a value is absent."""

Definitions = Mapping[str, PropertyDefinition]
"""The properties of an object type that are not archived, by name."""


@dataclass(frozen=True, slots=True)
class Source:
    """What wrote a value: `type` as HubSpot's `sourceType` (`API`, `IMPORT`, `AUTOMATION_PLATFORM`)."""

    type: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New values of one record; `None` empties a property."""

    record_id: int
    set: Mapping[str, StoredValue | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """A value of a unique property that another record has, or that an earlier item of the same call claims.

    `index` is the position of the refused item in what was asked for; `record_id` whose value it is, none for a new
    record of the same call.
    """

    index: int
    property: str
    record_id: int | None


@dataclass(frozen=True, slots=True)
class Created:
    """What became of new records, by position; the id is none where a unique value was taken."""

    ids: tuple[int | None, ...]
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of changes: ids of the records, ascending. `missing`: archived, or never there."""

    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    taken: tuple[Taken, ...] = ()


class Upsertion(StrEnum):
    """What an upsert did to a record."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class UpsertItem:
    """One input of an upsert: the value that names the record, and what is to be written (`None` empties)."""

    key: StoredValue
    set: Mapping[str, StoredValue | None]


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of an item: REFUSED when a unique value was taken, and the id is none.

    A record whose key stands twice in one call is created by the first item and changed by the later ones.
    """

    record_id: int | None
    outcome: Upsertion
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of one value given to many records: ids, each list ascending.

    `duplicate`: the value of a unique property was, or became, another record's. `missing`: archived, or never there.
    """

    changed: list[int]
    unchanged: list[int]
    missing: list[int]
    duplicate: list[int]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it is stored."""

    id: int
    object_type_id: str
    document: Document
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records meet a tree, and up to ten of them, ascending."""

    total: int
    sample: list[int]
    evaluated_at: datetime
