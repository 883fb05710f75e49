"""Rows of records and properties as the ports name them, and what every reader of records asks first."""

from typing import Any

import asyncpg

from executor_service.records.domain.values import (
    FieldType,
    Option,
    PropertyDefinition,
    PropertyType,
    load_document,
)
from executor_service.records.ports import Definitions, StoredRecord
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


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


def to_record(row: asyncpg.Record) -> StoredRecord:
    """Return the record that a row holds, its document as text."""
    return StoredRecord(
        id=row["id"],
        object_type_id=row["object_type_id"],
        document=load_document(row["properties"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        archived_at=row["archived_at"],
    )


async def read_definitions(connection: Connection, object_type_id: str) -> Definitions:
    """Return the properties of an object type that are not archived."""
    rows = await connection.fetch(_QUERIES["definitions"], object_type_id)
    return {row["name"]: to_definition(row) for row in rows}


async def limit_statements(connection: Connection, limit_ms: int) -> None:
    """Stop statements of this transaction that take longer."""
    await connection.execute(_QUERIES["limit"], str(limit_ms))
