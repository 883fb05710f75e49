"""A tree as one SQL expression that is true or false for every record there can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from executor_service.records.criteria.checking import check_tree
from executor_service.records.criteria.problems import CriteriaError
from executor_service.records.criteria.statement import Statement, literal
from executor_service.records.criteria.tree import Branch, BranchType, ConstantFilter, Filter, PropertyFilter, Tree
from executor_service.records.domain.values import PropertyDefinition

_MANY_PROPERTIES: Final = 3
_ANY: Final = frozenset({BranchType.OR, BranchType.NOT_ANY})
_NEGATED: Final = frozenset({BranchType.NOT_ALL, BranchType.NOT_ANY})


@dataclass(frozen=True, slots=True)
class Compiled:
    """A boolean expression, its parameters in order, and whether it names so many properties that a fence pays.

    Where `reads_many` is set and documents may be compressed, the statement that uses the expression reads the
    document once from an inner fence: `(SELECT id, properties || '{}' AS properties FROM … OFFSET 0)`.
    """

    sql: str
    parameters: list[Any]
    reads_many: bool


def compile_tree(
    tree: Tree,
    definitions: Mapping[str, PropertyDefinition],
    *,
    now: datetime,
    zone: str,
    first_parameter: int,
    column: str = "properties",
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Compiled:
    """Return the tree as a bracketed SQL expression over `column`, its parameters numbered from `first_parameter`.

    `columns` names the properties that stand in columns of their own instead (see `Statement`).
    Raise `CriteriaError` if a property is gone, or is no longer of a type that the tree's operations fit.
    """
    problems = check_tree(tree, definitions, path="")
    if problems:
        raise CriteriaError(problems)
    statement = Statement(
        definitions, now=now, zone=zone, first_parameter=first_parameter, column=column, columns=columns
    )
    sql = _sql(_folded_branch(tree.root), statement)
    return Compiled(f"({sql})", statement.parameters, reads_many=len(tree.property_names) > _MANY_PROPERTIES)


def _folded(child: Filter | Branch) -> bool | PropertyFilter | Branch:
    """Take the constants out before anything is bound: a parameter that the text does not use is refused."""
    match child:
        case ConstantFilter():
            return child.should_accept
        case PropertyFilter():
            return child
        case Branch():
            return _folded_branch(child)


def _folded_branch(branch: Branch) -> bool | Branch:
    decisive, negated = branch.type in _ANY, branch.type in _NEGATED
    children = [_folded(child) for child in branch.children]
    if decisive in children:
        return decisive is not negated
    asked = tuple(child for child in children if not isinstance(child, bool))
    return Branch(branch.type, asked) if asked else decisive is negated


def _sql(child: bool | Filter | Branch, statement: Statement) -> str:
    match child:
        case bool():
            return literal(child)
        case ConstantFilter():
            return literal(child.should_accept)
        case PropertyFilter():
            return child.operation.condition(child.property, statement)
        case Branch():
            word = " OR " if child.type in _ANY else " AND "
            parts = word.join(_sql(part, statement) for part in sorted(child.children, key=_cost))
            return f"(NOT ({parts}))" if child.type in _NEGATED else f"({parts})"


def _cost(child: Filter | Branch) -> int:
    match child:
        case ConstantFilter():
            return 0
        case PropertyFilter():
            return child.operation.cost
        case Branch():
            return sum(_cost(below) for below in child.children)
