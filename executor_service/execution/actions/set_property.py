"""`0-5`, set a property of the enrolled record: to one value for all of a claim, or to none.

It happens inside the database, in the transaction that moves the records on: exactly once. A record whose property has
the value already succeeds with `changed: 0` and gets no entry in its history (ACTIONS.md A35).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from executor_service.execution.actions.kind import Step, tell_missing
from executor_service.execution.domain.settlement import Outcome
from executor_service.records.domain.values import (
    PropertyDefinition,
    StoredValue,
    UnknownOptionError,
    ValueRefusedError,
    decimal_text,
    parse_decimal,
    parse_value,
)
from executor_service.records.ports import Definitions, Records, Source
from executor_service.workflows.domain.problems import Findings, Problem, below, wrong_type

_FIELDS: Final = ("property_name", "value", "association")
_STATIC_FIELDS: Final = ("type", "staticValue")
_STATIC: Final = "STATIC_VALUE"

# HubSpot's other values (facts/hubspot.md 3.2), which a refusal knows by name.
_OTHER_VALUES: Final = frozenset(
    {
        "OBJECT_PROPERTY",
        "FETCHED_OBJECT_PROPERTY",
        "FIELD_DATA",
        "ACTION_OUTPUT_OBJECT_PROPERTY",
        "ENROLLMENT_EVENT_PROPERTY",
        "ENROLLMENT_DATASET_COLUMN",
        "INCREMENT",
        "APPEND_OBJECT_PROPERTY",
        "STATIC_APPEND_VALUE",
        "TIMESTAMP",
        "RELATIVE_DATETIME",
        "SINGLE_OBJECT_COORDINATES",
        "LIST",
        "MAP",
        "ENROLLED_OBJECT",
    }
)
_TOKEN_MARKS: Final = ("{{", "{%")


@dataclass(frozen=True, slots=True)
class SetProperty:
    """Gives one static value to a property of the records; the empty text clears it."""

    type_id: str = "0-5"

    def problems(self, action: Mapping[str, Any], *, path: str) -> list[Problem]:
        """See ActionKind."""
        found = Findings()
        fields, place = _fields(action), below(path, "fields")
        _refuse_unknown(found, fields, _FIELDS, place)
        if not isinstance(fields.get("property_name", ""), str):
            wrong_type(found, below(place, "property_name"), "a text")
        _check_value(found, fields.get("value"), below(place, "value"))
        _check_association(found, fields.get("association"), below(place, "association"))
        return found.problems

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """See ActionKind."""
        found = Findings()
        fields, place = _fields(action), below(path, "fields")
        name, value = fields.get("property_name"), fields.get("value")
        text = _static_text(value)
        if not name:
            found.add("INCOMPLETE", below(place, "property_name"), "must name the property to set")
        if text is None:
            found.add("INCOMPLETE", below(place, "value.staticValue"), "must say what the property is set to")
        if name:
            _check_target(found, definitions.get(name), text, place)
        return found.problems

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """See ActionKind."""
        name = str(step.action.fields["property_name"])
        definition = (await records.definitions(step.object_type_id)).get(name)
        if definition is None:
            return await _fail(step, records, "REFERENCE_GONE", name)
        try:
            value = parse_value(definition, _static_text(step.action.fields["value"]) or "")
        except ValueRefusedError as error:
            return await _fail(step, records, error.code, name)
        return await _assign(step, records, definition, value)


async def _assign(
    step: Step, records: Records, definition: PropertyDefinition, value: StoredValue | None
) -> list[Outcome]:
    assigned = await records.assign(
        object_type_id=step.object_type_id,
        record_ids=step.record_ids,
        definition=definition,
        value=value,
        source=Source("AUTOMATION_PLATFORM", str(step.workflow_id)),
    )
    return [
        step.went_on("SUCCEEDED", assigned.changed, details=_details(definition.name, 1)),
        step.went_on("SUCCEEDED", assigned.unchanged, details=_details(definition.name, 0)),
        step.went_on("FAILED", assigned.duplicate, reason="DUPLICATE_VALUE", details=_details(definition.name, 0)),
        step.left("MISSING", assigned.missing, reason="RECORD_DELETED"),
    ]


async def _fail(step: Step, records: Records, reason: str, name: str) -> list[Outcome]:
    living, missing = await tell_missing(step, records=records)
    return [
        step.went_on("FAILED", living, reason=reason, details=_details(name, 0)),
        step.left("MISSING", missing, reason="RECORD_DELETED"),
    ]


def _details(name: str, changed: int) -> dict[str, Any]:
    return {"property": name, "targets": 1, "changed": changed}


def _fields(action: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = action.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _refuse_unknown(found: Findings, document: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    for name in document.keys() - set(known):
        found.add("UNKNOWN_FIELD", below(place, name), "is no field here")


def _check_value(found: Findings, value: Any, place: str) -> None:
    match value:
        case None:
            return
        case {"type": "STATIC_VALUE"}:
            _refuse_unknown(found, value, _STATIC_FIELDS, place)
            _check_static(found, value.get("staticValue"), below(place, "staticValue"))
        case {"type": str() as kind} if kind in _OTHER_VALUES:
            found.add("UNSUPPORTED", below(place, "type"), f"is not held here: {kind}", expected=_STATIC)
        case {"type": _}:
            found.add("NOT_ALLOWED", below(place, "type"), f"must be {_STATIC}", expected=_STATIC)
        case Mapping():
            found.add("INCOMPLETE", below(place, "type"), f"must be {_STATIC}", expected=_STATIC)
        case _:
            wrong_type(found, place, "an object")


def _check_static(found: Findings, static: Any, place: str) -> None:
    if static is not None and not isinstance(static, str | int | float):
        wrong_type(found, place, "a text")
    elif isinstance(static, str) and any(mark in static for mark in _TOKEN_MARKS):
        found.add("UNSUPPORTED", place, "holds tokens, which are not held here")


def _check_association(found: Findings, association: Any, place: str) -> None:
    if association is None or association == {}:
        return
    if isinstance(association, Mapping):
        found.add("UNSUPPORTED", place, "names associated records, which are not held here")
    else:
        wrong_type(found, place, "an object")


def _check_target(found: Findings, definition: PropertyDefinition | None, text: str | None, place: str) -> None:
    if definition is None:
        found.add("UNKNOWN_NAME", below(place, "property_name"), "must name a property of the workflow's object type")
        return
    if definition.read_only:
        found.add("READ_ONLY", below(place, "property_name"), f"must not be {definition.name}, which is read-only")
    try:
        parse_value(definition, text or "")
    except UnknownOptionError:
        # Only warned of: an option may be added while the workflow is on.
        return
    except ValueRefusedError as error:
        found.add("DOES_NOT_FIT", below(place, "value.staticValue"), f"does not fit {definition.name}: {error.reason}")


def _static_text(value: Any) -> str | None:
    """Return a static value as text, numbers and booleans as they are written; None when there is none."""
    static = value.get("staticValue") if isinstance(value, Mapping) else None
    match static:
        case None:
            return None
        case bool():
            return "true" if static else "false"
        case int() | float():
            return decimal_text(parse_decimal(repr(static)))
        case _:
            return str(static)
