"""From a typed value to one of another property's type (ACTIONS.md A34)."""

from datetime import UTC, date, datetime
from decimal import Decimal

from executor_service.execution.actions.templates import Value, text_of
from executor_service.execution.actions.times import wall_of
from executor_service.records.domain.values import (
    InvalidValueError,
    PropertyDefinition,
    PropertyType,
    StoredValue,
    parse_value,
)


def convert(value: Value, target: PropertyDefinition, zone: str) -> StoredValue | None:
    """Return what a property stores for a value; raises ValueRefusedError for one that does not fit.

    `zone`: in which an instant has its day.
    """
    if not _fits(value, target):
        raise InvalidValueError(f"{target.name} takes no value of this kind")
    if isinstance(value, date) and target.type in {PropertyType.DATE, PropertyType.DATETIME}:
        return parse_value(target, text_of(_as_time(value, target, zone)))
    return parse_value(target, text_of(value))


def _fits(value: Value, target: PropertyDefinition) -> bool:
    match target.type:
        case PropertyType.STRING | PropertyType.PHONE_NUMBER:
            return True
        case PropertyType.NUMBER:
            return isinstance(value, str | Decimal)
        case PropertyType.BOOL:
            return isinstance(value, str | bool)
        case PropertyType.ENUMERATION:
            return isinstance(value, str) or (isinstance(value, tuple) and (target.holds_several or len(value) == 1))
        case PropertyType.DATE | PropertyType.DATETIME:
            return isinstance(value, str | date)


def _as_time(value: date | datetime, target: PropertyDefinition, zone: str) -> date | datetime:
    if isinstance(value, datetime):
        return wall_of(value, zone).date() if target.type is PropertyType.DATE else value
    return value if target.type is PropertyType.DATE else datetime(value.year, value.month, value.day, tzinfo=UTC)
