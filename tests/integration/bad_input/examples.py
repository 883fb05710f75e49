"""A body that each route takes, the rarer fields with it, so that every one of them can be spoiled."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

TREE: Final[Mapping[str, Any]] = {
    "filterBranchType": "OR",
    "filterBranchOperator": "OR",
    "filters": [],
    "filterBranches": [
        {
            "filterBranchType": "AND",
            "filterBranchOperator": "AND",
            "filterBranches": [],
            "filters": [
                {
                    "filterType": "PROPERTY",
                    "property": "firstname",
                    "operation": {
                        "operationType": "MULTISTRING",
                        "operator": "IS_EQUAL_TO",
                        "values": ["Ada", "Grace"],
                        "includeObjectsWithNoValueSet": False,
                    },
                }
            ],
        }
    ],
}

SCHEDULE: Final[Mapping[str, Any]] = {
    "type": "WEEKLY",
    "daysOfWeek": ["MONDAY", "FRIDAY"],
    "every": 2,
    "timeOfDay": {"hour": 8, "minute": 5},
    "startsOn": "2026-11-27",
    "endsOn": "2027-11-26",
    "timeZoneId": "Europe/Oslo",
    "catchUp": {"policy": "LATEST", "window": "P1D"},
    "onGap": "SHIFT",
    "onFold": "FIRST",
}

FLOW: Final[Mapping[str, Any]] = {
    "type": "CONTACT_FLOW",
    "flowType": "WORKFLOW",
    "objectTypeId": "0-1",
    "name": "Fridays",
    "description": "Every other Friday",
    "isEnabled": False,
    "startActionId": "1",
    "enrollmentSchedule": SCHEDULE,
    "enrollmentCriteria": {"type": "LIST_BASED", "shouldReEnroll": False, "listFilterBranch": TREE},
    "actions": [
        {
            "type": "SINGLE_CONNECTION",
            "actionId": "1",
            "actionTypeId": "0-5",
            "actionTypeVersion": 0,
            "connection": {"edgeType": "STANDARD", "nextActionId": "2"},
            "fields": {"property_name": "company", "value": {"type": "STATIC_VALUE", "staticValue": "Acme"}},
        },
        {
            "type": "SINGLE_CONNECTION",
            "actionId": "2",
            "actionTypeId": "0-5",
            "actionTypeVersion": 0,
            "fields": {"property_name": "jobtitle", "value": {"type": "STATIC_VALUE", "staticValue": "Engineer"}},
        },
    ],
    "timeWindows": [],
    "blockedDates": [],
    "customProperties": {"team": "north"},
    "dataSources": [],
    "suppressionListIds": [],
    "canEnrollFromSalesforce": False,
}

# What stands in it is read as in the large one; here it is about the fields of the whole.
_SMALL_FLOW: Final[Mapping[str, Any]] = {
    **FLOW,
    "revisionId": "1",
    "enrollmentSchedule": {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}},
    "enrollmentCriteria": {"type": "MANUAL", "shouldReEnroll": True},
    "actions": [FLOW["actions"][1]],
    "startActionId": "2",
}

COLOUR: Final[Mapping[str, Any]] = {
    "name": "colour",
    "label": "Colour",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "contactinformation",
    "description": "What they like",
    "options": [{"value": "red", "label": "Red", "description": "", "displayOrder": 1, "hidden": False}],
    "displayOrder": 3,
    "hasUniqueValue": False,
    "searchable": False,
    "hidden": False,
    "formField": True,
}

_RECORD: Final[Mapping[str, Any]] = {
    "properties": {"email": "grace@example.com", "firstname": "Grace"},
    "associations": [],
    "objectWriteTraceId": "first",
}

EXAMPLES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "PATCH /account-info/v3/details": {"name": "Acme", "timeZone": "Europe/Oslo"},
        "POST /v1/api-keys": {"name": "Nightly", "role": "viewer", "expiresAt": "2030-01-01T00:00:00Z"},
        "POST /crm/v3/properties/{object_type}": {**COLOUR, "name": "size"},
        "PATCH /crm/v3/properties/{object_type}/{name}": {
            name: value for name, value in COLOUR.items() if name not in {"name", "hasUniqueValue"}
        },
        "POST /crm/v3/objects/{object_type}": _RECORD,
        "PATCH /crm/v3/objects/{object_type}/{record_id}": {**_RECORD, "properties": {"firstname": "Grace"}},
        "POST /crm/v3/objects/{object_type}/batch/upsert": {
            "inputs": [
                {
                    "id": "linus@example.com",
                    "idProperty": "email",
                    "properties": {"firstname": "Linus"},
                    "objectWriteTraceId": "second",
                }
            ]
        },
        "POST /crm/v3/objects/{object_type}/batch/create": {
            "inputs": [{"properties": {"firstname": "Linus"}, "associations": [], "objectWriteTraceId": "third"}]
        },
        "POST /crm/v3/objects/{object_type}/batch/update": {
            "inputs": [{"id": "linus@example.com", "idProperty": "email", "properties": {"firstname": "Linus"}}]
        },
        "POST /crm/v3/objects/{object_type}/batch/read": {
            "inputs": [{"id": "linus@example.com"}],
            "idProperty": "email",
            "properties": ["firstname"],
            "propertiesWithHistory": ["city"],
        },
        "POST /crm/v3/objects/{object_type}/batch/archive": {"inputs": []},
        "POST /crm/v3/objects/{object_type}/search": {
            "filterGroups": [
                {
                    "filters": [
                        {"propertyName": "firstname", "operator": "IN", "values": ["Ada", "Grace"]},
                        {"propertyName": "annualrevenue", "operator": "BETWEEN", "value": "1", "highValue": "5"},
                    ]
                }
            ],
            "query": "ada",
            "sorts": [{"propertyName": "lastname", "direction": "DESCENDING"}],
            "properties": ["firstname"],
            "limit": 20,
        },
        "POST /v1/criteria/count": {"objectTypeId": "0-1", "filterBranch": TREE, "timeZoneId": "Europe/Oslo"},
        "POST /automation/v4/flows": FLOW,
        "PUT /automation/v4/flows/{flow_id}": _SMALL_FLOW,
        "POST /v1/workflows/{workflow_id}/enrollments": {"recordIds": ["1"]},
        "POST /v1/workflows/{workflow_id}/unenrollments": {"recordIds": ["1"]},
        "POST /v1/schedules/preview": {"schedule": SCHEDULE, "after": "2026-11-27T00:00:00Z", "count": 3},
    }
)

WITHOUT_BODY: Final = frozenset(
    {
        *(f"POST /v1/workflows/{{ident}}/{word}" for word in ("turn-on", "turn-off", "pause", "resume")),
        "POST /v1/workflows/{workflow_id}/run",
        *(f"POST /v1/{word}" for word in ("pause", "resume")),
        *(f"POST /v1/dead-letters/{{letter_id}}/{word}" for word in ("retry", "discard")),
        *(f"POST /v1/needs-review/{{item_id}}/{word}" for word in ("resolve", "mute", "unmute")),
    }
)
"""Writes that read no body."""
