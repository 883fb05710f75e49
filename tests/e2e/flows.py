"""Flows and contacts as a test sends them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SetTo:
    """An action: a property of the record is set to a text."""

    property: str
    value: str


@dataclass(frozen=True, slots=True)
class RaiseBy:
    """An action: a number of the record is raised."""

    property: str
    amount: int


@dataclass(frozen=True, slots=True)
class WaitMinutes:
    """An action: the record waits."""

    minutes: int


@dataclass(frozen=True, slots=True)
class PublishTo:
    """An action: the record is published to a topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Fork:
    """A branch: records whose property has the value go to the action of one id, all others to that of another."""

    property: str
    value: str
    then: str
    otherwise: str


Action = SetTo | RaiseBy | WaitMinutes | PublishTo | Fork


def daily_flow(
    name: str, *, minute: int, actions: Sequence[Action], stage: str = "lead", enabled: bool = True
) -> dict[str, Any]:
    """A flow that is due every day at a minute of the day (UTC) and enrolls the contacts of a lifecycle stage.

    Ids of actions count from 1; but for a fork, each leads to the next.
    """
    return {
        "name": name,
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "objectTypeId": "0-1",
        "isEnabled": enabled,
        "enrollmentSchedule": {
            "type": "DAILY",
            "timeOfDay": {"hour": minute // 60, "minute": minute % 60},
            "timeZoneId": "UTC",
        },
        "enrollmentCriteria": {
            "type": "LIST_BASED",
            "shouldReEnroll": True,
            "unEnrollObjectsNotMeetingCriteria": False,
            "reEnrollmentTriggersFilterBranches": [],
            "listFilterBranch": {"filterBranchType": "OR", "filters": [], "filterBranches": [_of_stage(stage)]},
        },
        "startActionId": "1",
        "actions": [_action(number, action, len(actions)) for number, action in enumerate(actions, 1)],
    }


def _of_stage(stage: str) -> dict[str, Any]:
    operation = {"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": [stage]}
    condition = {"filterType": "PROPERTY", "property": "lifecyclestage", "operation": operation}
    return {"filterBranchType": "AND", "filterBranches": [], "filters": [condition]}


def _action(number: int, action: Action, count: int) -> dict[str, Any]:
    match action:
        case Fork():
            return _fork(str(number), action)
        case SetTo(name, value):
            static = {"type": "STATIC_VALUE", "staticValue": value}
            return _single(number, "0-5", {"property_name": name, "value": static}, count)
        case RaiseBy(name, amount):
            increment = {"type": "INCREMENT", "incrementAmount": str(amount)}
            return _single(number, "0-5", {"property_name": name, "value": increment}, count)
        case WaitMinutes(minutes):
            return _single(number, "0-1", {"delta": str(minutes), "time_unit": "MINUTES"}, count)
        case PublishTo(topic):
            return _single(number, "2-1", {"topic": topic}, count)


def _single(number: int, type_id: str, fields: dict[str, Any], count: int) -> dict[str, Any]:
    following = {"connection": _edge(str(number + 1))} if number < count else {}
    return {
        "type": "SINGLE_CONNECTION",
        "actionId": str(number),
        "actionTypeId": type_id,
        "actionTypeVersion": 0,
        "fields": fields,
        **following,
    }


def _fork(action_id: str, fork: Fork) -> dict[str, Any]:
    condition = {
        "filterType": "PROPERTY",
        "property": fork.property,
        "operation": {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": [fork.value]},
    }
    inner = {"filterBranchType": "AND", "filterBranches": [], "filters": [condition]}
    tree = {"filterBranchType": "OR", "filters": [], "filterBranches": [inner]}
    return {
        "type": "LIST_BRANCH",
        "actionId": action_id,
        "listBranches": [{"branchName": fork.value, "filterBranch": tree, "connection": _edge(fork.then)}],
        "defaultBranch": _edge(fork.otherwise),
    }


def _edge(action_id: str) -> dict[str, str]:
    return {"edgeType": "STANDARD", "nextActionId": action_id}


def contact(email: str, **properties: str) -> dict[str, Any]:
    """An input of `batch/upsert`, found by its email."""
    return {"id": email, "idProperty": "email", "properties": {"email": email, **properties}}


def values_of(flow: Mapping[str, Any]) -> list[SetTo]:
    """The actions of a flow, in order."""
    fields = [action["fields"] for action in flow["actions"]]
    return [SetTo(each["property_name"], each["value"]["staticValue"]) for each in fields]
