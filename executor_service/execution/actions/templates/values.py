"""Typed values as filters and fields see them, and how one is written in text."""

from datetime import UTC, date, datetime
from decimal import Decimal

from executor_service.records.domain.values import PropertyDefinition, PropertyType, StoredValue, decimal_text

Value = str | Decimal | bool | date | datetime | tuple[str, ...]
"""A text, number, boolean, day, instant (aware) or set; no value is `None`."""


class FormulaError(ValueError):
    """A filter that cannot take its value, such as a division by zero."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def typed(definition: PropertyDefinition, stored: StoredValue | None) -> Value | None:
    """Return a stored value with its type; one that is not of the property's type counts as none."""
    match definition.type, stored:
        case PropertyType.DATE, str():
            return _day(stored)
        case PropertyType.DATETIME, str():
            return _instant(stored)
        case PropertyType.NUMBER, Decimal():
            return stored
        case PropertyType.BOOL, bool():
            return stored
        case ((PropertyType.STRING | PropertyType.PHONE_NUMBER | PropertyType.ENUMERATION), str()):
            return stored
        case PropertyType.ENUMERATION, tuple():
            return stored
        case _:
            return None


def text_of(value: Value) -> str:
    """Return a value as text: shortest decimals, days as `2026-12-24`, instants as RFC 3339 in UTC, sets as `a;b`."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return decimal_text(value)
        case datetime():
            written = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
            return written.removesuffix(".000") + "Z"
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(value)
        case str():
            return value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
