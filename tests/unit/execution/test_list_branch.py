"""If/then branches in a document: what is refused, what is kept, and what a revision makes of them."""

from copy import deepcopy
from typing import Any

import pytest

from executor_service.execution.actions import Catalogue
from executor_service.execution.actions.trees import asked_now
from executor_service.records.criteria import accepts, parse_tree
from executor_service.records.domain.values import FieldType, PropertyDefinition, PropertyType
from executor_service.workflows.domain.revision import to_graph
from executor_service.workflows.domain.usage import uses_property

DEFINITIONS = {"city": PropertyDefinition("city", "City", PropertyType.STRING, FieldType.TEXT)}


def tree(name: str = "city", spelling: str = "ALL_PROPERTY") -> dict[str, Any]:
    known = {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {"operationType": spelling, "operator": "IS_KNOWN"},
    }
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [known]}]}


def action(*branches: Any, **more: Any) -> dict[str, Any]:
    return {"type": "LIST_BRANCH", "actionId": "1", "listBranches": list(branches), **more}


def problems(document: dict[str, Any], *, turned_on: bool = False) -> list[tuple[str, str]]:
    ask = Catalogue().turn_on_problems if turned_on else Catalogue().problems
    found = ask(document, path="actions[0]", object_type_id="0-1", definitions=DEFINITIONS)
    return [(each.code, each.field) for each in found]


def test_a_branch_that_is_not_finished_may_be_saved() -> None:
    assert problems(action({}, {"branchName": "x"})) == []


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (
            action({"filterBranch": tree("gone")}),
            ("UNKNOWN_NAME", ".filterBranch.filterBranches[0].filters[0].property"),
        ),
        (action({"filterBranch": {}}), ("INCOMPLETE", ".filterBranch.filterBranchType")),
        (action({"branchName": 5}), ("WRONG_TYPE", ".branchName")),
        (action({"branch": "x"}), ("UNKNOWN_FIELD", ".branch")),
        (action("x"), ("WRONG_TYPE", "")),
    ],
)
def test_a_wrong_branch_is_refused_at_its_place(document: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems(document) == [(problem[0], "actions[0].listBranches[0]" + problem[1])]


def test_more_than_twenty_branches_are_refused() -> None:
    assert problems(action(*({} for _ in range(20)))) == []
    assert problems(action(*({} for _ in range(21)))) == [("TOO_MANY", "actions[0].listBranches")]
    assert problems(action() | {"listBranches": {}}) == [("WRONG_TYPE", "actions[0].listBranches")]
    assert problems(action(fields={})) == [("UNKNOWN_FIELD", "actions[0].fields")]


def test_each_branch_needs_its_filters_to_turn_on() -> None:
    found = problems(action({"filterBranch": tree()}, {"branchName": "x"}), turned_on=True)
    assert found == [("INCOMPLETE", "actions[0].listBranches[1].filterBranch")]


def test_a_graph_knows_the_ways_behind_each_branch_and_which_come_again() -> None:
    def to(target: str, edge: str = "STANDARD") -> dict[str, str]:
        return {"edgeType": edge, "nextActionId": target}

    split = action(
        {"branchName": "out", "filterBranch": tree(), "connection": to("3", "GOTO")},
        {"branchName": "end", "filterBranch": tree()},
        defaultBranch=to("2", "GOTO"),
    )
    waits = {"type": "SINGLE_CONNECTION", "actionTypeId": "0-1", "actionId": "2", "fields": {}, "connection": to("1")}
    last = {"type": "SINGLE_CONNECTION", "actionTypeId": "0-5", "actionId": "3", "fields": {}}
    graph = to_graph({"startActionId": "1", "actions": [split, waits, last]})
    one = graph.actions["1"]
    assert (one.type_id, one.next, one.again) == ("LIST_BRANCH", "2", True)
    # A GOTO that leads out of the cycle is no other visit, and a STANDARD edge of the cycle is none either.
    assert [(each.name, each.next, each.again) for each in one.branches] == [("out", "3", False), ("end", None, False)]
    assert (graph.actions["2"].next, graph.actions["2"].again) == ("1", False)


def test_what_a_branch_asks_for_is_in_use() -> None:
    content = {"actions": [action({"filterBranch": tree()})]}
    assert uses_property(content, "city")
    assert not uses_property(content, "zip")


@pytest.mark.parametrize(
    ("value", "used"),
    [
        ({"type": "OBJECT_PROPERTY", "propertyName": "city"}, "city"),
        ({"type": "STATIC_VALUE", "staticValue": "in {{ enrolled_object.city | upper }}"}, "city"),
        ({"type": "STATIC_VALUE", "staticValue": "city"}, "zip"),
    ],
)
def test_what_a_value_names_is_in_use(value: dict[str, Any], used: str) -> None:
    fields = {"property_name": "zip", "value": value}
    content = {"actions": [{"type": "SINGLE_CONNECTION", "actionId": "1", "actionTypeId": "0-5", "fields": fields}]}
    assert uses_property(content, "zip")
    assert uses_property(content, "city") == (used == "city")


def test_a_filter_on_what_is_gone_accepts_nobody_and_the_others_go_on() -> None:
    both = deepcopy(tree())
    both["filterBranches"] += tree("gone")["filterBranches"]
    asked, gone = asked_now(parse_tree(both, path=""), DEFINITIONS)
    assert gone == ["gone"]
    at = {"now": None, "zone": "UTC"}
    assert accepts(asked, {"city": "Oslo", "gone": "x"}, DEFINITIONS, **at)  # type: ignore[arg-type] # asks no time
    assert not accepts(asked, {"gone": "x"}, DEFINITIONS, **at)  # type: ignore[arg-type] # the same
