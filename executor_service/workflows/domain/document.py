"""The flow document: what may stand in it, and every mistake that the document alone shows.

What is missing may be saved, what is wrong may not (ACTIONS.md A7). Settings that are not held are taken while they are
empty, so that a document of HubSpot's goes in and out unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from executor_service.records.criteria import CriteriaError, Tree, check_tree, parse_tree
from executor_service.records.domain.values import PropertyDefinition
from executor_service.workflows.domain import checks
from executor_service.workflows.domain.actions import FieldProblems, check_actions
from executor_service.workflows.domain.enrollment import TREE_PLACE, branch_of, check_criteria
from executor_service.workflows.domain.normal import CONTACT_FLOW, IGNORED, PLATFORM_FLOW, to_content
from executor_service.workflows.domain.problems import Findings, Problem, wrong_type
from shared.recurrence import CalendarForm
from shared.schedule import ScheduleError, parse_schedule

Definitions = Mapping[str, PropertyDefinition]

LONGEST_NAME: Final = 256
_LONGEST_DESCRIPTION: Final = 65_536
_CONTACTS: Final = "0-1"

_COMMON: Final[Mapping[str, checks.Check]] = MappingProxyType(
    {
        "type": checks.one_of(CONTACT_FLOW, PLATFORM_FLOW),
        "flowType": checks.one_of("WORKFLOW", "ACTION_SET", "UNKNOWN"),
        "objectTypeId": checks.text(64),
        "name": checks.text(LONGEST_NAME),
        "description": checks.text(_LONGEST_DESCRIPTION),
        "uuid": checks.text(64),
        "isEnabled": checks.flag,
        "revisionId": checks.text(20),
        "customProperties": checks.text_map,
        "actions": checks.anything,
        "startActionId": checks.anything,
        "enrollmentCriteria": checks.anything,
        "enrollmentSchedule": checks.anything,
        "timeWindows": checks.anything,
        "blockedDates": checks.empty_list("pause dates"),
        "dataSources": checks.empty_list("data sources"),
        "turnOffAt": checks.nothing("a turn-off date"),
        "guard": checks.nothing("a guard"),
        "caps": checks.nothing("a cap"),
        **dict.fromkeys(IGNORED, checks.anything),
    }
)
_CONTACT: Final[Mapping[str, checks.Check]] = MappingProxyType(
    {
        "suppressionListIds": checks.empty_list("suppression lists"),
        "canEnrollFromSalesforce": checks.flag,
        "unEnrollmentSetting": checks.nothing("removal from other workflows"),
        "goalFilterBranch": checks.nothing("a goal"),
        "eventAnchor": checks.nothing("an event anchor"),
        "campaignIds": checks.empty_list("campaigns"),
    }
)
_PLATFORM: Final[Mapping[str, checks.Check]] = MappingProxyType(
    {"suppressionFilterBranch": checks.nothing("an unenrollment trigger")}
)
_REQUIRED: Final = ("type", "flowType", "isEnabled", "objectTypeId", "actions")


class InvalidFlowError(ValueError):
    """A flow was refused. `problems` is not empty and holds at most 100."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.reason}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that was found right. `content` is what a revision stores; `revision_id` the one the client read."""

    content: Mapping[str, Any]
    is_enabled: bool
    revision_id: str | None
    schedule: CalendarForm | None
    tree: Tree | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a document is held against: its type's properties (empty: no such type) and the actions that there are.

    `before` is the stored content that it replaces, none for a new workflow.
    """

    definitions: Definitions
    known_types: frozenset[str]
    field_problems: FieldProblems
    before: Mapping[str, Any] | None = None


def object_type_of(body: Any, before: Mapping[str, Any] | None = None) -> str | None:
    """Return the object type of a flow, stored or sent, null when it says none that could be."""
    named = before["objectTypeId"] if before is not None else body.get("objectTypeId") if _is_object(body) else None
    return named if isinstance(named, str) else None


def read_flow(body: Any, around: Surroundings) -> Flow:
    """Return the flow that a body holds; raise InvalidFlowError with every mistake in it."""
    found = Findings()
    if not _is_object(body):
        wrong_type(found, "", "an object")
        raise InvalidFlowError(found.first())
    _check_fields(body, around, found)
    schedule = _read_schedule(body, found)
    trees: list[Tree] = []
    if body.get("enrollmentCriteria") is not None:
        reader = _TreeReader(around.definitions, trees)
        check_criteria(body["enrollmentCriteria"], tree_problems=reader, found=found)
    check_actions(
        body.get("actions"),
        body.get("startActionId"),
        known_types=around.known_types,
        field_problems=around.field_problems,
        found=found,
    )
    if found.problems:
        raise InvalidFlowError(found.first())
    return _flow(body, around, schedule, trees[0] if trees else None)


def _flow(body: Mapping[str, Any], around: Surroundings, schedule: CalendarForm | None, tree: Tree | None) -> Flow:
    object_type_id = around.before["objectTypeId"] if around.before is not None else body["objectTypeId"]
    branch = None if tree is None else tree.document
    content = to_content(body, object_type_id=object_type_id, branch=branch)
    return Flow(content, body["isEnabled"], body.get("revisionId"), schedule, tree)


def _is_object(body: Any) -> bool:
    return isinstance(body, Mapping)


def _check_fields(body: Mapping[str, Any], around: Surroundings, found: Findings) -> None:
    kind = body.get("type")
    own = _CONTACT if kind == CONTACT_FLOW else _PLATFORM if kind == PLATFORM_FLOW else {**_CONTACT, **_PLATFORM}
    known = {**_COMMON, **own}
    checks.unknown_fields(body, known, "", found)
    replaced = around.before is not None
    for name in (*_REQUIRED, *(["revisionId"] if replaced else [])):
        if body.get(name) is None and not (replaced and name == "objectTypeId"):
            found.add("INCOMPLETE", name, "is required")
    for name, check in known.items():
        if body.get(name) is not None:
            check(body[name], name, found)
    _check_type(body, around, found)
    _check_time_windows(body, found)


def _check_type(body: Mapping[str, Any], around: Surroundings, found: Findings) -> None:
    kind, object_type_id = body.get("type"), body.get("objectTypeId")
    if around.before is not None:
        for name, sent in (("type", kind), ("objectTypeId", object_type_id)):
            if sent is not None and sent != around.before[name]:
                found.add("READ_ONLY", name, f"must stay {around.before[name]}", expected=around.before[name])
    elif kind == CONTACT_FLOW and isinstance(object_type_id, str) and object_type_id != _CONTACTS:
        found.add("DOES_NOT_FIT", "objectTypeId", f"must be {_CONTACTS} in a {CONTACT_FLOW}", expected=_CONTACTS)
    elif isinstance(object_type_id, str) and not around.definitions:
        found.add("UNKNOWN_NAME", "objectTypeId", f"must be an object type, not {checks.shown(object_type_id)}")


def _check_time_windows(body: Mapping[str, Any], found: Findings) -> None:
    windows = body.get("timeWindows")
    if windows and isinstance(windows, list) and body.get("enrollmentSchedule") is not None:
        found.add("NOT_ALLOWED", "timeWindows", "must be empty: a schedule says when the workflow runs")
    elif windows is not None:
        checks.empty_list("time windows")(windows, "timeWindows", found)


def _read_schedule(body: Mapping[str, Any], found: Findings) -> CalendarForm | None:
    if body.get("enrollmentSchedule") is None:
        return None
    try:
        return parse_schedule(body["enrollmentSchedule"], path="enrollmentSchedule")
    except ScheduleError as error:
        found.take(error.problems)
        return None


@dataclass(frozen=True, slots=True)
class _TreeReader:
    """Says what is wrong with a filter branch and keeps the tree that it holds."""

    definitions: Definitions
    trees: list[Tree]

    def __call__(self, branch: Any, place: str) -> tuple[Any, ...]:
        try:
            tree = parse_tree(branch, path=place)
        except CriteriaError as error:
            return error.problems
        self.trees.append(tree)
        return tuple(check_tree(tree, self.definitions, path=place)) if self.definitions else ()


def stored_schedule(content: Mapping[str, Any]) -> CalendarForm | None:
    """Return the schedule of a content, which was found right when it was saved."""
    document = content.get("enrollmentSchedule")
    return None if document is None else parse_schedule(document, path="enrollmentSchedule")


def stored_tree(content: Mapping[str, Any]) -> Tree | None:
    """Return the tree of a content, which was found right when it was saved."""
    branch = branch_of(content)
    return None if branch is None else parse_tree(branch, path=TREE_PLACE)
