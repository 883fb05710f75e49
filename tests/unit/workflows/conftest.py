"""A flow as a person would write it, and what it is held against."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from executor_service.execution.actions.catalogue import Catalogue
from executor_service.records.domain.values import FieldType, PropertyDefinition, PropertyType
from executor_service.workflows.domain.document import Flow, InvalidFlowError, Surroundings, read_flow

DEFINITIONS = {
    "firstname": PropertyDefinition("firstname", "First name", PropertyType.STRING, FieldType.TEXT),
    "lifecyclestage": PropertyDefinition("lifecyclestage", "Stage", PropertyType.STRING, FieldType.TEXT),
    "createdate": PropertyDefinition("createdate", "Created", PropertyType.DATETIME, FieldType.DATE, read_only=True),
}

FLOW: dict[str, Any] = {
    "type": "CONTACT_FLOW",
    "flowType": "WORKFLOW",
    "objectTypeId": "0-1",
    "name": "Friday review",
    "isEnabled": False,
    "startActionId": "1",
    "enrollmentSchedule": {"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], "timeOfDay": {"hour": 8, "minute": 0}},
    "enrollmentCriteria": {
        "type": "LIST_BASED",
        "listFilterBranch": {
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
                            "operation": {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"},
                        }
                    ],
                }
            ],
        },
    },
    "actions": [
        {
            "type": "SINGLE_CONNECTION",
            "actionId": "1",
            "actionTypeId": "0-5",
            "actionTypeVersion": 0,
            "fields": {
                "property_name": "lifecyclestage",
                "value": {"type": "STATIC_VALUE", "staticValue": "customer"},
            },
        }
    ],
}

Read = Callable[..., Flow]
Refused = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def flow() -> dict[str, Any]:
    """A flow that is right, to be changed by the test."""
    return deepcopy(FLOW)


@pytest.fixture
def catalogue() -> Catalogue:
    """The actions of the product."""
    return Catalogue()


@pytest.fixture
def read(catalogue: Catalogue) -> Read:
    """Reads a flow against contacts and the actions of the product."""

    def read_one(body: Any, *, before: dict[str, Any] | None = None, definitions: Any = DEFINITIONS) -> Flow:
        around = Surroundings(
            definitions=definitions,
            known_types=catalogue.known_types,
            field_problems=partial(catalogue.problems, object_type_id="0-1", definitions=definitions),
            before=before,
        )
        return read_flow(body, around)

    return read_one


@pytest.fixture
def refused(read: Read) -> Refused:
    """Reads a flow that is wrong and returns (code, place) of every mistake."""

    def read_one(body: Any, **around: Any) -> list[tuple[str, str]]:
        with pytest.raises(InvalidFlowError) as raised:
            read(body, **around)
        return [(problem.code, problem.field) for problem in raised.value.problems]

    return read_one


@pytest.fixture
def definitions() -> dict[str, PropertyDefinition]:
    """Some properties of contacts."""
    return dict(DEFINITIONS)
