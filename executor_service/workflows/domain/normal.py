"""The flow as it is stored and given back: as it was sent, but for defaults, the server's own fields and two spellings.

The content of a revision holds no `isEnabled`, no ids of ours and no instants: two contents are equal if and only if
saving one over the other makes no new revision.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson

from executor_service.records.criteria import parse_tree
from executor_service.workflows.domain.actions import GOTO
from executor_service.workflows.domain.connections import BRANCH_LISTS, DEFAULT
from executor_service.workflows.domain.enrollment import LIST_BASED

CONTACT_FLOW: Final = "CONTACT_FLOW"
PLATFORM_FLOW: Final = "PLATFORM_FLOW"

IGNORED: Final = frozenset({"id", "createdAt", "updatedAt", "nextAvailableActionId", "crmObjectCreationStatus"})
"""What the server writes and a client may send back."""

_DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {"timeWindows": [], "blockedDates": [], "customProperties": {}, "dataSources": []}
)
_CONTACT_DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {"suppressionListIds": [], "canEnrollFromSalesforce": False}
)
_CRITERIA_DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "shouldReEnroll": False,
        "reEnrollmentTriggersFilterBranches": [],
        "unEnrollObjectsNotMeetingCriteria": False,
    }
)


def is_same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two contents are the same JSON: 1 and true are not, whatever Python says of them."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


def to_content(body: Mapping[str, Any], *, object_type_id: str, branch: Any) -> dict[str, Any]:
    """Return the content of a body that was found right; `branch` is its filter branch in the spellings given back."""
    left_out = IGNORED | {"isEnabled", "revisionId"}
    sent = {name: value for name, value in body.items() if name not in left_out and value is not None}
    defaults = {**_DEFAULTS, **(_CONTACT_DEFAULTS if body["type"] == CONTACT_FLOW else {})}
    content = {**defaults, **sent, "objectTypeId": object_type_id}
    content["actions"] = [_action(action) for action in body["actions"]]
    if "enrollmentCriteria" in sent:
        content["enrollmentCriteria"] = _criteria(sent["enrollmentCriteria"], branch)
    return content


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in action.items() if value is not None}
    for name in ("connection", DEFAULT):
        if name in given:
            given[name] = _connection(given[name])
    listed = BRANCH_LISTS.get(given["type"])
    if listed is None:
        return {"actionTypeVersion": 0, "fields": {}, **given}
    return given | {listed: [_branch(branch) for branch in given.get(listed, [])]}


def _branch(branch: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in branch.items() if value is not None}
    if "connection" in given:
        given["connection"] = _connection(given["connection"])
    if "filterBranch" in given:
        given["filterBranch"] = parse_tree(given["filterBranch"], path="").document
    return given


def _connection(connection: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**connection, "edgeType": GOTO} if connection["edgeType"] == "GO-TO" else connection


def _criteria(criteria: Mapping[str, Any], branch: Any) -> dict[str, Any]:
    given = {name: value for name, value in criteria.items() if value is not None}
    if criteria["type"] != LIST_BASED:
        return {"shouldReEnroll": False, **given}
    return {**_CRITERIA_DEFAULTS, **given, **({} if branch is None else {"listFilterBranch": branch})}
