"""The members of `actions[]` and the graph they make."""

from collections.abc import Callable
from typing import Any

import pytest

from executor_service.workflows.domain.document import Flow
from executor_service.workflows.domain.graph import Edge, Node, check_graph, cycles, reachable
from executor_service.workflows.domain.problems import Findings

Read = Callable[..., Flow]
Refused = Callable[..., list[tuple[str, str]]]
AnyFlow = dict[str, Any]


def an_action(action_id: str, following: str | None = None, edge: str = "STANDARD") -> dict[str, Any]:
    action: dict[str, Any] = {"type": "SINGLE_CONNECTION", "actionId": action_id, "actionTypeId": "0-5"}
    return action if following is None else action | {"connection": {"edgeType": edge, "nextActionId": following}}


def with_actions(flow: AnyFlow, *actions: Any) -> AnyFlow:
    return {**flow, "actions": list(actions), "startActionId": "1"}


def test_a_half_configured_action_may_be_saved(read: Read, flow: AnyFlow) -> None:
    content = read(with_actions(flow, an_action("1"))).content

    assert content["actions"] == [an_action("1") | {"actionTypeVersion": 0, "fields": {}}]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"actionId": None}, "INCOMPLETE", "actions[0].actionId"),
        ({"actionId": 1}, "WRONG_TYPE", "actions[0].actionId"),
        ({"actionId": "0"}, "OUT_OF_BOUNDS", "actions[0].actionId"),
        ({"actionId": "1000000000"}, "OUT_OF_BOUNDS", "actions[0].actionId"),
        ({"actionId": "x" * 5_000}, "OUT_OF_BOUNDS", "actions[0].actionId"),
        ({"type": None}, "INCOMPLETE", "actions[0].type"),
        ({"type": "DOUBLE"}, "NOT_ALLOWED", "actions[0].type"),
        ({"type": "STATIC_BRANCH"}, "UNSUPPORTED", "actions[0].type"),
        ({"type": "CUSTOM_CODE"}, "UNSUPPORTED", "actions[0].type"),
        ({"type": "WEBHOOK"}, "UNSUPPORTED", "actions[0].type"),
        ({"actionTypeId": None}, "INCOMPLETE", "actions[0].actionTypeId"),
        ({"actionTypeId": 5}, "WRONG_TYPE", "actions[0].actionTypeId"),
        ({"actionTypeId": "0-35"}, "UNSUPPORTED", "actions[0].actionTypeId"),
        ({"actionTypeId": "1-179507819"}, "UNSUPPORTED", "actions[0].actionTypeId"),
        ({"actionTypeId": "0-999"}, "UNKNOWN_ACTION_TYPE", "actions[0].actionTypeId"),
        ({"actionTypeVersion": "0"}, "WRONG_TYPE", "actions[0].actionTypeVersion"),
        ({"actionTypeVersion": -1}, "OUT_OF_BOUNDS", "actions[0].actionTypeVersion"),
        ({"actionTypeVersion": True}, "WRONG_TYPE", "actions[0].actionTypeVersion"),
        ({"fields": []}, "WRONG_TYPE", "actions[0].fields"),
        ({"fields": {"propertyname": "x"}}, "UNKNOWN_FIELD", "actions[0].fields.propertyname"),
        ({"colour": "red"}, "UNKNOWN_FIELD", "actions[0].colour"),
        ({"connection": []}, "WRONG_TYPE", "actions[0].connection"),
        ({"connection": {"edgeType": "STANDARD"}}, "INCOMPLETE", "actions[0].connection.nextActionId"),
        ({"connection": {"nextActionId": "1"}}, "INCOMPLETE", "actions[0].connection.edgeType"),
        (
            {"connection": {"edgeType": "JUMP", "nextActionId": "2"}},
            "NOT_ALLOWED",
            "actions[0].connection.edgeType",
        ),
        (
            {"connection": {"edgeType": "STANDARD", "nextActionId": "2"}},
            "UNKNOWN_TARGET",
            "actions[0].connection.nextActionId",
        ),
        (
            {"connection": {"edgeType": "STANDARD", "nextActionId": 2}},
            "WRONG_TYPE",
            "actions[0].connection.nextActionId",
        ),
    ],
)
def test_a_wrong_action_is_refused_at_its_place(
    refused: Refused, flow: AnyFlow, change: dict[str, Any], code: str, place: str
) -> None:
    assert (code, place) in refused(with_actions(flow, an_action("1") | change))


def test_an_empty_connection_is_refused(refused: Refused, flow: AnyFlow) -> None:
    assert refused(with_actions(flow, an_action("1") | {"connection": {}})) == [
        ("INCOMPLETE", "actions[0].connection.edgeType"),
        ("INCOMPLETE", "actions[0].connection.nextActionId"),
    ]


@pytest.mark.parametrize("action", [None, 1, "0-5", []])
def test_an_action_that_is_no_object_is_refused(refused: Refused, flow: AnyFlow, action: object) -> None:
    assert ("WRONG_TYPE", "actions[1]") in refused(with_actions(flow, an_action("1"), action))


def test_an_id_is_used_once(refused: Refused, flow: AnyFlow) -> None:
    assert refused(with_actions(flow, an_action("1"), an_action("1"))) == [("DUPLICATE_ID", "actions[1].actionId")]


def test_more_than_five_hundred_actions_are_refused(refused: Refused, flow: AnyFlow) -> None:
    actions = [an_action(str(number)) for number in range(1, 502)]

    assert refused(with_actions(flow, *actions)) == [("TOO_MANY", "actions")]


def test_five_hundred_actions_in_a_row_are_taken(read: Read, flow: AnyFlow) -> None:
    actions = [an_action(str(number), str(number + 1)) for number in range(1, 500)]

    assert len(read(with_actions(flow, *actions, an_action("500"))).content["actions"]) == 500


def test_a_cycle_needs_a_delay_and_a_goto(refused: Refused, flow: AnyFlow) -> None:
    assert refused(with_actions(flow, an_action("1", "2"), an_action("2", "1"))) == [
        ("CYCLE_WITHOUT_DELAY", "actions[0].connection"),
        ("CYCLE_WITHOUT_GOTO", "actions[0].connection"),
    ]
    assert refused(with_actions(flow, an_action("1", "2"), an_action("2", "1", "GOTO"))) == [
        ("CYCLE_WITHOUT_DELAY", "actions[0].connection")
    ]


def test_an_action_that_leads_to_itself_is_a_cycle(refused: Refused, flow: AnyFlow) -> None:
    assert ("CYCLE_WITHOUT_DELAY", "actions[1].connection") in refused(
        with_actions(flow, an_action("1", "2"), an_action("2", "2", "GOTO"))
    )


def test_a_cycle_with_a_goto_and_a_delay_that_always_waits_is_taken() -> None:
    nodes = [Node("1", "0-1", "a"), Node("2", "0-5", "b")]
    found = Findings()

    check_graph(nodes, [Edge("1", "2", False, "e"), Edge("2", "1", True, "f")], "1", found)

    assert found.problems == []


def test_an_action_between_two_ends_is_on_no_cycle() -> None:
    ends = [("1", "2"), ("2", "1"), ("2", "3"), ("3", "4"), ("4", "5"), ("5", "4"), ("6", "6")]

    assert sorted(map(sorted, cycles(ends))) == [["1", "2"], ["4", "5"], ["6"]]


def test_what_nobody_leads_to_is_not_reachable() -> None:
    assert reachable("1", {"1": ["2"], "2": [], "3": ["1"]}) == {"1", "2"}
    assert reachable(None, {"1": []}) == frozenset()


def a_branch(**own: Any) -> dict[str, Any]:
    return {"type": "LIST_BRANCH", "actionId": "1", **own}


def asking(spelling: str) -> dict[str, Any]:
    operation = {"operationType": spelling, "operator": "IS_KNOWN"}
    asked = {"filterType": "PROPERTY", "property": "firstname", "operation": operation}
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}


def to(target: str, edge: str = "STANDARD") -> dict[str, str]:
    return {"edgeType": edge, "nextActionId": target}


def test_a_branch_is_given_back_as_it_was_sent_but_for_two_spellings(read: Read, flow: AnyFlow) -> None:
    one = {"branchName": "x", "filterBranch": asking("alltypes"), "connection": to("2", "GO-TO")}
    split = a_branch(listBranches=[one], defaultBranch=to("2", "GO-TO"), defaultBranchName="else")

    content = read(with_actions(flow, split, an_action("2"))).content

    assert content["actions"][0] == split | {
        "listBranches": [{**one, "filterBranch": asking("ALL_PROPERTY"), "connection": to("2", "GOTO")}],
        "defaultBranch": to("2", "GOTO"),
    }


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ({"listBranches": [{"connection": {}}]}, ("INCOMPLETE", "actions[0].listBranches[0].connection.edgeType")),
        ({"listBranches": [{}, {"connection": to("9")}]}, ("UNKNOWN_TARGET", "actions[0].listBranches[1].connection")),
        ({"defaultBranch": to("9")}, ("UNKNOWN_TARGET", "actions[0].defaultBranch")),
        ({"defaultBranch": {"connection": to("1")}}, ("UNKNOWN_FIELD", "actions[0].defaultBranch.connection")),
        ({"connection": to("1")}, ("UNKNOWN_FIELD", "actions[0].connection")),
        ({"actionTypeId": "0-5"}, ("UNKNOWN_FIELD", "actions[0].actionTypeId")),
        ({"actionId": None}, ("INCOMPLETE", "actions[0].actionId")),
    ],
)
def test_a_wrong_connection_of_a_branch_is_refused_at_its_place(
    refused: Refused, flow: AnyFlow, own: dict[str, Any], problem: tuple[str, str]
) -> None:
    code, place = problem
    found = refused(with_actions(flow, a_branch(**own)))

    assert any(each == code and where.startswith(place) for each, where in found)


def test_every_cycle_is_named_where_its_lowest_action_leads_on(refused: Refused, flow: AnyFlow) -> None:
    split = {"type": "LIST_BRANCH", "actionId": "7", "listBranches": [{"connection": to("8")}, {"connection": to("9")}]}
    actions = [an_action("9", "7", "GOTO"), split, an_action("8"), an_action("20", "21"), an_action("21", "20")]

    assert refused({**flow, "actions": actions, "startActionId": "7"}) == [
        ("CYCLE_WITHOUT_DELAY", "actions[1].listBranches[1].connection"),
        ("CYCLE_WITHOUT_DELAY", "actions[3].connection"),
        ("CYCLE_WITHOUT_GOTO", "actions[3].connection"),
    ]


def test_no_type_is_called_as_a_shape(refused: Refused, flow: AnyFlow) -> None:
    wrong = an_action("1") | {"actionTypeId": "LIST_BRANCH"}

    assert refused(with_actions(flow, wrong)) == [("UNKNOWN_ACTION_TYPE", "actions[0].actionTypeId")]
