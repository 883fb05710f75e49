"""Property values: their definitions, and the ways between the text on the wire and what is stored.

A stored value is a text, an exact decimal, a boolean or a set of texts. A date is the text `YYYY-MM-DD`, a datetime
the text `YYYY-MM-DDTHH:MM:SS.mmmZ`, always of that width and in UTC, so that texts compare as instants do. A property
without a value is not in the record's document at all.
"""

from executor_service.records.domain.values.definitions import (
    FIELD_TYPES,
    FieldType,
    Option,
    PropertyDefinition,
    PropertyType,
)
from executor_service.records.domain.values.documents import dump_document, load_document
from executor_service.records.domain.values.parsing import (
    MAX_TEXT_CHARACTERS,
    InvalidValueError,
    NotADecimalError,
    TooLongError,
    UnknownOptionError,
    ValueRefusedError,
    is_storable_text,
    parse_decimal,
    parse_instant,
    parse_value,
)
from executor_service.records.domain.values.stored import StoredValue, decimal_text, render_value, same_value

__all__ = [
    "FIELD_TYPES",
    "MAX_TEXT_CHARACTERS",
    "FieldType",
    "InvalidValueError",
    "NotADecimalError",
    "Option",
    "PropertyDefinition",
    "PropertyType",
    "StoredValue",
    "TooLongError",
    "UnknownOptionError",
    "ValueRefusedError",
    "decimal_text",
    "dump_document",
    "is_storable_text",
    "load_document",
    "parse_decimal",
    "parse_instant",
    "parse_value",
    "render_value",
    "same_value",
]
