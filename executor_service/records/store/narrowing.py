"""Where criteria ask for the value of a key, only its owners are looked at.

The condition is asked of them all the same, so what is found here may be too many, never too few. A value too long to
stand in the keys as it is narrows nothing, for its digest knows no case.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from executor_service.records.criteria import Tree
from executor_service.records.criteria.tree import Branch, BranchType, Filter, PropertyFilter
from executor_service.records.domain.values import StoredValue, render_value
from executor_service.records.ports import Definitions
from executor_service.records.store.planning import MAX_KEY_CHARACTERS
from shared.postgres import load_queries

_QUERIES = load_queries(__file__)
_PROPERTY: Final = "/*property*/ $2"
_VALUES: Final = "/*values*/ $3::text[]"
_ID_VALUES: Final = "/*values*/ $1::text[]"
_ID: Final = "hs_object_id"
_MAX_ID: Final = 2**63


@dataclass(frozen=True, slots=True)
class _Named:
    """Owners of any of some values of a property that is a key, or of ids."""

    query: str
    property: str
    texts: list[str]


@dataclass(slots=True)
class Narrowing:
    """A condition on the id, and its parameters in order."""

    sql: str
    parameters: list[Any] = field(default_factory=list)


def narrowing(tree: Tree, definitions: Definitions, *, first_parameter: int) -> Narrowing | None:
    """Return which records alone can meet a tree, none where that cannot be said."""
    named = [_of_branch(child, definitions) for child in tree.root.children]
    certain = [each for each in named if each is not None]
    if not certain or len(certain) < len(named):
        return None
    narrowed = Narrowing("")
    parts = [_owners(each, narrowed.parameters, first_parameter) for each in certain]
    narrowed.sql = f"id IN ({' UNION ALL '.join(parts)})"
    return narrowed


def _of_branch(child: Filter | Branch, definitions: Definitions) -> _Named | None:
    if not isinstance(child, Branch) or child.type is not BranchType.AND:
        return None
    return next(_named(child, definitions), None)


def _named(branch: Branch, definitions: Definitions) -> Iterator[_Named]:
    for child in branch.children:
        if isinstance(child, PropertyFilter) and child.operation.equals is not None:
            found = _of_values(child.property, child.operation.equals, definitions)
            if found is not None:
                yield found


def _of_values(name: str, values: tuple[StoredValue, ...], definitions: Definitions) -> _Named | None:
    if name == _ID:
        return _Named("named_ids", name, [f"{value:f}" for value in values if _is_id(value)])
    definition = definitions.get(name)
    texts = [render_value(None, value) for value in values]
    if definition is None or max(map(len, texts), default=0) > MAX_KEY_CHARACTERS:
        return None
    if definition.unique:
        return _Named("unique_owners", name, texts)
    return _Named("searchable_owners", name, texts) if definition.searchable else None


def _is_id(value: StoredValue) -> bool:
    return isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < _MAX_ID


def _owners(named: _Named, parameters: list[Any], first_parameter: int) -> str:
    """Return the query of the owners, its parameters bound."""
    text = _QUERIES[named.query]
    if named.query != "named_ids":
        parameters.append(named.property)
        text = text.replace(_PROPERTY, f"${first_parameter + len(parameters) - 1}::text")
    parameters.append(named.texts)
    return text.replace(_ID_VALUES, _VALUES).replace(_VALUES, f"${first_parameter + len(parameters) - 1}::text[]")
