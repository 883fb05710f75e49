"""What turning on asks for beside what a save asks for."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from executor_service.execution.actions.catalogue import Catalogue
from executor_service.records.domain.values import PropertyDefinition
from executor_service.workflows.domain.document import Flow
from executor_service.workflows.domain.turning_on import turn_on_problems

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
AnyFlow = dict[str, Any]
Problems = Callable[[AnyFlow], list[tuple[str, str]]]


@pytest.fixture
def problems(read: Callable[..., Flow], catalogue: Catalogue, definitions: dict[str, PropertyDefinition]) -> Problems:
    def ask(flow: AnyFlow) -> list[tuple[str, str]]:
        found = turn_on_problems(
            read(flow).content,
            definitions=definitions,
            zone_id="Europe/Oslo",
            now=NOW,
            action_problems=partial(catalogue.turn_on_problems, object_type_id="0-1", definitions=definitions),
        )
        return [(problem.code, problem.field) for problem in found]

    return ask


def test_a_complete_flow_may_be_turned_on(problems: Problems, flow: AnyFlow) -> None:
    assert problems(flow) == []


def test_a_schedule_needs_criteria(problems: Problems, flow: AnyFlow) -> None:
    del flow["enrollmentCriteria"]

    assert problems(flow) == [("INCOMPLETE", "enrollmentCriteria")]


def test_a_schedule_cannot_enroll_by_hand(problems: Problems, flow: AnyFlow) -> None:
    flow["enrollmentCriteria"] = {"type": "MANUAL"}

    assert problems(flow) == [("NOT_ALLOWED", "enrollmentCriteria.type")]


def test_criteria_need_a_schedule(problems: Problems, flow: AnyFlow) -> None:
    del flow["enrollmentSchedule"]

    assert problems(flow) == [("INCOMPLETE", "enrollmentSchedule")]


def test_criteria_need_their_tree(problems: Problems, flow: AnyFlow) -> None:
    del flow["enrollmentCriteria"]["listFilterBranch"]

    assert problems(flow) == [("INCOMPLETE", "enrollmentCriteria.listFilterBranch")]


def test_a_workflow_without_schedule_and_criteria_may_be_on(problems: Problems, flow: AnyFlow) -> None:
    del flow["enrollmentSchedule"], flow["enrollmentCriteria"]

    assert problems(flow) == []


@pytest.mark.parametrize(("hour", "expected"), [(8, [("OUT_OF_BOUNDS", "enrollmentSchedule.date")]), (9, [])])
def test_once_must_lie_ahead(problems: Problems, flow: AnyFlow, hour: int, expected: list[tuple[str, str]]) -> None:
    flow["enrollmentSchedule"] = {
        "type": "ONCE",
        "date": {"year": 2026, "month": 11, "day": 27},
        "timeOfDay": {"hour": hour, "minute": 0},
    }

    assert problems(flow) == expected


def test_a_property_that_is_gone_since_the_save_is_named(
    problems: Problems, flow: AnyFlow, definitions: dict[str, PropertyDefinition]
) -> None:
    del definitions["firstname"]

    place = "enrollmentCriteria.listFilterBranch.filterBranches[0].filters[0].property"
    assert problems(flow) == [("UNKNOWN_NAME", place)]


def test_actions_need_a_start(problems: Problems, flow: AnyFlow) -> None:
    del flow["startActionId"]

    assert problems(flow) == [("INCOMPLETE", "startActionId")]


def test_a_workflow_without_actions_may_be_on(problems: Problems, flow: AnyFlow) -> None:
    flow["actions"] = []
    del flow["startActionId"]

    assert problems(flow) == []


def test_a_reachable_action_must_be_complete(problems: Problems, flow: AnyFlow) -> None:
    flow["actions"][0]["fields"] = {}

    assert problems(flow)[0] == ("INCOMPLETE", "actions[0].fields.property_name")


def test_an_action_that_nothing_leads_to_need_not_be_complete(problems: Problems, flow: AnyFlow) -> None:
    flow["actions"].insert(0, {"type": "SINGLE_CONNECTION", "actionId": "9", "actionTypeId": "0-5"})

    assert problems(flow) == []


def test_a_read_only_property_is_not_written(problems: Problems, flow: AnyFlow) -> None:
    flow["actions"][0]["fields"] = {
        "property_name": "createdate",
        "value": {"type": "STATIC_VALUE", "staticValue": "2026-01-01T00:00:00Z"},
    }

    assert problems(flow) == [("READ_ONLY", "actions[0].fields.property_name")]
