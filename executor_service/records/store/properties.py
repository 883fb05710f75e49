"""The port `Properties` on one connection inside the caller's transaction."""

from collections.abc import Sequence

import asyncpg

from executor_service.records.domain.values import load_document
from executor_service.records.ports import ObjectType, PropertyUsers, PropertyValues, StoredProperty
from executor_service.records.store.planning import key_text
from executor_service.records.store.rows import to_definition
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


async def no_users(connection: Connection, *, object_type_id: str, name: str) -> Sequence[str]:
    """Stand in where nothing can use a property."""
    del connection, object_type_id, name
    return []


def _to_object_type(row: asyncpg.Record) -> ObjectType:
    shown, searched = tuple(row["shown_properties"]), tuple(row["searched_properties"])
    return ObjectType(row["id"], row["name"], row["singular"], shown, searched)


def _to_property(row: asyncpg.Record) -> StoredProperty:
    return StoredProperty(
        definition=to_definition(row),
        description=row["description"],
        options=tuple(row["options"]),
        display_order=row["display_order"],
        is_defined=row["is_defined"],
        hidden=row["hidden"],
        form_field=row["form_field"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        archived_at=row["archived_at"],
    )


class PostgresProperties:
    """See Properties."""

    def __init__(self, connection: Connection, users: PropertyUsers) -> None:
        self._connection = connection
        self._users = users

    async def object_type(self, name_or_id: str) -> ObjectType | None:
        """See Properties."""
        row = await self._connection.fetchrow(_QUERIES["object_type"], name_or_id)
        return None if row is None else _to_object_type(row)

    async def has_group(self, object_type_id: str, name: str) -> bool:
        """See Properties."""
        return bool(await self._connection.fetchval(_QUERIES["has_group"], object_type_id, name))

    async def listed(self, object_type_id: str, *, archived: bool) -> list[StoredProperty]:
        """See Properties."""
        return [_to_property(row) for row in await self._connection.fetch(_QUERIES["list"], object_type_id, archived)]

    async def lock(self, object_type_id: str, name: str) -> StoredProperty | None:
        """See Properties."""
        row = await self._connection.fetchrow(_QUERIES["lock"], object_type_id, name)
        return None if row is None else _to_property(row)

    async def lock_type(self, object_type_id: str) -> None:
        """See Properties."""
        await self._connection.execute(_QUERIES["lock_type"], object_type_id)

    async def create(self, object_type_id: str, values: PropertyValues) -> None:
        """See Properties."""
        await self._write(object_type_id, values)
        await self._search_anew(object_type_id, values)

    async def change(self, object_type_id: str, values: PropertyValues) -> None:
        """See Properties."""
        before = await self.lock(object_type_id, values.name)
        await self._write(object_type_id, values)
        if before is None or before.definition.searchable != values.searchable:
            await self._search_anew(object_type_id, values)

    async def _write(self, object_type_id: str, values: PropertyValues) -> None:
        await self._connection.execute(
            _QUERIES["write"],
            object_type_id,
            values.name,
            values.label,
            values.description,
            values.type,
            values.field_type,
            values.group,
            [dict(option) for option in values.options],
            values.display_order,
            values.unique,
            values.searchable,
            values.hidden,
            values.form_field,
        )

    async def _search_anew(self, object_type_id: str, values: PropertyValues) -> None:
        """Make the keys of a property what its records hold; writers of records wait meanwhile."""
        await self._connection.execute(_QUERIES["lock_records"])
        await self._connection.execute(_QUERIES["drop_search_keys"], object_type_id, values.name)
        after = 0 if values.searchable else None
        while after is not None:
            rows = await self._connection.fetch(_QUERIES["values"], object_type_id, values.name, after)
            documents = [(row["id"], load_document(row["document"]).get(values.name)) for row in rows]
            found = [(record_id, key_text(value)) for record_id, value in documents if value is not None]
            await self._connection.execute(
                _QUERIES["add_search_keys"],
                object_type_id,
                values.name,
                [key for _, key in found],
                [record_id for record_id, _ in found],
            )
            after = rows[-1]["id"] if rows else None

    async def archive(self, object_type_id: str, name: str) -> None:
        """See Properties."""
        await self._connection.execute(_QUERIES["archive"], object_type_id, name)

    async def users(self, object_type_id: str, name: str) -> Sequence[str]:
        """See Properties."""
        return await self._users(self._connection, object_type_id=object_type_id, name=name)
