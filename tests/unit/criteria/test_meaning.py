"""What each operation means, asked in memory; that the SQL means the same is shown on PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from executor_service.records.criteria import CriteriaError, accepts, check_tree, compile_tree, parse_tree, warn_tree
from executor_service.records.domain.values import FieldType, Option, PropertyDefinition, PropertyType, StoredValue

NOW = datetime(2026, 3, 1, tzinfo=UTC)
_TYPES = {
    "name": ("string", "text"),
    "phone": ("phone_number", "phonenumber"),
    "score": ("number", "number"),
    "subscribed": ("bool", "booleancheckbox"),
    "stage": ("enumeration", "select"),
    "colours": ("enumeration", "checkbox"),
    "birthday": ("date", "date"),
    "seen": ("datetime", "date"),
}
DEFINITIONS = {
    name: PropertyDefinition(
        name,
        name,
        PropertyType(kind),
        FieldType(field),
        (Option("red", "Red"), Option("blue", "Blue")) if kind == "enumeration" else (),
    )
    for name, (kind, field) in _TYPES.items()
}


def _tree(*filters: Any, kind: str = "AND") -> dict[str, Any]:
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": kind, "filters": list(filters)}]}


def _filter(name: str, kind: str, operator: str, **fields: Any) -> dict[str, Any]:
    return {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {"operationType": kind, "operator": operator, **fields},
    }


def _constant(*, accepted: bool) -> dict[str, Any]:
    return {"filterType": "CONSTANT", "shouldAccept": accepted}


def _accepts(document: dict[str, Any], **properties: StoredValue) -> bool:
    return accepts(parse_tree(document, path=""), properties, DEFINITIONS, now=NOW, zone="UTC")


@pytest.mark.parametrize(
    ("operator", "values", "accepted", "rejected"),
    [
        ("IS_EQUAL_TO", ["ANNA", "Bob"], ["anna", "BOB"], ["Anna ", "ann"]),
        ("IS_NOT_EQUAL_TO", ["ANNA", "Bob"], ["Anna "], ["anna", "bob"]),
        ("CONTAINS", ["nn"], ["ANNA"], ["an"]),
        ("CONTAINS", ["50%", "_"], ["a_b", "only 50% off"], ["500", "ab"]),
        ("DOES_NOT_CONTAIN", ["x", "y"], ["abc"], ["aYc"]),
        ("STARTS_WITH", ["an"], ["Anna"], ["Hanna"]),
        ("ENDS_WITH", ["NA"], ["Anna"], ["Annab"]),
        (
            "CONTAINS_EXACTLY",
            ["foo bar"],
            ["Foo Bar", "(foo bar)", "xfoo bar, foo bar"],
            ["foo bars", "foo bar_", "7foo bar"],
        ),
        ("CONTAINS_EXACTLY", ["!"], ["!", "a !! b"], ["a!", "a!b"]),
        ("DOES_NOT_CONTAIN_EXACTLY", ["foo"], ["food"], ["a foo"]),
    ],
)
def test_texts_are_compared_ignoring_case_and_any_value_suffices(
    operator: str, values: list[str], accepted: list[str], rejected: list[str]
) -> None:
    document = _tree(_filter("name", "MULTISTRING", operator, values=values))
    assert all(_accepts(document, name=text) for text in accepted)
    assert not any(_accepts(document, name=text) for text in rejected)


@pytest.mark.parametrize(
    ("operator", "accepted", "rejected"),
    [
        ("IS_EQUAL_TO", ["1.10"], ["1.100000000000000000000000000001"]),
        ("IS_NOT_EQUAL_TO", ["1.2"], ["1.1"]),
        ("IS_GREATER_THAN", ["1.100000000000000000000000000001"], ["1.1"]),
        ("IS_GREATER_THAN_OR_EQUAL_TO", ["1.1", "2"], ["1"]),
        ("IS_LESS_THAN", ["1"], ["1.1"]),
        ("IS_LESS_THAN_OR_EQUAL_TO", ["1.1"], ["1.2"]),
    ],
)
def test_numbers_are_compared_as_exact_decimals(operator: str, accepted: list[str], rejected: list[str]) -> None:
    document = _tree(_filter("score", "NUMBER", operator, value=1.1))
    assert all(_accepts(document, score=Decimal(number)) for number in accepted)
    assert not any(_accepts(document, score=Decimal(number)) for number in rejected)


def test_a_range_includes_both_bounds() -> None:
    between = _tree(_filter("score", "NUMBER_RANGED", "IS_BETWEEN", lowerBound=1, upperBound="2"))
    outside = _tree(_filter("score", "NUMBER_RANGED", "IS_NOT_BETWEEN", lowerBound=1, upperBound="2"))
    for number, is_between in ((Decimal(1), True), (Decimal(2), True), (Decimal("2.01"), False), (Decimal(0), False)):
        assert _accepts(between, score=number) is is_between
        assert _accepts(outside, score=number) is not is_between


@pytest.mark.parametrize(
    ("operator", "accepted", "rejected"),
    [
        ("IS_ANY_OF", [("red",), ("green", "red")], [("green",), ("Red",)]),
        ("IS_NONE_OF", [("green",)], [("red",), ("blue", "green")]),
        ("CONTAINS_ALL", [("blue", "red"), ("blue", "green", "red")], [("red",)]),
        ("DOES_NOT_CONTAIN_ALL", [("red",)], [("blue", "green", "red")]),
        ("IS_EXACTLY", [("blue", "red"), ("red", "blue")], [("red",), ("blue", "green", "red")]),
        ("IS_NOT_EXACTLY", [("red",)], [("blue", "red")]),
    ],
)
def test_an_enumeration_is_compared_as_a_set(
    operator: str, accepted: list[tuple[str, ...]], rejected: list[tuple[str, ...]]
) -> None:
    document = _tree(_filter("colours", "ENUMERATION", operator, values=["red", "blue", "red"]))
    assert all(_accepts(document, colours=colours) for colours in accepted)
    assert not any(_accepts(document, colours=colours) for colours in rejected)


def test_a_boolean_is_equal_or_the_set_of_its_word() -> None:
    assert _accepts(_tree(_filter("subscribed", "BOOL", "IS_EQUAL_TO", value=True)), subscribed=True)
    assert _accepts(_tree(_filter("subscribed", "BOOL", "IS_NOT_EQUAL_TO", value="true")), subscribed=False)
    assert _accepts(_tree(_filter("subscribed", "ENUMERATION", "IS_ANY_OF", values=["true"])), subscribed=True)
    assert not _accepts(_tree(_filter("subscribed", "ENUMERATION", "IS_ANY_OF", values=["true"])), subscribed=False)


_ASKED = [
    ("name", "STRING", "DOES_NOT_CONTAIN", {"value": "x"}),
    ("phone", "MULTISTRING", "IS_NOT_EQUAL_TO", {"values": ["x"]}),
    ("score", "NUMBER", "IS_NOT_EQUAL_TO", {"value": 1}),
    ("score", "NUMBER_RANGED", "IS_NOT_BETWEEN", {"lowerBound": 1, "upperBound": 2}),
    ("subscribed", "BOOL", "IS_NOT_EQUAL_TO", {"value": True}),
    ("stage", "ENUMERATION", "IS_NONE_OF", {"values": ["red"]}),
]


@pytest.mark.parametrize(("name", "kind", "operator", "fields"), _ASKED, ids=[each[1] for each in _ASKED])
def test_no_value_is_accepted_exactly_when_the_filter_says_so_whatever_the_operator(
    name: str, kind: str, operator: str, fields: dict[str, Any]
) -> None:
    included = _tree(_filter(name, kind, operator, **fields, includeObjectsWithNoValueSet=True))
    excluded = _tree(_filter(name, kind, operator, **fields))
    wrong: StoredValue = "text" if name in {"score", "subscribed"} else Decimal(5)
    for properties in ({}, {name: wrong}, {name: ""}, {name: ()}):
        assert accepts(parse_tree(included, path=""), properties, DEFINITIONS, now=NOW, zone="UTC")
        assert not accepts(parse_tree(excluded, path=""), properties, DEFINITIONS, now=NOW, zone="UTC")


@pytest.mark.parametrize(
    ("name", "value", "is_known"),
    [
        ("name", "x", True),
        ("name", Decimal(1), False),
        ("score", Decimal(0), True),
        ("subscribed", False, True),
        ("stage", "red", True),
        ("colours", ("red",), True),
        ("colours", (), False),
        ("birthday", "2024-02-29", True),
        ("birthday", "2024-02-29T00:00:00.000Z", False),
        ("seen", "2024-02-29T00:00:00.000Z", True),
        ("seen", "2024-02-29", False),
    ],
)
def test_a_property_is_known_when_it_holds_a_value_of_its_type(
    name: str, value: StoredValue, *, is_known: bool
) -> None:
    for no_value in (True, False):
        known = _filter(name, "ALL_PROPERTY", "IS_KNOWN", includeObjectsWithNoValueSet=no_value)
        blank = _filter(name, "ALL_PROPERTY", "IS_BLANK", includeObjectsWithNoValueSet=no_value)
        assert _accepts(_tree(known), **{name: value}) is is_known
        assert _accepts(_tree(blank), **{name: value}) is not is_known
    assert _accepts(_tree(_filter(name, "ALL_PROPERTY", "IS_UNKNOWN")))


@pytest.mark.parametrize(
    ("kind", "children", "accepted"),
    [
        ("AND", [], True),
        ("AND", [True, False], False),
        ("NOT_ALL", [], False),
        ("NOT_ALL", [True, False], True),
        ("NOT_ANY", [], True),
        ("NOT_ANY", [False, False], True),
        ("NOT_ANY", [True, False], False),
    ],
)
def test_a_branch_accepts_by_its_type(kind: str, children: list[bool], *, accepted: bool) -> None:
    document = _tree(*(_constant(accepted=child) for child in children), kind=kind)
    assert _accepts(document) is accepted
    compiled = compile_tree(parse_tree(document, path=""), {}, now=NOW, zone="UTC", first_parameter=1)
    assert compiled.sql == ("(TRUE)" if accepted else "(FALSE)")


def test_a_root_without_branches_accepts_nobody() -> None:
    assert not _accepts({"filterBranchType": "OR"})


def test_a_check_names_what_the_properties_do_not_allow() -> None:
    document = _tree(
        _filter("nobody", "ALL_PROPERTY", "IS_KNOWN"),
        _filter("score", "STRING", "CONTAINS", value="1"),
        _filter("score", "NUMBER_RANGED", "IS_BETWEEN", lowerBound=2, upperBound=1),
        _filter("birthday", "NUMBER", "IS_EQUAL_TO", value=1),
        _filter("phone", "MULTISTRING", "CONTAINS", values=["1"]),
    )
    problems = check_tree(parse_tree(document, path="x"), DEFINITIONS, path="criteria.branch")
    place = "criteria.branch.filterBranches[0].filters"
    assert [(problem.code, problem.field) for problem in problems] == [
        ("UNKNOWN_NAME", f"{place}[0].property"),
        ("DOES_NOT_FIT", f"{place}[1].operation.operationType"),
        ("OUT_OF_BOUNDS", f"{place}[2].operation.upperBound"),
        ("DOES_NOT_FIT", f"{place}[3].operation.operationType"),
    ]


def test_an_option_that_does_not_exist_is_only_warned_of() -> None:
    tree = parse_tree(_tree(_filter("stage", "ENUMERATION", "IS_ANY_OF", values=["red", "green"])), path="")
    assert check_tree(tree, DEFINITIONS, path="") == []
    (warning,) = warn_tree(tree, DEFINITIONS, path="criteria")
    assert warning.code == "UNKNOWN_OPTION"
    assert warning.field == "criteria.filterBranches[0].filters[0].operation.values[1]"


def test_a_property_that_is_gone_fails_the_evaluation_with_its_name() -> None:
    tree = parse_tree(_tree(_filter("nobody", "NUMBER", "IS_EQUAL_TO", value=1)), path="")
    with pytest.raises(CriteriaError, match="nobody"):
        compile_tree(tree, DEFINITIONS, now=NOW, zone="UTC", first_parameter=1)
    with pytest.raises(CriteriaError, match="nobody"):
        accepts(tree, {}, DEFINITIONS, now=NOW, zone="UTC")


def test_whatever_a_document_says_is_bound_and_never_part_of_the_sql() -> None:
    evil = "x') OR TRUE; --"
    definitions = {evil: PropertyDefinition(evil, evil, PropertyType.STRING, FieldType.TEXT)}
    tree = parse_tree(_tree(_filter(evil, "MULTISTRING", "CONTAINS_EXACTLY", values=[evil])), path="")
    compiled = compile_tree(tree, definitions, now=NOW, zone="UTC", first_parameter=4)
    assert "--" not in compiled.sql
    assert compiled.parameters.count(evil) == 1
    assert "properties->$4::text" in compiled.sql


def test_conditions_stand_cheapest_first_and_or_is_bracketed() -> None:
    tree = parse_tree(
        _tree(
            _filter("name", "STRING", "IS_EQUAL_TO", value="x"),
            _filter("subscribed", "BOOL", "IS_EQUAL_TO", value=True),
            kind="NOT_ANY",
        ),
        path="",
    )
    compiled = compile_tree(tree, DEFINITIONS, now=NOW, zone="UTC", first_parameter=1, column="r.properties")
    assert compiled.sql.startswith("(((NOT (CASE ")
    assert compiled.sql.index("'boolean'") < compiled.sql.index("lower(")
    assert not compiled.reads_many


def test_more_than_three_properties_ask_for_the_fence() -> None:
    names = ("name", "phone", "score", "stage")
    for count, expected in ((3, False), (4, True)):
        tree = parse_tree(_tree(*(_filter(name, "ALL_PROPERTY", "IS_KNOWN") for name in names[:count])), path="")
        compiled = compile_tree(tree, DEFINITIONS, now=NOW, zone="UTC", first_parameter=1)
        assert compiled.reads_many is expected


@pytest.mark.parametrize("column", ["properties; --", 'r."p"', "", "a.b.c"])
def test_a_column_that_is_no_plain_name_is_refused(column: str) -> None:
    tree = parse_tree(_tree(), path="")
    with pytest.raises(ValueError, match="no plain column name"):
        compile_tree(tree, {}, now=NOW, zone="UTC", first_parameter=1, column=column)
