"""One filter of a tree, from its document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from executor_service.records.criteria.operation import AnyText, Operation, PropertyName
from executor_service.records.criteria.problems import Problems, at, shown
from executor_service.records.criteria.registry import (
    FILTERS_NOT_HELD,
    OPERATIONS,
    OPERATIONS_NOT_HELD,
    spelled_upper,
)
from executor_service.records.criteria.tree import ConstantFilter, Filter, PropertyFilter


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel)


class _PropertyFilterDocument(_Document):
    filter_type: Literal["PROPERTY"]
    property: PropertyName
    operation: dict[str, Any]


class _ConstantFilterDocument(_Document):
    filter_type: Literal["CONSTANT"]
    should_accept: bool
    source: AnyText | None = None


def parse_filter(data: object, path: str, below_root: str, problems: Problems) -> Filter | None:
    """Read the filter at `path`; note what is wrong with it, and answer `None` if anything is."""
    kind = named_type(data, "filterType", path, problems)
    try:
        if kind == "PROPERTY":
            return _property_filter(_PropertyFilterDocument.model_validate(data), path, below_root, problems)
        if kind == "CONSTANT":
            return ConstantFilter(_ConstantFilterDocument.model_validate(data).should_accept)
    except ValidationError as error:
        problems.add_all(error, path)
        return None
    if kind is not None:
        refuse_type(kind, FILTERS_NOT_HELD, at(path, "filterType"), problems)
    return None


def filter_document(data: dict[str, Any]) -> dict[str, Any]:
    """Return the document of a filter that was read, its operation's name in upper case."""
    operation = data.get("operation")
    if operation is None:
        return dict(data)
    return data | {"operation": operation | {"operationType": spelled_upper(operation["operationType"])}}


def named_type(data: object, key: str, path: str, problems: Problems) -> str | None:
    """Return the name under `key` that says what an object is; note a problem if there is none."""
    if not isinstance(data, dict):
        problems.add("WRONG_TYPE", path, f"expected an object, got {shown(data)}")
    elif key not in data:
        problems.add("INCOMPLETE", at(path, key), "Field required")
    elif not isinstance(data[key], str):
        problems.add("WRONG_TYPE", at(path, key), f"expected a text, got {shown(data[key])}")
    else:
        return str(data[key])
    return None


def refuse_type(name: str, not_held: frozenset[str], path: str, problems: Problems) -> None:
    """Note that something is of a type that is not held here, or of none at all."""
    if name in not_held:
        problems.add("UNSUPPORTED", path, f"{name} asks for data that is not held here")
    else:
        problems.add("NOT_ALLOWED", path, f"{shown(name)} is no type known here")


def _property_filter(
    document: _PropertyFilterDocument, path: str, below_root: str, problems: Problems
) -> PropertyFilter | None:
    operation = _operation(document.operation, at(path, "operation"), problems)
    return None if operation is None else PropertyFilter(below_root, document.property, operation)


def _operation(data: dict[str, Any], path: str, problems: Problems) -> Operation | None:
    kind = named_type(data, "operationType", path, problems)
    if kind is None:
        return None
    family = OPERATIONS.get(spelled_upper(kind))
    if family is None:
        refuse_type(spelled_upper(kind), OPERATIONS_NOT_HELD, at(path, "operationType"), problems)
        return None
    operator = data.get("operator")
    if isinstance(operator, str) and operator in family.not_held:
        problems.add("UNSUPPORTED", at(path, "operator"), f"{operator} is not held here")
        return None
    try:
        return family.model_validate({key: value for key, value in data.items() if key != "operationType"})
    except ValidationError as error:
        problems.add_all(error, path)
        return None
