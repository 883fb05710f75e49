"""What a property is: its type, the field it is filled in with, its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class PropertyType(StrEnum):
    """HubSpot's property types."""

    STRING = "string"
    NUMBER = "number"
    ENUMERATION = "enumeration"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    PHONE_NUMBER = "phone_number"


class FieldType(StrEnum):
    """HubSpot's field types; of an enumeration, only `CHECKBOX` holds more than one option."""

    TEXT = "text"
    TEXTAREA = "textarea"
    HTML = "html"
    FILE = "file"
    PHONENUMBER = "phonenumber"
    NUMBER = "number"
    CALCULATION_EQUATION = "calculation_equation"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    BOOLEANCHECKBOX = "booleancheckbox"
    DATE = "date"


FIELD_TYPES: Mapping[PropertyType, frozenset[FieldType]] = MappingProxyType(
    {
        PropertyType.STRING: frozenset(
            {FieldType.TEXT, FieldType.TEXTAREA, FieldType.HTML, FieldType.FILE, FieldType.PHONENUMBER}
        ),
        PropertyType.NUMBER: frozenset({FieldType.NUMBER, FieldType.CALCULATION_EQUATION}),
        PropertyType.ENUMERATION: frozenset({FieldType.SELECT, FieldType.RADIO, FieldType.CHECKBOX}),
        PropertyType.BOOL: frozenset({FieldType.BOOLEANCHECKBOX}),
        PropertyType.DATE: frozenset({FieldType.DATE}),
        PropertyType.DATETIME: frozenset({FieldType.DATE}),
        PropertyType.PHONE_NUMBER: frozenset({FieldType.PHONENUMBER}),
    }
)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of an enumeration; `value` is what is stored and compared, `label` what people read."""

    value: str
    label: str
    display_order: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    """A property of one object type.

    `unique` and `searchable` properties are found by value through the record's keys; a `read_only` one is written by
    the product alone.
    """

    name: str
    label: str
    type: PropertyType
    field_type: FieldType
    options: tuple[Option, ...] = ()
    unique: bool = False
    searchable: bool = False
    read_only: bool = False
    group: str = ""

    @property
    def holds_several(self) -> bool:
        """Whether a value is a set of options, written `a;b` on the wire."""
        return self.type is PropertyType.ENUMERATION and self.field_type is FieldType.CHECKBOX

    def has_option(self, value: str) -> bool:
        """Tell whether an option has this internal value, case included."""
        return any(option.value == value for option in self.options)
