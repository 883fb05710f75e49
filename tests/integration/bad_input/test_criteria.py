"""Criteria that cannot be meant, where they are counted and where a flow holds them."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.integration.bad_input.answers import refusal
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.examples import FLOW

Tree = dict[str, Any]


def branch(kind: str, *filters: Any, branches: tuple[Any, ...] = ()) -> Tree:
    return {"filterBranchType": kind, "filters": list(filters), "filterBranches": list(branches)}


def root(*filters: Any) -> Tree:
    return branch("OR", branches=(branch("AND", *filters),))


def asked(name: Any = "firstname", **operation: Any) -> dict[str, Any]:
    given = {"operationType": "STRING", "operator": "CONTAINS", "value": "a", **operation}
    return {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {key: value for key, value in given.items() if value is not None},
    }


def levels(count: int) -> Tree:
    """Return a tree of so many levels."""
    tree = branch("AND")
    for _ in range(count - 2):
        tree = branch("AND", branches=(tree,))
    return branch("OR", branches=(tree,))


CONSTANT: Final = {"filterType": "CONSTANT", "shouldAccept": True}
ONE: Final = "filterBranches[0].filters[0]"
MANY: Final = {"operationType": "MULTISTRING", "value": None}
NUMBER: Final = {"operationType": "NUMBER", "operator": "IS_EQUAL_TO"}
SET: Final = {"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "value": None}

_REFUSED: Final[Mapping[str, tuple[Any, str, str]]] = {
    "nothing in it": ({}, "INCOMPLETE", "filterBranchType"),
    "an AND at the root": (branch("AND"), "NOT_ALLOWED", "filterBranchType"),
    "filters at the root": (branch("OR", asked()), "NOT_ALLOWED", "filters"),
    "an OR below the root": (
        branch("OR", branches=(branch("OR"),)),
        "NOT_ALLOWED",
        "filterBranches[0].filterBranchType",
    ),
    "a branch nobody knows": (branch("XOR"), "NOT_ALLOWED", "filterBranchType"),
    "a branch that is not held": (
        branch("OR", branches=(branch("ASSOCIATION"),)),
        "UNSUPPORTED",
        "filterBranches[0].filterBranchType",
    ),
    "an operator of another branch": (
        {**branch("OR"), "filterBranchOperator": "AND"},
        "NOT_ALLOWED",
        "filterBranchOperator",
    ),
    "a filter nobody knows": (root({"filterType": "MAGIC"}), "NOT_ALLOWED", f"{ONE}.filterType"),
    "a filter that is not held": (root({"filterType": "IN_LIST", "listId": "1"}), "UNSUPPORTED", f"{ONE}.filterType"),
    "a filter of no type": (root({"property": "firstname"}), "INCOMPLETE", f"{ONE}.filterType"),
    "a property nobody knows": (root(asked("nothing")), "UNKNOWN_NAME", f"{ONE}.property"),
    "a property of no name": (root(asked("")), "INCOMPLETE", f"{ONE}.property"),
    "a property of a long name": (root(asked("a" * 5_000)), "OUT_OF_BOUNDS", f"{ONE}.property"),
    "a property of a quoted name": (root(asked("firstname' OR true --")), "UNKNOWN_NAME", f"{ONE}.property"),
    "an operation nobody knows": (
        root(asked(operationType="TELEPATHY")),
        "NOT_ALLOWED",
        f"{ONE}.operation.operationType",
    ),
    "an operation that is not held": (
        root(asked(operationType="COMPARATIVE_DATE")),
        "UNSUPPORTED",
        f"{ONE}.operation.operationType",
    ),
    "an operator nobody knows": (root(asked(operator="RHYMES_WITH")), "NOT_ALLOWED", f"{ONE}.operation.operator"),
    "an operator of another operation": (root(asked(operator="IS_ANY_OF")), "NOT_ALLOWED", f"{ONE}.operation.operator"),
    "an operator that is not held": (
        root(asked(operator="HAS_EVER_CONTAINED")),
        "UNSUPPORTED",
        f"{ONE}.operation.operator",
    ),
    "no operator": (root(asked(operator=None)), "INCOMPLETE", f"{ONE}.operation.operator"),
    "no value": (root(asked(value=None)), "INCOMPLETE", f"{ONE}.operation.value"),
    "an empty value": (root(asked(value="")), "INCOMPLETE", f"{ONE}.operation.value"),
    "a long value": (root(asked(value="a" * 70_000)), "OUT_OF_BOUNDS", f"{ONE}.operation.value"),
    "no values": (root(asked(**MANY, values=[])), "INCOMPLETE", f"{ONE}.operation.values"),
    "too many values": (root(asked(**MANY, values=["a"] * 10_001)), "TOO_MANY", f"{ONE}.operation.values"),
    "values of another type": (root(asked(**MANY, values=["a", 1])), "WRONG_TYPE", f"{ONE}.operation.values[1]"),
    "a text asked of a number": (root(asked(**NUMBER)), "DOES_NOT_FIT", f"{ONE}.operation.value"),
    "a number asked of a text": (root(asked(**NUMBER, value=1)), "DOES_NOT_FIT", f"{ONE}.operation.operationType"),
    "NaN": (root(asked(**NUMBER, value="NaN")), "DOES_NOT_FIT", f"{ONE}.operation.value"),
    "an infinite number": (root(asked(**NUMBER, value="Infinity")), "DOES_NOT_FIT", f"{ONE}.operation.value"),
    "1e400000": (root(asked(**NUMBER, value="1e400000")), "DOES_NOT_FIT", f"{ONE}.operation.value"),
    "5,000 digits": (root(asked(**NUMBER, value="9" * 5_000)), "DOES_NOT_FIT", f"{ONE}.operation.value"),
    "digits of another script": (root(asked(**NUMBER, value="\u0661")), "DOES_NOT_FIT", f"{ONE}.operation.value"),
    "an option asked of a text": (root(asked(**SET, values=["red"])), "DOES_NOT_FIT", f"{ONE}.operation.operationType"),
    "a second operation beside": (root({**asked(), "operations": []}), "UNKNOWN_FIELD", f"{ONE}.operations"),
    "10,000 conditions": (root(*[CONSTANT] * 10_000), "TOO_MANY", "filterBranches[0].filters"),
    "5,000 branches": (
        branch("OR", branches=tuple([branch("AND", CONSTANT)] * 5_000)),
        "TOO_MANY",
        "filterBranches[250].filters",
    ),
    "16,001 branches": (
        branch("OR", branches=tuple([{"filterBranchType": "AND"}] * 16_000)),
        "TOO_MANY",
        "filterBranches",
    ),
    "65 levels": (levels(65), "TOO_MANY", ".".join(["filterBranches[0]"] * 64)),
}


@pytest.mark.parametrize("kind", _REFUSED)
async def test_criteria_that_cannot_be_meant_are_refused_by_their_place(world: World, kind: str) -> None:
    tree, code, place = _REFUSED[kind]
    flow = {**FLOW, "enrollmentCriteria": {"type": "LIST_BASED", "listFilterBranch": tree}}
    async with world.writes_nothing():
        counted = await world.send("POST", "/v1/criteria/count", json={"objectTypeId": "0-1", "filterBranch": tree})
        saved = await world.send("POST", "/automation/v4/flows", json=flow)
    assert (refusal(counted).status, refusal(saved).status) == (422, 400)
    for answer, field in ((counted, "filterBranch"), (saved, "enrollmentCriteria.listFilterBranch")):
        assert (code, f"{field}.{place}") in refusal(answer).mistakes, answer.text


async def test_a_hundred_mistakes_are_named_and_no_more(world: World) -> None:
    tree = root(*[asked(operator="RHYMES_WITH")] * 200)
    answer = await world.send("POST", "/v1/criteria/count", json={"objectTypeId": "0-1", "filterBranch": tree})
    assert len(refusal(answer).mistakes) == 100


@pytest.mark.parametrize("object_type", ["", "0-99", "contacts ", "CONTACTS", "0-1' --", "a" * 5_000])
async def test_an_object_type_that_is_none_has_no_records_to_count(world: World, object_type: str) -> None:
    body = {"objectTypeId": object_type, "filterBranch": root()}
    refused = refusal(await world.send("POST", "/v1/criteria/count", json=body))
    assert (refused.status, refused.mistakes) == (422, (("NOT_FOUND", "objectTypeId"),))


@pytest.mark.parametrize(
    "tree",
    [
        root(asked(value="%_\\" * 5_000)),
        root(asked(**MANY, operator="CONTAINS_EXACTLY", values=["(a+)+$", "[", "\\", "\uffff", "*" * 1_000])),
        root(asked(**MANY, values=["a"] * 10_000)),
        root(*[asked()] * 250),
        levels(64),
    ],
    ids=["marks of patterns", "regular expressions", "10,000 values", "250 conditions", "64 levels"],
)
async def test_what_is_only_strange_is_counted(world: World, tree: Tree) -> None:
    answer = await world.send("POST", "/v1/criteria/count", json={"objectTypeId": "0-1", "filterBranch": tree})
    assert answer.status_code == 200, answer.text
