"""From a document to a tree: every mistake named with its place, none able to exhaust anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.records.criteria import CriteriaError, Problem, parse_tree
from executor_service.records.criteria.tree import Branch, BranchType, ConstantFilter, PropertyFilter


def _branch(kind: str, *filters: Any, below: list[Any] | None = None) -> dict[str, Any]:
    return {"filterBranchType": kind, "filters": list(filters), "filterBranches": below or []}


def _filter(name: str = "lifecyclestage", **operation: Any) -> dict[str, Any]:
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def _tree(*filters: Any) -> dict[str, Any]:
    return _branch("OR", below=[_branch("AND", *filters)])


def _refused(document: object, path: str = "criteria") -> list[Problem]:
    with pytest.raises(CriteriaError) as refused:
        parse_tree(document, path=path)
    return list(refused.value.problems)


def _places(document: object) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in _refused(document)]


KNOWN = _filter(operationType="ALL_PROPERTY", operator="IS_KNOWN")
BELOW = "criteria.filterBranches[0].filters[0]"


def test_a_tree_of_hubspot_is_read_as_it_stands() -> None:
    document = {
        "filterBranchType": "OR",
        "filterBranchOperator": "OR",
        "filters": [],
        "filterBranches": [
            {
                "filterBranchType": "AND",
                "filterBranchOperator": "AND",
                "filterBranches": [],
                "filters": [
                    _filter(
                        operationType="ENUMERATION",
                        operator="IS_ANY_OF",
                        values=["lead"],
                        includeObjectsWithNoValueSet=False,
                    )
                ],
            }
        ],
    }
    tree = parse_tree(document, path="criteria")
    assert tree.document == document
    assert tree.property_names == {"lifecyclestage"}


def test_filters_and_branches_become_children_alike() -> None:
    constant = {"filterType": "CONSTANT", "shouldAccept": False, "source": "test"}
    tree = parse_tree(_branch("OR", below=[_branch("NOT_ANY", constant, KNOWN, below=[_branch("OR")])]), path="")
    (only,) = tree.root.children
    assert isinstance(only, Branch)
    assert only.type is BranchType.NOT_ANY
    first, second, third = only.children
    assert first == ConstantFilter(should_accept=False)
    assert isinstance(second, PropertyFilter)
    assert second.path == "filterBranches[0].filters[1]"
    assert third == Branch(BranchType.OR, ())


def test_both_spellings_of_an_operation_are_taken_and_upper_case_is_given_back() -> None:
    sent = [
        _filter(operationType="alltypes", operator="IS_KNOWN"),
        _filter(operationType="multistring", operator="CONTAINS", values=["a"]),
        _filter(operationType="number-ranged", operator="IS_BETWEEN", lowerBound=1, upperBound="2.50"),
        _filter(operationType="bool", operator="IS_EQUAL_TO", value="True"),
    ]
    filters = parse_tree(_tree(*sent), path="").document["filterBranches"][0]["filters"]
    assert [each["operation"]["operationType"] for each in filters] == [
        "ALL_PROPERTY",
        "MULTISTRING",
        "NUMBER_RANGED",
        "BOOL",
    ]
    assert filters[2]["operation"]["upperBound"] == "2.50"
    assert sent[0]["operation"]["operationType"] == "alltypes"


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        (None, "WRONG_TYPE", "criteria"),
        ([], "WRONG_TYPE", "criteria"),
        ({}, "INCOMPLETE", "criteria.filterBranchType"),
        ({"filterBranchType": 1}, "WRONG_TYPE", "criteria.filterBranchType"),
        ({"filterBranchType": "or"}, "NOT_ALLOWED", "criteria.filterBranchType"),
        (_branch("AND"), "NOT_ALLOWED", "criteria.filterBranchType"),
        (_branch("OR", KNOWN), "NOT_ALLOWED", "criteria.filters"),
        (_branch("OR", below=[_branch("OR")]), "NOT_ALLOWED", "criteria.filterBranches[0].filterBranchType"),
        (_branch("ASSOCIATION"), "UNSUPPORTED", "criteria.filterBranchType"),
        (_branch("OR") | {"filterBranchOperator": "AND"}, "NOT_ALLOWED", "criteria.filterBranchOperator"),
        (_branch("OR") | {"filters": {}}, "WRONG_TYPE", "criteria.filters"),
        (_branch("OR") | {"colour": 1}, "UNKNOWN_FIELD", "criteria.colour"),
        (_branch("OR", below=[7]), "WRONG_TYPE", "criteria.filterBranches[0]"),
    ],
)
def test_a_branch_that_cannot_be_meant_is_refused_at_its_place(document: object, code: str, field: str) -> None:
    assert _places(document) == [(code, field)]


@pytest.mark.parametrize(
    ("document", "code", "field"),
    [
        ("x", "WRONG_TYPE", ""),
        ({}, "INCOMPLETE", ".filterType"),
        ({"filterType": "PAGE_VIEW", "operator": "HAS_PAGEVIEW_EQ"}, "UNSUPPORTED", ".filterType"),
        ({"filterType": "IN_LIST", "listId": "1"}, "UNSUPPORTED", ".filterType"),
        ({"filterType": "NO_SUCH"}, "NOT_ALLOWED", ".filterType"),
        ({"filterType": "CONSTANT"}, "INCOMPLETE", ".shouldAccept"),
        ({"filterType": "CONSTANT", "shouldAccept": "true"}, "WRONG_TYPE", ".shouldAccept"),
        ({"filterType": "PROPERTY", "property": "p"}, "INCOMPLETE", ".operation"),
        ({"filterType": "PROPERTY", "property": "", "operation": {}}, "INCOMPLETE", ".property"),
        ({"filterType": "PROPERTY", "property": "a\x00", "operation": {}}, "NOT_ALLOWED", ".property"),
        (KNOWN | {"extra": 1}, "UNKNOWN_FIELD", ".extra"),
        (_filter(), "INCOMPLETE", ".operation.operationType"),
        (_filter(operationType="COMPARATIVE_DATE"), "UNSUPPORTED", ".operation.operationType"),
        (_filter(operationType="number-comparative"), "UNSUPPORTED", ".operation.operationType"),
        (_filter(operationType="REGEX"), "NOT_ALLOWED", ".operation.operationType"),
        (_filter(operationType="ALL_PROPERTY"), "INCOMPLETE", ".operation.operator"),
        (_filter(operationType="ALL_PROPERTY", operator="IS"), "NOT_ALLOWED", ".operation.operator"),
        (_filter(operationType="ALL_PROPERTY", operator="IS_KNOWN", value=1), "UNKNOWN_FIELD", ".operation.value"),
        (
            _filter(operationType="ENUMERATION", operator="HAS_EVER_BEEN_ANY_OF", values=["a"]),
            "UNSUPPORTED",
            ".operation.operator",
        ),
        (_filter(operationType="ENUMERATION", operator="IS_ANY_OF", values=[]), "INCOMPLETE", ".operation.values"),
        (_filter(operationType="ENUMERATION", operator="IS_ANY_OF", values="a"), "WRONG_TYPE", ".operation.values"),
        (
            _filter(operationType="ENUMERATION", operator="IS_ANY_OF", values=["a", 2]),
            "WRONG_TYPE",
            ".operation.values[1]",
        ),
        (_filter(operationType="STRING", operator="CONTAINS", value=""), "INCOMPLETE", ".operation.value"),
        (_filter(operationType="STRING", operator="CONTAINS", value="\x00"), "NOT_ALLOWED", ".operation.value"),
        (_filter(operationType="STRING", operator="CONTAINS", value="\ud800"), "NOT_ALLOWED", ".operation.value"),
        (_filter(operationType="STRING", operator="CONTAINS", value="x" * 65_537), "OUT_OF_BOUNDS", ".operation.value"),
        (_filter(operationType="NUMBER", operator="IS_EQUAL_TO", value="ten"), "DOES_NOT_FIT", ".operation.value"),
        (_filter(operationType="NUMBER", operator="IS_EQUAL_TO", value="NaN"), "DOES_NOT_FIT", ".operation.value"),
        (
            _filter(operationType="NUMBER", operator="IS_EQUAL_TO", value=float("inf")),
            "DOES_NOT_FIT",
            ".operation.value",
        ),
        (_filter(operationType="NUMBER", operator="IS_EQUAL_TO", value=10**9_999), "WRONG_TYPE", ".operation.value"),
        (_filter(operationType="NUMBER", operator="IS_EQUAL_TO", value=True), "WRONG_TYPE", ".operation.value"),
        (_filter(operationType="BOOL", operator="IS_EQUAL_TO", value="yes"), "WRONG_TYPE", ".operation.value"),
        (
            KNOWN | {"operation": KNOWN["operation"] | {"includeObjectsWithNoValueSet": "no"}},
            "WRONG_TYPE",
            ".operation.includeObjectsWithNoValueSet",
        ),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_at_its_place(document: object, code: str, field: str) -> None:
    assert _places(_tree(document)) == [(code, f"{BELOW}{field}")]


def test_a_refusal_names_what_is_not_held() -> None:
    (problem,) = _refused(_tree({"filterType": "FORM_SUBMISSION"}))
    assert problem.reason == "FORM_SUBMISSION asks for data that is not held here"


def test_every_mistake_is_named_at_once_with_its_position() -> None:
    wrong = _filter(operationType="ALL_PROPERTY", operator="NO")
    branches = [_branch("AND", KNOWN, wrong), _branch("AND", below=[_branch("OR", KNOWN, KNOWN, wrong)])]
    assert [problem.field for problem in _refused(_branch("OR", below=branches), "enrollmentCriteria.branch")] == [
        "enrollmentCriteria.branch.filterBranches[0].filters[1].operation.operator",
        "enrollmentCriteria.branch.filterBranches[1].filterBranches[0].filters[2].operation.operator",
    ]


def test_at_most_a_hundred_mistakes_are_named() -> None:
    assert len(_refused(_tree(*[{"filterType": "NO_SUCH"}] * 200))) == 100
    assert len(_refused(_branch("OR", below=[7] * 10_000))) == 100


def test_of_more_branches_than_can_lead_to_a_filter_none_is_looked_at() -> None:
    assert _places(_branch("OR", below=[7] * 100_000)) == [("TOO_MANY", "criteria.filterBranches")]
    assert _places(_branch("OR", below=[_branch("AND")] * 16_000)) == [("TOO_MANY", "criteria.filterBranches")]


def test_a_tree_holds_250_filters_and_no_more() -> None:
    assert len(list(parse_tree(_tree(*[KNOWN] * 250), path="").property_filters())) == 250
    assert _places(_tree(*[KNOWN] * 100_000)) == [("TOO_MANY", "criteria.filterBranches[0].filters")]


def _nested(levels: int) -> dict[str, Any]:
    document = _branch("AND", KNOWN)
    for _ in range(levels - 2):
        document = _branch("AND", below=[document])
    return _branch("OR", below=[document])


def test_a_tree_is_64_levels_deep_and_no_deeper() -> None:
    assert parse_tree(_nested(64), path="").property_names == {"lifecyclestage"}
    for levels in (65, 100_000):
        assert _places(_nested(levels)) == [("TOO_MANY", "criteria" + ".filterBranches[0]" * 64)]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=5,
)
_keys = ("filterType", "property", "operation", "operationType", "operator", "value", "values", "shouldAccept")
_words = st.sampled_from(["PROPERTY", "CONSTANT", "MULTISTRING", "NUMBER", "IS_EQUAL_TO", "OR", "AND", "alltypes"])
_nearly = st.recursive(
    _json | _words,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from((*_keys, "filters", "filterBranches", "filterBranchType")), below, max_size=5)
    ),
    max_leaves=12,
)


@given(document=_nearly, is_filter=st.booleans())
def test_any_json_is_a_tree_or_is_refused_with_places(document: object, *, is_filter: bool) -> None:
    problems = _problems(_tree(document) if is_filter else document)
    assert len(problems) <= 100
    assert all(problem.field.startswith("criteria") and problem.reason for problem in problems)


def _problems(document: object) -> tuple[Problem, ...]:
    try:
        parse_tree(document, path="criteria")
    except CriteriaError as error:
        return error.problems
    return ()
