"""How the document of the API describes the bodies that no model reads: their own rules find every mistake at once.

What is described is the outline. What an action holds, `GET /automation/v4/action-types` says of each; what a filter
holds, the operations of criteria.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from executor_service.web import describe_schema
from executor_service.workflows.domain.preview import DEFAULT_COUNT, MOST
from shared.schedule.document import Schedule

_Described = dict[str, Any]

_TEXT: Final[_Described] = {"type": "string"}
_FLAG: Final[_Described] = {"type": "boolean"}
_CONNECTION: Final[_Described] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["edgeType", "nextActionId"],
    "properties": {"edgeType": {"enum": ["STANDARD", "GOTO", "GO-TO"]}, "nextActionId": {"$ref": "#/$defs/ActionId"}},
}
_ACTION: Final[_Described] = {
    "type": "object",
    "required": ["type", "actionId"],
    "properties": {
        "type": {"enum": ["SINGLE_CONNECTION", "LIST_BRANCH"]},
        "actionId": {"$ref": "#/$defs/ActionId"},
        "actionTypeId": _TEXT,
        "actionTypeVersion": {"type": "integer"},
        "fields": {"type": "object"},
        "connection": {"$ref": "#/$defs/Connection"},
        "listBranches": {"type": "array", "items": {"type": "object"}},
        "defaultBranch": {"type": "object"},
        "defaultBranchName": _TEXT,
    },
}
_CRITERIA: Final[_Described] = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"enum": ["LIST_BASED", "MANUAL"]},
        "shouldReEnroll": _FLAG,
        "listFilterBranch": {"$ref": "#/$defs/FilterBranch"},
        "unEnrollObjectsNotMeetingCriteria": {"const": False},
        "reEnrollmentTriggersFilterBranches": {"type": "array", "maxItems": 0},
    },
}
_FILTER_BRANCH: Final[_Described] = {
    "type": "object",
    "required": ["filterBranchType", "filterBranches", "filters"],
    "properties": {
        "filterBranchType": {"enum": ["OR", "AND"]},
        "filterBranchOperator": {"enum": ["OR", "AND"]},
        "filterBranches": {"type": "array", "items": {"$ref": "#/$defs/FilterBranch"}},
        "filters": {"type": "array", "items": {"type": "object"}},
    },
}
_PARTS: Final[_Described] = {
    "ActionId": {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
    "Connection": _CONNECTION,
    "Action": _ACTION,
    "FilterBranch": _FILTER_BRANCH,
    "EnrollmentCriteria": _CRITERIA,
}
_FLOW_FIELDS: Final[Mapping[str, _Described]] = {
    "type": {"enum": ["CONTACT_FLOW", "PLATFORM_FLOW"]},
    "flowType": {"enum": ["WORKFLOW", "ACTION_SET", "UNKNOWN"]},
    "objectTypeId": _TEXT,
    "name": {**_TEXT, "maxLength": 256},
    "description": _TEXT,
    "uuid": {**_TEXT, "maxLength": 64},
    "isEnabled": _FLAG,
    "revisionId": {**_TEXT, "description": "What was read; a PUT with another one than is stored is refused."},
    "customProperties": {"type": "object", "additionalProperties": _TEXT},
    "startActionId": {"$ref": "#/$defs/ActionId"},
    "actions": {"type": "array", "maxItems": 500, "items": {"$ref": "#/$defs/Action"}},
    "enrollmentCriteria": {"$ref": "#/$defs/EnrollmentCriteria"},
    "enrollmentSchedule": {"$ref": "#/$defs/Schedule"},
}


def flow_body(*, replaces: bool) -> _Described:
    """Return `openapi_extra` of a route that takes a flow; `replaces`: over a stored one."""
    needed = ["type", "flowType", "isEnabled", "actions", "revisionId" if replaces else "objectTypeId"]
    schema = {"title": "Flow", "type": "object", "required": needed, "properties": _FLOW_FIELDS}
    return describe_schema({**schema, "$defs": {**_PARTS, **_schedule_parts()}})


def preview_body() -> _Described:
    """Return `openapi_extra` of the route that previews a schedule."""
    fields = {
        "schedule": {"$ref": "#/$defs/Schedule"},
        "after": {"type": ["string", "null"], "format": "date-time"},
        "count": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_COUNT},
    }
    schema = {"title": "Preview", "type": "object", "required": ["schedule"], "properties": fields}
    return describe_schema({**schema, "additionalProperties": False, "$defs": _schedule_parts()})


def _schedule_parts() -> _Described:
    """Return the definitions of a schedule, each type one."""
    schema = TypeAdapter[object](Schedule).json_schema()
    types: _Described = schema.pop("$defs")
    return {**types, "Schedule": {"oneOf": schema["oneOf"]}}
