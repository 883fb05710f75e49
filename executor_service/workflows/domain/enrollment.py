"""`enrollmentCriteria`: whom an occurrence enrolls."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from executor_service.workflows.domain import checks
from executor_service.workflows.domain.problems import Findings, ProblemLike, wrong_type

LIST_BASED: Final = "LIST_BASED"
MANUAL: Final = "MANUAL"
TREE_PLACE: Final = "enrollmentCriteria.listFilterBranch"

_FIELDS: Final[Mapping[str, Mapping[str, checks.Check]]] = {
    LIST_BASED: {
        "type": checks.anything,
        "listFilterBranch": checks.anything,
        "shouldReEnroll": checks.flag,
        "reEnrollmentTriggersFilterBranches": checks.anything,
        "unEnrollObjectsNotMeetingCriteria": checks.flag,
    },
    MANUAL: {"type": checks.anything, "shouldReEnroll": checks.flag},
}
_OTHER_KINDS: Final = ("EVENT_BASED", "DATASET")

TreeProblems = Callable[[Any, str], Iterable[ProblemLike]]
"""Asks what is wrong with a filter branch: the branch as it was sent, and its place."""


def check_criteria(criteria: Any, *, tree_problems: TreeProblems, found: Findings) -> None:
    """Note what is wrong with `enrollmentCriteria`; a branch that is left out is not, before the workflow is on."""
    if not isinstance(criteria, Mapping):
        wrong_type(found, "enrollmentCriteria", "an object")
        return
    kind = criteria.get("type")
    if kind in _OTHER_KINDS:
        found.add("UNSUPPORTED", "enrollmentCriteria.type", f"is not supported: {kind}", expected="LIST_BASED, MANUAL")
    elif kind is None:
        found.add("INCOMPLETE", "enrollmentCriteria.type", "is required", expected="LIST_BASED, MANUAL")
    elif not isinstance(kind, str) or kind not in _FIELDS:
        checks.one_of(LIST_BASED, MANUAL)(kind, "enrollmentCriteria.type", found)
    else:
        _check_fields(criteria, _FIELDS[kind], found)
        if criteria.get("listFilterBranch") is not None and kind == LIST_BASED:
            found.take(tree_problems(criteria["listFilterBranch"], TREE_PLACE))


def _check_fields(criteria: Mapping[str, Any], fields: Mapping[str, checks.Check], found: Findings) -> None:
    checks.unknown_fields(criteria, fields, "enrollmentCriteria", found)
    for name, check in fields.items():
        if criteria.get(name) is not None:
            check(criteria[name], f"enrollmentCriteria.{name}", found)
    triggers = criteria.get("reEnrollmentTriggersFilterBranches", [])
    place = "enrollmentCriteria.reEnrollmentTriggersFilterBranches"
    if "reEnrollmentTriggersFilterBranches" in fields and triggers is not None and triggers != []:
        found.add("NOT_ALLOWED", place, "must be empty: a scheduled workflow has no re-enrollment triggers")
    if criteria.get("unEnrollObjectsNotMeetingCriteria") is True and "listFilterBranch" in fields:
        found.add("UNSUPPORTED", "enrollmentCriteria.unEnrollObjectsNotMeetingCriteria", "must be false: not supported")


def branch_of(content: Mapping[str, Any]) -> Any:
    """Return the filter branch of a flow as it was written, null for one that enrolls nobody by criteria."""
    criteria = content.get("enrollmentCriteria") or {}
    return criteria.get("listFilterBranch") if criteria.get("type") == LIST_BASED else None
