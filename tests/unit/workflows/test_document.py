"""The flow document: what goes in and out unchanged, and what is refused where."""

from collections.abc import Callable
from typing import Any

import pytest

from executor_service.workflows.domain.document import Flow

Read = Callable[..., Flow]
Refused = Callable[..., list[tuple[str, str]]]
AnyFlow = dict[str, Any]


def test_the_smallest_body_is_taken(read: Read) -> None:
    smallest = {
        "name": "n",
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "isEnabled": False,
        "objectTypeId": "0-1",
        "actions": [],
    }

    found = read(smallest)

    assert found.content == {
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "objectTypeId": "0-1",
        "name": "n",
        "actions": [],
        "timeWindows": [],
        "blockedDates": [],
        "customProperties": {},
        "dataSources": [],
        "suppressionListIds": [],
        "canEnrollFromSalesforce": False,
    }
    assert (found.schedule, found.tree) == (None, None)


def test_a_flow_is_given_back_as_it_was_sent(read: Read, flow: AnyFlow) -> None:
    content = read(flow).content

    assert content["actions"] == flow["actions"]
    assert content["enrollmentSchedule"] == flow["enrollmentSchedule"]
    assert content["enrollmentCriteria"]["listFilterBranch"] == flow["enrollmentCriteria"]["listFilterBranch"]
    assert "isEnabled" not in content


def test_the_two_other_spellings_are_given_back_as_hubspot_writes_them(read: Read, flow: AnyFlow) -> None:
    flow["actions"][0]["connection"] = {"edgeType": "GO-TO", "nextActionId": "2"}
    flow["actions"].append({"type": "SINGLE_CONNECTION", "actionId": "2", "actionTypeId": "0-5"})
    branch = flow["enrollmentCriteria"]["listFilterBranch"]["filterBranches"][0]
    branch["filters"][0]["operation"]["operationType"] = "alltypes"

    content = read(flow).content

    assert content["actions"][0]["connection"] == {"edgeType": "GOTO", "nextActionId": "2"}
    given = content["enrollmentCriteria"]["listFilterBranch"]["filterBranches"][0]["filters"][0]
    assert given["operation"]["operationType"] == "ALL_PROPERTY"


def test_what_the_server_writes_is_not_part_of_the_content(read: Read, flow: AnyFlow) -> None:
    own = {"id": "7", "createdAt": 3, "updatedAt": None, "nextAvailableActionId": "x", "crmObjectCreationStatus": []}

    assert read({**flow, **own}).content == read(flow).content


def test_empty_settings_that_are_not_held_are_taken_and_given_back(read: Read, flow: AnyFlow) -> None:
    flow |= {"blockedDates": [], "timeWindows": [], "suppressionListIds": [], "goalFilterBranch": None, "guard": None}

    content = read(flow).content

    assert content["blockedDates"] == []
    assert "goalFilterBranch" not in content


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("blockedDates", [{"month": "DECEMBER", "dayOfMonth": 25}], "UNSUPPORTED"),
        ("dataSources", [{}], "UNSUPPORTED"),
        ("suppressionListIds", [1], "UNSUPPORTED"),
        ("campaignIds", ["a"], "UNSUPPORTED"),
        ("goalFilterBranch", {"filterBranchType": "OR"}, "UNSUPPORTED"),
        ("unEnrollmentSetting", {"type": "ALL", "flowIds": []}, "UNSUPPORTED"),
        ("eventAnchor", {"type": "X"}, "UNSUPPORTED"),
        ("turnOffAt", "2027-01-01T00:00:00Z", "UNSUPPORTED"),
        ("guard", {"holdAbove": 3}, "UNSUPPORTED"),
        ("caps", {"mails": 3}, "UNSUPPORTED"),
        ("timeWindows", [{"day": "MONDAY"}], "NOT_ALLOWED"),
        ("timeWindows", 3, "WRONG_TYPE"),
        ("suppressionFilterBranch", {}, "UNKNOWN_FIELD"),
        ("nonsense", 1, "UNKNOWN_FIELD"),
        ("name", 1, "WRONG_TYPE"),
        ("name", "x" * 257, "OUT_OF_BOUNDS"),
        ("description", [], "WRONG_TYPE"),
        ("uuid", {}, "WRONG_TYPE"),
        ("isEnabled", "true", "WRONG_TYPE"),
        ("flowType", "JOURNEY", "NOT_ALLOWED"),
        ("type", "DEAL_FLOW", "NOT_ALLOWED"),
        ("type", ["CONTACT_FLOW"], "WRONG_TYPE"),
        ("objectTypeId", 1, "WRONG_TYPE"),
        ("objectTypeId", "0-2", "DOES_NOT_FIT"),
        ("canEnrollFromSalesforce", 1, "WRONG_TYPE"),
        ("customProperties", [], "WRONG_TYPE"),
        ("actions", {}, "WRONG_TYPE"),
        ("enrollmentCriteria", [], "WRONG_TYPE"),
        ("enrollmentSchedule", "daily", "WRONG_TYPE"),
        ("startActionId", 1, "WRONG_TYPE"),
        ("startActionId", "2", "UNKNOWN_TARGET"),
    ],
)
def test_a_wrong_field_is_refused_at_its_place(
    refused: Refused, flow: AnyFlow, name: str, value: object, code: str
) -> None:
    assert (code, name) in refused({**flow, name: value})


@pytest.mark.parametrize("name", ["type", "flowType", "isEnabled", "objectTypeId", "actions"])
def test_what_a_flow_cannot_do_without_is_asked_for(refused: Refused, flow: AnyFlow, name: str) -> None:
    del flow[name]

    assert refused(flow) == [("INCOMPLETE", name)]


@pytest.mark.parametrize("body", [None, 1, "x", [], True])
def test_a_body_that_is_no_object_is_refused(refused: Refused, body: object) -> None:
    assert refused(body) == [("WRONG_TYPE", "")]


def test_an_object_type_that_does_not_exist_is_refused(refused: Refused, flow: AnyFlow) -> None:
    flow |= {"type": "PLATFORM_FLOW", "objectTypeId": "2-77"}

    assert ("UNKNOWN_NAME", "objectTypeId") in refused(flow, definitions={})


def test_a_text_in_custom_properties_is_asked_for_at_its_place(refused: Refused, flow: AnyFlow) -> None:
    assert refused({**flow, "customProperties": {"a": "b", "c": 1}}) == [("WRONG_TYPE", "customProperties.c")]


def test_a_schedule_is_refused_at_its_own_places(refused: Refused, flow: AnyFlow) -> None:
    flow["enrollmentSchedule"] = {
        "type": "WEEKLY",
        "daysOfWeek": ["FRIDAY", "FREITAG"],
        "timeOfDay": {"hour": 24, "minute": 0},
        "timeZoneId": "Europe/Atlantis",
    }

    assert set(refused(flow)) == {
        ("NOT_ALLOWED", "enrollmentSchedule.daysOfWeek[1]"),
        ("OUT_OF_BOUNDS", "enrollmentSchedule.timeOfDay.hour"),
        ("NOT_ALLOWED", "enrollmentSchedule.timeZoneId"),
    }


def test_a_date_that_does_not_exist_is_refused(refused: Refused, flow: AnyFlow) -> None:
    once = {"type": "ONCE", "date": {"year": 2027, "month": 2, "day": 30}, "timeOfDay": {"hour": 8, "minute": 0}}

    assert [code for code, _ in refused({**flow, "enrollmentSchedule": once})] == ["OUT_OF_BOUNDS"]


def test_a_tree_is_refused_at_its_own_places(refused: Refused, flow: AnyFlow) -> None:
    branch = flow["enrollmentCriteria"]["listFilterBranch"]["filterBranches"][0]
    branch["filters"][0]["property"] = "no_such_property"

    place = "enrollmentCriteria.listFilterBranch.filterBranches[0].filters[0].property"
    assert refused(flow) == [("UNKNOWN_NAME", place)]


@pytest.mark.parametrize(
    ("criteria", "code", "place"),
    [
        ({}, "INCOMPLETE", "enrollmentCriteria.type"),
        ({"type": 1}, "WRONG_TYPE", "enrollmentCriteria.type"),
        ({"type": ["MANUAL"]}, "WRONG_TYPE", "enrollmentCriteria.type"),
        ({"type": "SOMETIMES"}, "NOT_ALLOWED", "enrollmentCriteria.type"),
        ({"type": "EVENT_BASED", "eventFilterBranches": []}, "UNSUPPORTED", "enrollmentCriteria.type"),
        ({"type": "DATASET", "datasetId": 1}, "UNSUPPORTED", "enrollmentCriteria.type"),
        ({"type": "MANUAL", "listFilterBranch": {}}, "UNKNOWN_FIELD", "enrollmentCriteria.listFilterBranch"),
        ({"type": "MANUAL", "shouldReEnroll": "no"}, "WRONG_TYPE", "enrollmentCriteria.shouldReEnroll"),
        (
            {"type": "LIST_BASED", "reEnrollmentTriggersFilterBranches": [{}]},
            "NOT_ALLOWED",
            "enrollmentCriteria.reEnrollmentTriggersFilterBranches",
        ),
        (
            {"type": "LIST_BASED", "unEnrollObjectsNotMeetingCriteria": True},
            "UNSUPPORTED",
            "enrollmentCriteria.unEnrollObjectsNotMeetingCriteria",
        ),
        ({"type": "LIST_BASED", "listFilterBranch": []}, "WRONG_TYPE", "enrollmentCriteria.listFilterBranch"),
    ],
)
def test_criteria_that_cannot_be_meant_are_refused(
    refused: Refused, flow: AnyFlow, criteria: object, code: str, place: str
) -> None:
    assert refused({**flow, "enrollmentCriteria": criteria}) == [(code, place)]


def test_criteria_may_lack_their_tree_until_the_workflow_is_turned_on(read: Read, flow: AnyFlow) -> None:
    assert read({**flow, "enrollmentCriteria": {"type": "LIST_BASED"}}).tree is None


def test_every_mistake_is_named_and_at_most_a_hundred(refused: Refused, flow: AnyFlow) -> None:
    flow |= {f"unknown{number}": 1 for number in range(150)}

    assert len(set(refused(flow))) == 100


def test_a_document_a_hundred_levels_deep_is_refused_in_its_place(refused: Refused, flow: AnyFlow) -> None:
    deep: dict[str, Any] = {"filterBranchType": "AND", "filters": [], "filterBranches": []}
    for _ in range(100):
        deep = {"filterBranchType": "AND", "filters": [], "filterBranches": [deep]}
    flow["enrollmentCriteria"]["listFilterBranch"]["filterBranches"] = [deep]

    assert {code for code, _ in refused(flow)} == {"TOO_MANY"}


def test_a_replacement_names_the_revision_it_replaces(read: Read, refused: Refused, flow: AnyFlow) -> None:
    before = dict(read(flow).content)

    assert refused(flow, before=before) == [("INCOMPLETE", "revisionId")]
    assert read({**flow, "revisionId": "3"}, before=before).revision_id == "3"
    assert refused({**flow, "revisionId": 3}, before=before) == [("WRONG_TYPE", "revisionId")]


def test_kind_and_object_type_never_change(read: Read, refused: Refused, flow: AnyFlow) -> None:
    before = dict(read(flow).content)
    changed = {**flow, "type": "PLATFORM_FLOW", "objectTypeId": "0-2", "revisionId": "1"}

    assert refused(changed, before=before) == [("READ_ONLY", "type"), ("READ_ONLY", "objectTypeId")]


def test_a_replacement_may_leave_the_object_type_out(read: Read, flow: AnyFlow) -> None:
    before = dict(read(flow).content)
    del flow["objectTypeId"]

    assert read({**flow, "revisionId": "1"}, before=before).content == before
