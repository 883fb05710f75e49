"""The value objects of fields (ACTIONS.md A17): which there are, which are held, and what is wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from executor_service.execution.actions.fields import check_template
from executor_service.records.domain.values import NotADecimalError, decimal_text, parse_decimal
from executor_service.workflows.domain import checks
from executor_service.workflows.domain.problems import Findings, below, wrong_type


@dataclass(frozen=True, slots=True)
class ValueForm:
    """A type of value: the field that it needs beside its type, and how that is checked."""

    field: str
    check: checks.Check


def static_text(static: Any) -> str | None:
    """Return a static value as text, numbers and booleans as they are written; None when there is none."""
    match static:
        case None:
            return None
        case bool():
            return "true" if static else "false"
        case int() | float():
            return decimal_text(parse_decimal(repr(static)))
        case _:
            return str(static)


def _check_template(value: Any, place: str, found: Findings) -> None:
    check_template(value, place, found)


def _check_amount(value: Any, place: str, found: Findings) -> None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        wrong_type(found, place, "a number, also as text")
        return
    try:
        parse_decimal(static_text(value) or "")
    except NotADecimalError as error:
        found.add("NOT_ALLOWED", place, f"must be a number: {error}")


STATIC: Final = "STATIC_VALUE"
COPY: Final = "OBJECT_PROPERTY"
INCREMENT: Final = "INCREMENT"
TIMESTAMP: Final = "TIMESTAMP"

FORMS: Final[Mapping[str, ValueForm]] = MappingProxyType(
    {
        STATIC: ValueForm("staticValue", _check_template),
        COPY: ValueForm("propertyName", checks.text(250)),
        INCREMENT: ValueForm("incrementAmount", _check_amount),
        TIMESTAMP: ValueForm("timestampType", checks.one_of("EXECUTION_TIME")),
    }
)
"""Those that a property may be set to."""

VALUE_TYPES: Final = frozenset(FORMS) | {
    "FETCHED_OBJECT_PROPERTY",
    "FIELD_DATA",
    "ACTION_OUTPUT_OBJECT_PROPERTY",
    "ENROLLMENT_EVENT_PROPERTY",
    "ENROLLMENT_DATASET_COLUMN",
    "APPEND_OBJECT_PROPERTY",
    "STATIC_APPEND_VALUE",
    "RELATIVE_DATETIME",
    "SINGLE_OBJECT_COORDINATES",
    "LIST",
    "MAP",
    "ENROLLED_OBJECT",
}
"""HubSpot's, held or not (facts/hubspot.md 3.2): a refusal knows them by name."""


def check_value(value: Any, place: str, found: Findings) -> None:
    """Note what is wrong with what a property is set to; what is missing is not, but for the type."""
    allowed = ", ".join(FORMS)
    match value:
        case {"type": str() as kind} if kind in FORMS:
            form = FORMS[kind]
            checks.unknown_fields(value, ("type", form.field), place, found)
            if value.get(form.field) is not None:
                form.check(value[form.field], below(place, form.field), found)
        case {"type": str() as kind} if kind in VALUE_TYPES:
            found.add("UNSUPPORTED", below(place, "type"), f"is not held here: {kind}", expected=allowed)
        case {"type": _}:
            found.add("NOT_ALLOWED", below(place, "type"), f"must be one of {allowed}", expected=allowed)
        case Mapping():
            found.add("INCOMPLETE", below(place, "type"), f"must be one of {allowed}", expected=allowed)
        case _:
            wrong_type(found, place, "an object")
