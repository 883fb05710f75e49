"""`0-5`, set a property of the enrolled record: to a value, a copy, now, a number more or less, or to none.

It happens inside the database, in the transaction that moves the records on: exactly once. Where all records get the
same, that is two statements for all of a claim; where each gets its own (a copy, a template), their values are locked
and read first, and written at once as well. A record whose property has the value already succeeds with `changed: 0`
and gets no entry in its history (ACTIONS.md A35).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from executor_service.execution.actions.conversion import convert
from executor_service.execution.actions.fields import check_names, fields_of, require
from executor_service.execution.actions.kind import Kind, Step, tell_missing
from executor_service.execution.actions.scopes import lock_scopes
from executor_service.execution.actions.templates import (
    FormulaError,
    RenderedTooLongError,
    Scope,
    Template,
    Value,
    parse_template,
    render,
)
from executor_service.execution.actions.value_objects import (
    COPY,
    FORMS,
    STATIC,
    check_value,
    static_text,
)
from executor_service.execution.domain.settlement import Outcome
from executor_service.records.domain.values import (
    PropertyDefinition,
    PropertyType,
    StoredValue,
    UnknownOptionError,
    ValueRefusedError,
    parse_decimal,
    parse_value,
)
from executor_service.records.ports import Assigned, Definitions, Records
from executor_service.workflows.domain import checks
from executor_service.workflows.domain.problems import Findings, Problem, below, wrong_type

_FIELDS = ("property_name", "value", "association")


@dataclass(frozen=True, slots=True)
class SetProperty:
    """Writes one property of the records."""

    type_id: str = "0-5"
    kind: Kind = Kind.INSIDE
    payload: str | None = None

    def problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:  # noqa: ARG002 # properties are asked for at turn-on
        """See ActionKind."""
        found = Findings()
        fields, place = fields_of(action), below(path, "fields")
        checks.unknown_fields(fields, _FIELDS, place, found)
        if not isinstance(fields.get("property_name", ""), str):
            wrong_type(found, below(place, "property_name"), "a text")
        if fields.get("value") is not None:
            check_value(fields["value"], below(place, "value"), found)
        _check_association(fields.get("association"), below(place, "association"), found)
        return found.problems

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """See ActionKind."""
        found = Findings()
        fields, place = fields_of(action), below(path, "fields")
        require(fields, {"property_name": "must name the property to set"}, place, found)
        value = fields.get("value") or {"type": STATIC}
        needed = FORMS[value["type"]].field
        if value.get(needed) is None:
            found.add("INCOMPLETE", below(place, f"value.{needed}"), "must say what the property is set to")
        if fields.get("property_name"):
            _check_target(definitions.get(fields["property_name"]), place, found)
            _check_fit(definitions.get(fields["property_name"]), value, definitions, below(place, "value"), found)
        return found.problems

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """See ActionKind."""
        name, value = str(step.action.fields["property_name"]), step.action.fields["value"]
        definitions = await records.definitions(step.object_type_id)
        target = definitions.get(name)
        if target is None or (value["type"] == COPY and value["propertyName"] not in definitions):
            return await _fail_all(step, "REFERENCE_GONE", name, records=records)
        match value:
            case {"type": "INCREMENT", "incrementAmount": amount}:
                return await _increase(step, target, parse_decimal(static_text(amount) or "0"), records=records)
            case {"type": "OBJECT_PROPERTY", "propertyName": source}:
                return await _set_each(step, definitions, target, _Copied(source), records=records)
            case {"type": "TIMESTAMP"}:
                return await _set_all(step, target, step.now, records=records)
            case _:
                return await _set_static(step, definitions, target, value.get("staticValue"), records=records)


async def _set_static(
    step: Step, definitions: Definitions, target: PropertyDefinition, static: Any, *, records: Records
) -> list[Outcome]:
    text = static_text(static) or ""
    template = parse_template(text)
    if template.tokens:
        return await _set_each(step, definitions, target, _Rendered(template), records=records)
    return await _set_all(step, target, text, records=records)


async def _set_all(step: Step, target: PropertyDefinition, value: Value, *, records: Records) -> list[Outcome]:
    """Set all records to one value; the empty text is none."""
    try:
        stored = convert(value, target, step.revision.time_zone_id)
    except ValueRefusedError as error:
        return await _fail_all(step, error.code, target.name, records=records)
    assigned = await records.assign(
        object_type_id=step.object_type_id,
        record_ids=step.record_ids,
        definition=target,
        value=stored,
        source=step.source,
    )
    return _outcomes(step, target.name, assigned)


async def _increase(step: Step, target: PropertyDefinition, amount: Decimal, *, records: Records) -> list[Outcome]:
    if target.type is not PropertyType.NUMBER:
        return await _fail_all(step, "INVALID_VALUE", target.name, records=records)
    assigned = await records.increase(
        object_type_id=step.object_type_id,
        record_ids=step.record_ids,
        definition=target,
        amount=amount,
        source=step.source,
    )
    return _outcomes(step, target.name, assigned)


@dataclass(frozen=True, slots=True)
class _Copied:
    """The value of another property of the record."""

    name: str

    @property
    def asks(self) -> list[str]:
        """The properties that must be read."""
        return [self.name]

    def value(self, scope: Scope) -> Value | None:
        """Return the record's own value."""
        return scope.value(("enrolled_object", self.name))


@dataclass(frozen=True, slots=True)
class _Rendered:
    """The text that a template comes to."""

    template: Template

    @property
    def asks(self) -> list[str]:
        """The properties that must be read."""
        return sorted(self.template.property_names)

    def value(self, scope: Scope) -> Value | None:
        """Return the record's own text; the empty one is none."""
        return render(self.template, scope) or None


@dataclass(slots=True)
class _Told:
    """What each record is to be set to, and the records that keep what they have, by reason."""

    target: PropertyDefinition
    values: dict[int, StoredValue | None] = field(default_factory=dict)
    failed: dict[str, list[int]] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=list)

    def tell(self, record_id: int, own: _Copied | _Rendered, scope: Scope) -> None:
        """Find what one record is to be set to."""
        try:
            value = own.value(scope)
            if value is None:
                self.skipped.append(record_id)
            else:
                self.values[record_id] = convert(value, self.target, scope.zone)
        except FormulaError:
            self.failed.setdefault("FORMULA_ERROR", []).append(record_id)
        except RenderedTooLongError:
            self.failed.setdefault("TOO_LONG", []).append(record_id)
        except ValueRefusedError as error:
            self.failed.setdefault(error.code, []).append(record_id)


async def _set_each(
    step: Step, definitions: Definitions, target: PropertyDefinition, own: _Copied | _Rendered, *, records: Records
) -> list[Outcome]:
    scopes = await lock_scopes(step, own.asks, definitions, records=records)
    told = _Told(target)
    for record_id, scope in scopes.items():
        told.tell(record_id, own, scope)
    assigned = await records.assign_each(
        object_type_id=step.object_type_id, values=told.values, definition=target, source=step.source
    )
    unset = _details(target.name, 0)
    return [
        *_outcomes(step, target.name, assigned),
        *(step.went_on("FAILED", ids, reason=reason, details=unset) for reason, ids in sorted(told.failed.items())),
        step.went_on("SKIPPED", told.skipped, reason="NO_VALUE", details=unset),
        step.missing(sorted(set(step.record_ids).difference(scopes))),
    ]


def _outcomes(step: Step, name: str, assigned: Assigned) -> list[Outcome]:
    return [
        step.went_on("SUCCEEDED", assigned.changed, details=_details(name, 1)),
        step.went_on("SUCCEEDED", assigned.unchanged, details=_details(name, 0)),
        step.went_on("FAILED", assigned.duplicate, reason="DUPLICATE_VALUE", details=_details(name, 0)),
        step.missing(assigned.missing),
    ]


async def _fail_all(step: Step, reason: str, name: str, *, records: Records) -> list[Outcome]:
    living, missing = await tell_missing(step, records=records)
    return [step.went_on("FAILED", living, reason=reason, details=_details(name, 0)), step.missing(missing)]


def _details(name: str, changed: int) -> dict[str, Any]:
    return {"property": name, "targets": 1, "changed": changed}


def _check_association(association: Any, place: str, found: Findings) -> None:
    if association is None or association == {}:
        return
    if isinstance(association, Mapping):
        found.add("UNSUPPORTED", place, "names associated records, which are not held here")
    else:
        wrong_type(found, place, "an object")


def _check_target(target: PropertyDefinition | None, place: str, found: Findings) -> None:
    if target is None:
        found.add("UNKNOWN_NAME", below(place, "property_name"), "must name a property of the workflow's object type")
    elif target.read_only:
        found.add("READ_ONLY", below(place, "property_name"), f"must not be {target.name}, which is read-only")


def _check_fit(
    target: PropertyDefinition | None,
    value: Mapping[str, Any],
    definitions: Definitions,
    place: str,
    found: Findings,
) -> None:
    """Note what of a value does not exist, or can never be a value of its target."""
    match value:
        case {"type": "STATIC_VALUE"}:
            template = parse_template(static_text(value.get("staticValue")) or "")
            check_names(template.property_names, definitions, below(place, "staticValue"), found)
            if target is not None and not template.tokens:
                _check_static(target, "".join(map(str, template.parts)), below(place, "staticValue"), found)
        case {"type": "OBJECT_PROPERTY", "propertyName": str() as name}:
            check_names({name}, definitions, below(place, "propertyName"), found)
        case {"type": "INCREMENT"} if target is not None and target.type is not PropertyType.NUMBER:
            found.add("DOES_NOT_FIT", below(place, "type"), f"does not fit {target.name}, which is no number")
        case {"type": "TIMESTAMP"} if target is not None and target.type not in _HOLDING_INSTANTS:
            found.add("DOES_NOT_FIT", below(place, "type"), f"does not fit {target.name}, which holds no instant")
        case _:
            pass


_HOLDING_INSTANTS = frozenset(
    {PropertyType.DATE, PropertyType.DATETIME, PropertyType.STRING, PropertyType.PHONE_NUMBER}
)


def _check_static(target: PropertyDefinition, text: str, place: str, found: Findings) -> None:
    try:
        parse_value(target, text)
    except UnknownOptionError:
        # Only warned of: an option may be added while the workflow is on.
        return
    except ValueRefusedError as error:
        found.add("DOES_NOT_FIT", place, f"does not fit {target.name}: {error.reason}")
