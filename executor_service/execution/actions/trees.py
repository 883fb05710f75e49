"""Trees as they are asked of an enrollment: a filter whose property is gone accepts nobody (ACTIONS.md A30)."""

from collections.abc import Iterator
from dataclasses import replace

from executor_service.records.criteria import Tree, check_tree
from executor_service.records.criteria.tree import Branch, BranchType, ConstantFilter, Filter, PropertyFilter
from executor_service.records.ports import Definitions


def asked_now(tree: Tree, definitions: Definitions) -> tuple[Tree, list[str]]:
    """Return a tree that can be asked now, and the properties that it names and that are gone or fit no more."""
    if not check_tree(tree, definitions, path=""):
        return tree, []
    gone = sorted({each.property for each in tree.property_filters() if not _can_be_asked(each, definitions)})
    return replace(tree, root=_without(tree.root, definitions)), gone


def _without(branch: Branch, definitions: Definitions) -> Branch:
    return replace(branch, children=tuple(_children(branch, definitions)))


def _children(branch: Branch, definitions: Definitions) -> Iterator[Filter | Branch]:
    for child in branch.children:
        match child:
            case Branch():
                yield _without(child, definitions)
            case PropertyFilter() if not _can_be_asked(child, definitions):
                yield ConstantFilter(should_accept=False)
            case PropertyFilter() | ConstantFilter():
                yield child


def _can_be_asked(asked: PropertyFilter, definitions: Definitions) -> bool:
    alone = Tree(Branch(BranchType.AND, (asked,)), {})
    return not check_tree(alone, definitions, path="")
