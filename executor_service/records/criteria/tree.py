"""The filter tree after parsing: branches of filters and branches, never deeper than 64 levels.

Only `parse_tree` makes trees, so that whoever walks one may recurse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from executor_service.records.criteria.operation import Operation

MAX_FILTERS: Final = 250
MAX_LEVELS: Final = 64
MAX_BRANCHES: Final = MAX_FILTERS * MAX_LEVELS
"""As many as lead to a filter, if each stands alone at the deepest level."""


class BranchType(StrEnum):
    """How a branch accepts: any child, all of them, not all of them, none."""

    OR = "OR"
    AND = "AND"
    NOT_ALL = "NOT_ALL"
    NOT_ANY = "NOT_ANY"


@dataclass(frozen=True, slots=True)
class ConstantFilter:
    """A filter that accepts every record, or none."""

    should_accept: bool


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """A question to one property; `path` is the filter's place below the root: `filterBranches[0].filters[2]`."""

    path: str
    property: str
    operation: Operation


Filter = ConstantFilter | PropertyFilter


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch; filters and child branches are its children alike, the filters first."""

    type: BranchType
    children: tuple["Filter | Branch", ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed tree; `document` is what is given back: as it was sent, `operationType` in upper case."""

    root: Branch
    document: dict[str, Any]

    def property_filters(self) -> Iterator[PropertyFilter]:
        """Yield the filters that ask a property, in the document's order of branches."""
        return _property_filters(self.root)

    @property
    def property_names(self) -> frozenset[str]:
        """The properties that the tree asks for, each of which must exist for as long as the tree is used."""
        return frozenset(name for each in self.property_filters() for name in (each.property, *each.operation.names))


def _property_filters(branch: Branch) -> Iterator[PropertyFilter]:
    for child in branch.children:
        match child:
            case PropertyFilter():
                yield child
            case Branch():
                yield from _property_filters(child)
            case ConstantFilter():
                pass
