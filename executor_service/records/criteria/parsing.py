"""From a document to a tree, or to every mistake in it.

The walk keeps its own stack and goes no deeper than a tree may be, so a document of any depth or breadth is refused in
bounded time: after the 250th filter, the 16,000th branch and below the 64th level nothing more is looked at. Children
are put together in a second pass over what was found, last first, when those below a branch are complete.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from executor_service.records.criteria.filters import filter_document, named_type, parse_filter, refuse_type
from executor_service.records.criteria.problems import CriteriaError, Problems, at, shown
from executor_service.records.criteria.registry import BRANCHES_NOT_HELD
from executor_service.records.criteria.tree import (
    MAX_BRANCHES,
    MAX_FILTERS,
    MAX_LEVELS,
    Branch,
    BranchType,
    Filter,
    Tree,
)

_BELOW_ROOT = 2


class _BranchDocument(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel)

    filter_branch_type: str
    filter_branch_operator: str | None = None
    filters: list[Any] = []
    filter_branches: list[Any] = []


@dataclass(slots=True)
class _Found:
    """A branch on its way: where it stands, what it holds, and the branches found below it."""

    data: dict[str, Any]
    type: BranchType
    path: str
    below_root: str
    level: int
    filters: list[Filter]
    raw_branches: list[Any]
    branches: list["_Found"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    data: object
    path: str
    below_root: str
    level: int
    parent: _Found | None


@dataclass(slots=True)
class _Walk:
    problems: Problems = field(default_factory=Problems)
    found: list[_Found] = field(default_factory=list)
    filters_seen: int = 0

    def run(self, data: object, path: str) -> None:
        stack = [_Place(data, path, "", 1, None)]
        while stack and not self.problems.is_full:
            place = stack.pop()
            branch = self._branch(place)
            if branch is None:
                continue
            self.found.append(branch)
            if place.parent is not None:
                place.parent.branches.append(branch)
            if len(self.found) + len(stack) + len(branch.raw_branches) > MAX_BRANCHES:
                reason = f"a tree has at most {MAX_BRANCHES:,} branches"
                self.problems.add("TOO_MANY", at(branch.path, "filterBranches"), reason)
                return
            stack.extend(reversed(list(_places_below(branch))))

    def _branch(self, place: _Place) -> _Found | None:
        if place.level > MAX_LEVELS:
            self.problems.add("TOO_MANY", place.path, f"a tree has at most {MAX_LEVELS} levels")
            return None
        type_ = self._type(place)
        document = None if type_ is None else self._document(place)
        if type_ is None or document is None or not isinstance(place.data, dict):
            return None
        self._check_place(place, type_, document)
        filters = list(self._filters(document.filters, place))
        return _Found(
            data=place.data,
            type=type_,
            path=place.path,
            below_root=place.below_root,
            level=place.level,
            filters=filters,
            raw_branches=document.filter_branches,
        )

    def _type(self, place: _Place) -> BranchType | None:
        name = named_type(place.data, "filterBranchType", place.path, self.problems)
        if name is not None and name not in BranchType.__members__:
            refuse_type(name, BRANCHES_NOT_HELD, at(place.path, "filterBranchType"), self.problems)
            return None
        return None if name is None else BranchType(name)

    def _document(self, place: _Place) -> _BranchDocument | None:
        try:
            return _BranchDocument.model_validate(place.data)
        except ValidationError as error:
            self.problems.add_all(error, place.path)
            return None

    def _check_place(self, place: _Place, type_: BranchType, document: _BranchDocument) -> None:
        operator = document.filter_branch_operator
        if operator is not None and operator != type_:
            reason = f"expected {type_}, as the branch's type says, got {shown(operator)}"
            self.problems.add("NOT_ALLOWED", at(place.path, "filterBranchOperator"), reason)
        if place.parent is None and type_ is not BranchType.OR:
            self.problems.add("NOT_ALLOWED", at(place.path, "filterBranchType"), f"the root is an OR, got {type_}")
        if place.parent is None and document.filters:
            self.problems.add("NOT_ALLOWED", at(place.path, "filters"), "the root has no filters of its own")
        if place.level == _BELOW_ROOT and type_ is BranchType.OR:
            reason = "a branch below the root is AND, NOT_ALL or NOT_ANY, got OR"
            self.problems.add("NOT_ALLOWED", at(place.path, "filterBranchType"), reason)

    def _filters(self, documents: list[Any], place: _Place) -> Iterator[Filter]:
        for index, document in enumerate(documents):
            if self.filters_seen == MAX_FILTERS:
                self.problems.add("TOO_MANY", at(place.path, "filters"), f"a tree has at most {MAX_FILTERS} filters")
            self.filters_seen += 1
            if self.filters_seen > MAX_FILTERS or self.problems.is_full:
                return
            steps = ("filters", index)
            parsed = parse_filter(document, at(place.path, *steps), at(place.below_root, *steps), self.problems)
            if parsed is not None:
                yield parsed


def _places_below(branch: _Found) -> Iterator[_Place]:
    for index, data in enumerate(branch.raw_branches):
        steps = ("filterBranches", index)
        yield _Place(data, at(branch.path, *steps), at(branch.below_root, *steps), branch.level + 1, branch)


def _assembled(found: list[_Found]) -> Tree:
    trees: dict[int, Tree] = {}
    for branch in reversed(found):
        below = [trees.pop(id(child)) for child in branch.branches]
        trees[id(branch)] = Tree(
            root=Branch(branch.type, (*branch.filters, *(tree.root for tree in below))),
            document=_branch_document(branch.data, [tree.document for tree in below]),
        )
    return trees[id(found[0])]


def _branch_document(data: dict[str, Any], branches: list[dict[str, Any]]) -> dict[str, Any]:
    document = dict(data)
    if "filters" in data:
        document["filters"] = [filter_document(each) for each in data["filters"]]
    if "filterBranches" in data:
        document["filterBranches"] = branches
    return document


def parse_tree(data: object, *, path: str) -> Tree:
    """Read a tree from a document; `path` is its place in the request and begins every field named.

    Raise `CriteriaError` with every mistake that the document alone shows, at most a hundred.
    """
    walk = _Walk()
    walk.run(data, path)
    if walk.problems:
        raise CriteriaError(walk.problems)
    return _assembled(walk.found)
