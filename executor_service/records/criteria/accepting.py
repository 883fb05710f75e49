"""A tree asked of one record in memory; the answer is the compiled SQL's."""

from collections.abc import Mapping
from datetime import datetime

from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.tree import Branch, BranchType, ConstantFilter, Filter, PropertyFilter, Tree
from executor_service.records.domain.letters import UNICODE_LOWER, LowerTable
from executor_service.records.domain.values import PropertyDefinition, StoredValue


def accepts(
    tree: Tree,
    properties: Mapping[str, StoredValue],
    definitions: Mapping[str, PropertyDefinition],
    *,
    now: datetime,
    zone: str,
    letters: LowerTable = UNICODE_LOWER,
) -> bool:
    """Tell whether a record with these properties meets the tree.

    `letters` is the server's table of lower case (`server_table`); without it a few dozen letters newer than Python's
    Unicode keep their case. Raise `CriteriaError` if a property that is asked for is gone.
    """
    return _accepts(tree.root, Reading(properties, definitions, now=now, zone=zone, letters=letters))


def _accepts(child: Filter | Branch, record: Reading) -> bool:
    match child:
        case ConstantFilter():
            return child.should_accept
        case PropertyFilter():
            return child.operation.accepts(child.property, record)
        case Branch():
            return _branch_accepts(child, record)


def _branch_accepts(branch: Branch, record: Reading) -> bool:
    answers = (_accepts(child, record) for child in branch.children)
    match branch.type:
        case BranchType.OR:
            return any(answers)
        case BranchType.AND:
            return all(answers)
        case BranchType.NOT_ALL:
            return not all(answers)
        case BranchType.NOT_ANY:
            return not any(answers)
