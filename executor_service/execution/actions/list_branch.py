"""`LIST_BRANCH`, if/then: each record takes the first branch whose filters it meets, else the default.

The trees are those of `CRITERIA.md`, by the same compiler, asked one after the other of the records that no branch
before has taken. Records are locked first and asked as they are then, so that what is kept as inputs is what was
decided by. Nobody fails here, and records walk through while the workflow is off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from executor_service.execution.actions.kind import Kind, Step
from executor_service.execution.actions.trees import asked_now
from executor_service.execution.domain.settlement import Outcome
from executor_service.records.criteria import CriteriaError, Tree, check_tree, parse_tree
from executor_service.records.domain.values import dump_document
from executor_service.records.ports import Definitions, Document, Records
from executor_service.workflows.domain import checks
from executor_service.workflows.domain.connections import branches
from executor_service.workflows.domain.problems import Findings, Problem, below, wrong_type

_SHAPE: Final = "LIST_BRANCH"
_FIELDS: Final = ("type", "actionId", "listBranches", "defaultBranch", "defaultBranchName")
_BRANCH_FIELDS: Final = ("branchName", "filterBranch", "connection")
_MOST_BRANCHES: Final = 20
_LONGEST_NAME: Final = 1_000


@dataclass(frozen=True, slots=True)
class ListBranch:
    """Sends records along up to 20 branches."""

    type_id: str = _SHAPE
    kind: Kind = Kind.BRANCH
    payload: str | None = "inputs"

    def problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """See ActionKind."""
        found = Findings()
        checks.unknown_fields(action, _FIELDS, path, found)
        if action.get("defaultBranchName") is not None:
            checks.text(_LONGEST_NAME)(action["defaultBranchName"], below(path, "defaultBranchName"), found)
        listed = action.get("listBranches")
        if listed is not None and not isinstance(listed, list):
            wrong_type(found, below(path, "listBranches"), "a list of branches")
        elif listed is not None and len(listed) > _MOST_BRANCHES:
            found.add("TOO_MANY", below(path, "listBranches"), f"must hold at most {_MOST_BRANCHES} branches")
        else:
            for position, branch in enumerate(listed or ()):
                _check_branch(branch, below(path, f"listBranches[{position}]"), definitions, found)
        return found.problems

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """See ActionKind."""
        found = Findings()
        for place, branch in branches(action):
            tree = below(path, f"{place}.filterBranch")
            if "filterBranch" in branch:
                found.take(check_tree(parse_tree(branch["filterBranch"], path=tree), definitions, path=tree))
            else:
                found.add("INCOMPLETE", tree, "must say which records take this branch")
        return found.problems

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """See ActionKind."""
        definitions = await records.definitions(step.object_type_id)
        trees = [(index, each.tree) for index, each in enumerate(step.action.branches) if each.tree is not None]
        asked = [(index, *asked_now(tree, definitions)) for index, tree in trees]
        names = sorted({name for _, tree, _ in asked for name in tree.property_names})
        inputs = await records.lock_values(step.object_type_id, step.record_ids, names)
        told = _Told(step, inputs, sorted({name for _, _, gone in asked for name in gone}))
        for index, tree, _ in asked:
            told.take(index, await _met(tree, told.left, step, records=records))
        told.take(None, told.left)
        missing = sorted(set(step.record_ids).difference(inputs))
        return [*told.outcomes, step.missing(missing)]


@dataclass(slots=True)
class _Told:
    """The records of a claim as they are told apart: `left` are those that no branch has taken yet, ascending."""

    step: Step
    inputs: Mapping[int, Document]
    gone: Sequence[str]
    left: list[int] = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = sorted(self.inputs)

    def take(self, index: int | None, record_ids: Sequence[int]) -> None:
        """Send records along a branch; null: the default."""
        taken = set(record_ids)
        self.left = [record_id for record_id in self.left if record_id not in taken]
        details = {"index": index} | ({"gone": self.gone} if self.gone else {})
        branch = None if index is None else self.step.action.branches[index]
        contents = [dump_document(self.inputs[record_id]).encode() for record_id in record_ids]
        self.outcomes.append(self.step.took(branch, record_ids, details=details, contents=contents))


async def _met(tree: Tree, record_ids: Sequence[int], step: Step, *, records: Records) -> list[int]:
    if not record_ids:
        return []
    return await records.meeting(
        tree,
        object_type_id=step.object_type_id,
        record_ids=record_ids,
        now=step.now,
        zone=step.revision.time_zone_id,
    )


def _check_branch(branch: Any, place: str, definitions: Definitions, found: Findings) -> None:
    if not isinstance(branch, Mapping):
        wrong_type(found, place, "an object")
        return
    checks.unknown_fields(branch, _BRANCH_FIELDS, place, found)
    if branch.get("branchName") is not None:
        checks.text(_LONGEST_NAME)(branch["branchName"], below(place, "branchName"), found)
    if branch.get("filterBranch") is not None:
        _check_tree(branch["filterBranch"], below(place, "filterBranch"), definitions, found)


def _check_tree(document: Any, place: str, definitions: Definitions, found: Findings) -> None:
    try:
        tree = parse_tree(document, path=place)
    except CriteriaError as error:
        found.take(error.problems)
        return
    if definitions:
        found.take(check_tree(tree, definitions, path=place))
