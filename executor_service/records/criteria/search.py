"""A search as a tree of criteria: groups of filters, any group of which must be met, and words to be found.

HubSpot's operators become the operations that mean the same. A value is read as one of the property's type; dates and
instants are taken in either form, and compared as instants in UTC.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from executor_service.records.criteria.all_property import AllPropertyOperation
from executor_service.records.criteria.enumeration import EnumerationOperation
from executor_service.records.criteria.number import NumberOperation, NumberRangedOperation
from executor_service.records.criteria.one_of import OneOfOperation
from executor_service.records.criteria.operation import Operation
from executor_service.records.criteria.problems import CriteriaError, Problem, Problems, at, shown
from executor_service.records.criteria.text import MultiStringOperation
from executor_service.records.criteria.time_point import TimePointOperation, TimeRangedOperation
from executor_service.records.criteria.token import TokenOperation
from executor_service.records.criteria.tree import MAX_FILTERS, Branch, BranchType, Filter, PropertyFilter, Tree
from executor_service.records.domain.days import FIRST_YEAR, LAST_YEAR
from executor_service.records.domain.values import (
    PropertyDefinition,
    PropertyType,
    ValueRefusedError,
    parse_instant,
    parse_value,
)

MAX_WORDS: Final = 20
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UTC: Final = "UTC"
_SEVERAL: Final = frozenset({"IN", "NOT_IN"})
_NEGATED: Final = frozenset({"NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN"})
_NUMBERS: Final = {
    "LT": "IS_LESS_THAN",
    "LTE": "IS_LESS_THAN_OR_EQUAL_TO",
    "GT": "IS_GREATER_THAN",
    "GTE": "IS_GREATER_THAN_OR_EQUAL_TO",
}
_TIMES: Final = {
    "LT": ("IS_BEFORE", "EXCLUSIVE"),
    "LTE": ("IS_BEFORE", "INCLUSIVE"),
    "GT": ("IS_AFTER", "EXCLUSIVE"),
    "GTE": ("IS_AFTER", "INCLUSIVE"),
}


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """One filter as it was sent; the values as texts."""

    property: str
    operator: str
    value: str | None = None
    high_value: str | None = None
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter on a property that there is."""

    filter: SearchFilter
    definition: PropertyDefinition
    texts: tuple[str, ...]

    @property
    def operator(self) -> str:
        return self.filter.operator

    @property
    def is_negated(self) -> bool:
        return self.operator in _NEGATED


class _MisfitError(Exception):
    """A filter that cannot be meant."""

    def __init__(self, code: str, field: str, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(code, field, reason)


def search_tree(
    groups: Sequence[Sequence[SearchFilter]],
    query: str,
    definitions: Mapping[str, PropertyDefinition],
    *,
    searched: Sequence[str],
) -> Tree:
    """Return the tree of a search: any group met, and each word of the query in one of the `searched` properties.

    Without groups every record meets them. Raise `CriteriaError` with every mistake.
    """
    problems = Problems()
    if sum(len(group) for group in groups) > MAX_FILTERS:
        problems.add("TOO_MANY", "filterGroups", f"a search has at most {MAX_FILTERS} filters")
    words = tuple(_words(query, definitions, searched, problems))
    below = (
        [] if problems else [_group(index, group, words, definitions, problems) for index, group in enumerate(groups)]
    )
    if problems:
        raise CriteriaError(problems)
    return Tree(Branch(BranchType.OR, tuple(below) or (Branch(BranchType.AND, words),)), {})


def _words(
    query: str, definitions: Mapping[str, PropertyDefinition], searched: Sequence[str], problems: Problems
) -> Iterator[Branch]:
    words = list(dict.fromkeys(query.split()))
    if len(words) > MAX_WORDS:
        problems.add("TOO_MANY", "query", f"a query has at most {MAX_WORDS} words")
        return
    for word in words:
        contains = MultiStringOperation(operator="CONTAINS", values=(word,))
        asked = (PropertyFilter("query", name, contains) for name in searched if name in definitions)
        yield Branch(BranchType.OR, tuple(asked))


def _group(
    index: int,
    group: Sequence[SearchFilter],
    words: tuple[Branch, ...],
    definitions: Mapping[str, PropertyDefinition],
    problems: Problems,
) -> Branch:
    asked: list[Filter] = []
    for place, one in enumerate(group):
        path = at("filterGroups", index, "filters", place)
        try:
            asked.append(PropertyFilter(path, one.property, _operation(one, definitions)))
        except _MisfitError as error:
            problems.add(error.problem.code, at(path, error.problem.field), error.problem.reason)
        except ValidationError as error:
            problems.add_all(error, path)
    return Branch(BranchType.AND, (*asked, *words))


def _operation(one: SearchFilter, definitions: Mapping[str, PropertyDefinition]) -> Operation:
    definition = definitions.get(one.property)
    if definition is None:
        raise _MisfitError("UNKNOWN_NAME", "propertyName", f"there is no property {shown(one.property)}")
    if one.operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return AllPropertyOperation(operator="IS_KNOWN" if one.operator == "HAS_PROPERTY" else "IS_UNKNOWN")
    asked = _Asked(one, definition, _texts(one))
    match definition.type:
        case PropertyType.STRING | PropertyType.PHONE_NUMBER:
            return _text(asked)
        case PropertyType.NUMBER:
            return _number(asked)
        case PropertyType.BOOL | PropertyType.ENUMERATION:
            return _members(asked)
        case PropertyType.DATE | PropertyType.DATETIME:
            return _time(asked)


def _texts(one: SearchFilter) -> tuple[str, ...]:
    """Return the values of a filter, which must be where its operator looks for them."""
    if one.operator in _SEVERAL:
        if not one.values:
            raise _MisfitError("INCOMPLETE", "values", f"{one.operator} needs values")
        return one.values
    if not one.value:
        raise _MisfitError("INCOMPLETE", "value", f"{one.operator} needs a value")
    if one.operator != "BETWEEN":
        return (one.value,)
    if not one.high_value:
        raise _MisfitError("INCOMPLETE", "highValue", "BETWEEN needs a value and a highValue")
    return one.value, one.high_value


def _misfit(asked: _Asked) -> _MisfitError:
    reason = f"{asked.operator} does not fit {asked.definition.name}, which is of type {asked.definition.type}"
    return _MisfitError("DOES_NOT_FIT", "operator", reason)


def _text(asked: _Asked) -> Operation:
    match asked.operator:
        case "EQ" | "NEQ" | "IN" | "NOT_IN":
            return MultiStringOperation(
                operator="IS_NOT_EQUAL_TO" if asked.is_negated else "IS_EQUAL_TO", values=asked.texts
            )
        case "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN":
            return TokenOperation(operator=asked.operator, value=asked.texts[0])
        case _:
            raise _misfit(asked)


def _members(asked: _Asked) -> Operation:
    separator = ";" if asked.definition.holds_several else None
    members = asked.texts if separator is None else tuple(asked.texts[0].split(separator))
    match asked.operator:
        case "EQ" | "NEQ":
            return EnumerationOperation(operator="IS_NOT_EXACTLY" if asked.is_negated else "IS_EXACTLY", values=members)
        case "IN" | "NOT_IN":
            return EnumerationOperation(operator="IS_NONE_OF" if asked.is_negated else "IS_ANY_OF", values=asked.texts)
        case "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN":
            return EnumerationOperation(
                operator="DOES_NOT_CONTAIN_ALL" if asked.is_negated else "CONTAINS_ALL", values=members
            )
        case _:
            raise _misfit(asked)


def _number(asked: _Asked) -> Operation:
    match asked.operator:
        case "EQ" | "NEQ" | "IN" | "NOT_IN":
            return OneOfOperation(operator="NOT_IN" if asked.is_negated else "IN", values=_stored(asked))
        case "LT" | "LTE" | "GT" | "GTE":
            return NumberOperation.model_validate({"operator": _NUMBERS[asked.operator], "value": _stored(asked)[0]})
        case "BETWEEN":
            lower, upper = _stored(asked)
            operation = {"operator": "IS_BETWEEN", "lowerBound": lower, "upperBound": upper}
            return _checked(NumberRangedOperation.model_validate(operation), asked)
        case _:
            raise _misfit(asked)


def _time(asked: _Asked) -> Operation:
    match asked.operator:
        case "EQ" | "NEQ" | "IN" | "NOT_IN":
            return OneOfOperation(operator="NOT_IN" if asked.is_negated else "IN", values=_stored(asked))
        case "LT" | "LTE" | "GT" | "GTE":
            operator, endpoint = _TIMES[asked.operator]
            point = _point(asked, 0)
            return TimePointOperation.model_validate(
                {"operator": operator, "timePoint": point, "endpointBehavior": endpoint}
            )
        case "BETWEEN":
            bounds = {"lowerBoundTimePoint": _point(asked, 0), "upperBoundTimePoint": _point(asked, 1)}
            return _checked(TimeRangedOperation.model_validate({"operator": "IS_BETWEEN", **bounds}), asked)
        case _:
            raise _misfit(asked)


def _checked(operation: Operation, asked: _Asked) -> Operation:
    for problem in operation.check(asked.definition):
        raise _MisfitError(problem.code, "highValue", problem.reason)
    return operation


def _stored(asked: _Asked) -> tuple[Any, ...]:
    """Return the values as they are stored."""
    return tuple(_parsed(asked, index) for index in range(len(asked.texts)))


def _parsed(asked: _Asked, index: int) -> Any:
    try:
        return parse_value(asked.definition, _spelled(asked, asked.texts[index]))
    except ValueRefusedError as error:
        field = at("values", index) if asked.operator in _SEVERAL else ("value", "highValue")[index]
        raise _MisfitError(error.code, field, error.reason) from error


def _spelled(asked: _Asked, text: str) -> str:
    """Return a value in the form of its property's type: a day for an instant is its first one in UTC, and back."""
    if asked.definition.type is PropertyType.DATETIME and _DAY.fullmatch(text):
        return f"{text}T00:00:00Z"
    if asked.definition.type is PropertyType.DATE and not _DAY.fullmatch(text):
        return parse_instant(text)[: len("YYYY-MM-DD")]
    return text


def _point(asked: _Asked, index: int) -> dict[str, Any]:
    day = datetime.fromisoformat(_parsed(asked, index))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        reason = f"a point in time lies between the years {FIRST_YEAR} and {LAST_YEAR}"
        raise _MisfitError("OUT_OF_BOUNDS", ("value", "highValue")[index], reason)
    point = {"timeType": "DATE", "year": day.year, "month": day.month, "day": day.day, "zoneId": _UTC}
    if asked.definition.type is PropertyType.DATE:
        return point
    clock = {"hour": day.hour, "minute": day.minute, "second": day.second, "millisecond": day.microsecond // 1000}
    return point | clock
