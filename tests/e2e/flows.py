"""Flows and contacts as a test sends them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SetTo:
    """An action: a property of the record is set to a text."""

    property: str
    value: str


def daily_flow(
    name: str, *, minute: int, actions: Sequence[SetTo], stage: str = "lead", enabled: bool = True
) -> dict[str, Any]:
    """A flow that is due every day at a minute of the day (UTC) and enrolls the contacts of a lifecycle stage."""
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


def _action(number: int, action: SetTo, count: int) -> dict[str, Any]:
    following = {"connection": {"edgeType": "STANDARD", "nextActionId": str(number + 1)}} if number < count else {}
    return {
        "type": "SINGLE_CONNECTION",
        "actionId": str(number),
        "actionTypeId": "0-5",
        "actionTypeVersion": 0,
        "fields": {
            "property_name": action.property,
            "value": {"type": "STATIC_VALUE", "staticValue": action.value},
        },
        **following,
    }


def contact(email: str, **properties: str) -> dict[str, Any]:
    """An input of `batch/upsert`, found by its email."""
    return {"id": email, "idProperty": "email", "properties": {"email": email, **properties}}


def values_of(flow: Mapping[str, Any]) -> list[SetTo]:
    """The actions of a flow, in order."""
    fields = [action["fields"] for action in flow["actions"]]
    return [SetTo(each["property_name"], each["value"]["staticValue"]) for each in fields]
