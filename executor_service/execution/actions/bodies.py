"""JSON bodies (ACTIONS.md A22): any JSON, whose texts are templates and whose objects with a `type` may be values.

A text that is one token and nothing else becomes the typed value, without a value `null`; any other becomes its text.
The order of keys is kept. Values are put into JSON as JSON, so nothing in them can break out of where it stands.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from executor_service.execution.actions.fields import check_template
from executor_service.execution.actions.templates import (
    Scope,
    Value,
    parse_template,
    single_value,
    text_of,
)
from executor_service.execution.actions.value_objects import VALUE_TYPES
from executor_service.records.domain.values import decimal_text, render_value
from executor_service.records.ports import Definitions, Document
from executor_service.workflows.domain.problems import Findings, wrong_type

_DEEPEST: Final = 16
_HELD: Final = ("STATIC_VALUE", "OBJECT_PROPERTY", "TIMESTAMP", "LIST", "MAP")

Part = Callable[[Scope], Any]
"""A part of a body: what it comes to over a scope, as orjson writes it."""


def check_body(document: Any, place: str, found: Findings, level: int = 1) -> None:
    """Note what is wrong with a body."""
    if level > _DEEPEST:
        found.add("TOO_MANY", place, f"must have at most {_DEEPEST} levels")
        return
    match document:
        case str():
            check_template(document, place, found)
        case Mapping() if document.get("type") in VALUE_TYPES:
            _check_value(document, place, found, level)
        case Mapping():
            for name, each in document.items():
                check_body(each, f"{place}.{name[:60]}", found, level + 1)
        case list():
            for position, each in enumerate(document):
                check_body(each, f"{place}[{position}]", found, level + 1)
        case _:
            pass


def _check_value(value: Mapping[str, Any], place: str, found: Findings, level: int) -> None:
    kind = value["type"]
    if kind not in _HELD:
        found.add("UNSUPPORTED", f"{place}.type", f"is not held here: {kind}", expected=", ".join(_HELD))
    elif kind == "STATIC_VALUE" and value.get("staticValue") is not None:
        check_template(value["staticValue"], f"{place}.staticValue", found)
    elif kind == "OBJECT_PROPERTY" and not isinstance(value.get("propertyName"), str):
        wrong_type(found, f"{place}.propertyName", "a text")
    elif kind in {"LIST", "MAP"}:
        form = list if kind == "LIST" else Mapping
        if isinstance(value.get("values"), form):
            check_body(value["values"], f"{place}.values", found, level + 1)
        else:
            wrong_type(found, f"{place}.values", "a list" if kind == "LIST" else "an object")


def body_properties(document: Any) -> Iterator[str]:
    """Yield the properties of the enrolled record that a body asks for; it was found right."""
    match document:
        case str():
            yield from parse_template(document).property_names
        case {"type": "OBJECT_PROPERTY", "propertyName": str() as name}:
            yield name
        case Mapping():
            for each in document.values():
                yield from body_properties(each)
        case list():
            for each in document:
                yield from body_properties(each)
        case _:
            pass


def parse_body(document: Any) -> Part:
    """Return a body as it is rendered for each record; it was found right."""
    match document:
        case str():
            template = parse_template(document)
            return lambda scope: _json(single_value(template, scope))
        case {"type": "STATIC_VALUE"}:
            return parse_body(document.get("staticValue"))
        case {"type": "OBJECT_PROPERTY", "propertyName": str() as name}:
            return lambda scope: _json(scope.value(("enrolled_object", name)))
        case {"type": "TIMESTAMP"}:
            return lambda scope: _json(scope.now)
        case {"type": "LIST" | "MAP", "values": values}:
            return parse_body(values)
        case Mapping():
            parts = {name: parse_body(each) for name, each in document.items()}
            return lambda scope: {name: part(scope) for name, part in parts.items()}
        case list():
            listed = [parse_body(each) for each in document]
            return lambda scope: [part(scope) for part in listed]
        case _:
            return lambda _scope: document


def render_body(part: Part, scope: Scope) -> bytes:
    """Return a body's bytes: UTF-8, without spaces. Raises FormulaError, RenderedTooLongError."""
    return orjson.dumps(part(scope))


def default_body(record_id: int, document: Document, definitions: Definitions) -> bytes:
    """Return a record as the CRM's API gives it, with all properties that have a value."""
    properties = {
        name: render_value(definitions[name], stored) for name, stored in document.items() if name in definitions
    }
    body = {
        "id": str(record_id),
        "properties": properties,
        "createdAt": properties.get("createdate"),
        "updatedAt": properties.get("lastmodifieddate", properties.get("hs_lastmodifieddate")),
        "archived": False,
    }
    return orjson.dumps(body)


def _json(value: Value | None) -> Any:
    match value:
        case None | bool():
            return value
        case Decimal():
            return orjson.Fragment(decimal_text(value))
        case _:
            return text_of(value)
