"""The port of object types and their properties, and who is asked before one is archived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from executor_service.records.domain.values import PropertyDefinition
from shared.postgres import Connection


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of records: `id` as `0-1`, `name` the plural as in paths, `singular` as people read it."""

    id: str
    name: str
    singular: str
    shown: tuple[str, ...]
    """The properties that are shown when none are named."""
    searched: tuple[str, ...]
    """The properties in which the words of a search are looked for."""


@dataclass(frozen=True, slots=True)
class StoredProperty:
    """A property with what HubSpot says of it beside its definition. `options` are as they were sent."""

    definition: PropertyDefinition
    description: str
    options: tuple[Mapping[str, str | int | bool], ...]
    display_order: int
    is_defined: bool
    """Comes with the product."""
    hidden: bool
    form_field: bool
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class PropertyValues:
    """What is stored of a property that is created or changed; times are the store's."""

    name: str
    label: str
    description: str
    type: str
    field_type: str
    group: str
    options: tuple[Mapping[str, str | int | bool], ...]
    display_order: int
    unique: bool
    searchable: bool
    hidden: bool
    form_field: bool


class PropertyUsers(Protocol):
    """Who uses a property; bound to `workflows`."""

    async def __call__(self, connection: Connection, *, object_type_id: str, name: str) -> Sequence[str]:
        """Return what uses it, as people read it (`workflow 12`); empty: it may be archived."""
        ...


class Properties(Protocol):
    """Object types and their properties, on one connection inside the caller's transaction."""

    async def object_type(self, name_or_id: str) -> ObjectType | None:
        """Return an object type by its id or plural name."""
        ...

    async def has_group(self, object_type_id: str, name: str) -> bool:
        """Tell whether there is a property group."""
        ...

    async def listed(self, object_type_id: str, *, archived: bool) -> list[StoredProperty]:
        """Return the properties by name: the archived ones, or the others."""
        ...

    async def lock(self, object_type_id: str, name: str) -> StoredProperty | None:
        """Return a property, archived or not, locked until the transaction ends."""
        ...

    async def lock_type(self, object_type_id: str) -> None:
        """Let nobody else create or change properties of the type until the transaction ends."""
        ...

    async def create(self, object_type_id: str, values: PropertyValues) -> None:
        """Store a new property, or an archived one again."""
        ...

    async def change(self, object_type_id: str, values: PropertyValues) -> None:
        """Write a property; when it becomes searchable, or no more, the keys of all records follow."""
        ...

    async def archive(self, object_type_id: str, name: str) -> None:
        """Archive a property; values stay in the records, unseen."""
        ...

    async def users(self, object_type_id: str, name: str) -> Sequence[str]:
        """Return what uses a property."""
        ...
