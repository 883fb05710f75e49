"""Values of one type as values of another property."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from executor_service.execution.actions.conversion import convert
from executor_service.records.domain.values import (
    FieldType,
    InvalidValueError,
    Option,
    PropertyDefinition,
    PropertyType,
    UnknownOptionError,
)

OPTIONS = (Option("a", "A"), Option("b", "B"))
LATE = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


def target(kind: PropertyType, form: FieldType = FieldType.TEXT) -> PropertyDefinition:
    return PropertyDefinition("p", "P", kind, form, OPTIONS if kind is PropertyType.ENUMERATION else ())


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (Decimal("1.50"), PropertyType.STRING, "1.5"),
        (LATE, PropertyType.STRING, "2026-11-27T23:30:00Z"),
        (("a", "b"), PropertyType.STRING, "a;b"),
        (True, PropertyType.PHONE_NUMBER, "true"),
        ("1.50", PropertyType.NUMBER, Decimal("1.5")),
        ("TRUE", PropertyType.BOOL, True),
        (LATE, PropertyType.DATE, "2026-11-28"),
        ("1764201600000", PropertyType.DATE, "2025-11-27"),
        (date(2026, 11, 27), PropertyType.DATETIME, "2026-11-27T00:00:00.000Z"),
        ("2026-11-27T08:00:00+01:00", PropertyType.DATETIME, "2026-11-27T07:00:00.000Z"),
        ("a", PropertyType.ENUMERATION, "a"),
        (("b",), PropertyType.ENUMERATION, "b"),
    ],
)
def test_what_fits_is_converted(value: Any, kind: PropertyType, expected: Any) -> None:
    assert convert(value, target(kind), "Europe/Berlin") == expected


def test_several_options_go_into_a_checkbox() -> None:
    assert convert(("b", "a"), target(PropertyType.ENUMERATION, FieldType.CHECKBOX), "UTC") == ("a", "b")
    assert convert("b;a", target(PropertyType.ENUMERATION, FieldType.CHECKBOX), "UTC") == ("a", "b")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("old", PropertyType.NUMBER),
        (True, PropertyType.NUMBER),
        (LATE, PropertyType.NUMBER),
        (Decimal(1), PropertyType.BOOL),
        (Decimal(1), PropertyType.DATE),
        (Decimal(1), PropertyType.DATETIME),
        (Decimal(1), PropertyType.ENUMERATION),
        (("a", "b"), PropertyType.ENUMERATION),
    ],
)
def test_everything_else_is_invalid(value: Any, kind: PropertyType) -> None:
    with pytest.raises(InvalidValueError):
        convert(value, target(kind), "UTC")


def test_an_option_that_does_not_exist_is_named_as_such() -> None:
    with pytest.raises(UnknownOptionError):
        convert("c", target(PropertyType.ENUMERATION), "UTC")
