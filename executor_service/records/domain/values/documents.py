"""A record's `properties` as JSON text, exact in both directions.

The documents are read and written as text, never through floats: a number is a `Decimal` in memory and the same
digits in the database.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

import orjson

from executor_service.records.domain.values.stored import StoredValue, decimal_text


def _stored(value: object) -> StoredValue | None:
    match value:
        case str() | bool() | Decimal():
            return value
        case list():
            members = tuple(member for member in value if isinstance(member, str))
            return members if len(members) == len(value) else None
        case _:
            return None


def load_document(text: str) -> dict[str, StoredValue]:
    """Read a document of values; what is none of the stored kinds (null, an object, a mixed array) is left out."""
    document = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return {name: stored for name, value in document.items() if (stored := _stored(value)) is not None}


def _written(value: StoredValue) -> object:
    return orjson.Fragment(decimal_text(value)) if isinstance(value, Decimal) else value


def dump_document(document: Mapping[str, StoredValue]) -> str:
    """Write a document of values as JSON text; numbers keep every digit."""
    return orjson.dumps({name: _written(value) for name, value in document.items()}).decode()
