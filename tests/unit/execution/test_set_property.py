"""The action set property: what save and turn-on refuse."""

from typing import Any

import pytest

from executor_service.execution.actions import Catalogue
from executor_service.records.domain.values import FieldType, Option, PropertyDefinition, PropertyType

DEFINITIONS = {
    definition.name: definition
    for definition in (
        PropertyDefinition("city", "City", PropertyType.STRING, FieldType.TEXT),
        PropertyDefinition("age", "Age", PropertyType.NUMBER, FieldType.NUMBER),
        PropertyDefinition("vip", "VIP", PropertyType.BOOL, FieldType.BOOLEANCHECKBOX),
        PropertyDefinition("createdate", "Created", PropertyType.DATETIME, FieldType.DATE, read_only=True),
        PropertyDefinition("stage", "Stage", PropertyType.ENUMERATION, FieldType.SELECT, (Option("lead", "Lead"),)),
    )
}

VALUE = "actions[2].fields.value"


def static(value: Any) -> dict[str, Any]:
    return {"type": "STATIC_VALUE", "staticValue": value}


def action(**fields: Any) -> dict[str, Any]:
    return {"actionId": "1", "actionTypeId": "0-5", "fields": fields}


def at_save(document: dict[str, Any]) -> list[tuple[str, str]]:
    problems = Catalogue().problems(document, path="actions[2]", object_type_id="0-1", definitions=DEFINITIONS)
    return [(problem.code, problem.field) for problem in problems]


def at_turn_on(document: dict[str, Any]) -> list[tuple[str, str]]:
    problems = Catalogue().turn_on_problems(document, path="actions[2]", object_type_id="0-1", definitions=DEFINITIONS)
    return [(problem.code, problem.field) for problem in problems]


@pytest.mark.parametrize("value", ["Berlin", "", 5, 1.5, True, None])
def test_a_static_value_is_taken_as_text_number_or_boolean(value: object) -> None:
    assert at_save(action(property_name="city", value=static(value), association={})) == []


@pytest.mark.parametrize("fields", [{}, {"property_name": "city"}, {"value": static("Berlin")}])
def test_what_is_missing_may_be_saved(fields: dict[str, Any]) -> None:
    assert at_save(action(**fields)) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"propertyName": "city"}, ("UNKNOWN_FIELD", "actions[2].fields.propertyName")),
        ({"property_name": 5}, ("WRONG_TYPE", "actions[2].fields.property_name")),
        ({"property_name": None}, ("WRONG_TYPE", "actions[2].fields.property_name")),
        ({"value": "Berlin"}, ("WRONG_TYPE", "actions[2].fields.value")),
        ({"value": {}}, ("INCOMPLETE", "actions[2].fields.value.type")),
        ({"value": {"type": "FIELD_DATA"}}, ("UNSUPPORTED", "actions[2].fields.value.type")),
        ({"value": {"type": "INCREMENT", "incrementAmount": "a lot"}}, ("NOT_ALLOWED", f"{VALUE}.incrementAmount")),
        ({"value": {"type": "INCREMENT", "incrementAmount": True}}, ("WRONG_TYPE", f"{VALUE}.incrementAmount")),
        ({"value": {"type": "TIMESTAMP", "timestampType": "LATER"}}, ("NOT_ALLOWED", f"{VALUE}.timestampType")),
        ({"value": {"type": "OBJECT_PROPERTY", "propertyName": 5}}, ("WRONG_TYPE", f"{VALUE}.propertyName")),
        ({"value": {"type": "WISH"}}, ("NOT_ALLOWED", "actions[2].fields.value.type")),
        ({"value": {"type": ["STATIC_VALUE"]}}, ("NOT_ALLOWED", "actions[2].fields.value.type")),
        ({"value": static(["Berlin"])}, ("WRONG_TYPE", "actions[2].fields.value.staticValue")),
        ({"value": static("{{ enrolled_object.city")}, ("BAD_TEMPLATE", f"{VALUE}.staticValue")),
        ({"value": static("{{ enrolled_object.city | shout }}")}, ("UNKNOWN_NAME", f"{VALUE}.staticValue")),
        ({"value": static("{{ _0_2.name }}")}, ("UNSUPPORTED", f"{VALUE}.staticValue")),
        ({"value": static("x") | {"more": 1}}, ("UNKNOWN_FIELD", "actions[2].fields.value.more")),
        ({"association": {"associationTypeId": 1}}, ("UNSUPPORTED", "actions[2].fields.association")),
        ({"association": 1}, ("WRONG_TYPE", "actions[2].fields.association")),
    ],
)
def test_what_the_fields_show_to_be_wrong_is_refused_at_save(fields: dict[str, Any], problem: tuple[str, str]) -> None:
    assert at_save(action(**fields)) == [problem]


@pytest.mark.parametrize(
    ("name", "value"), [("city", "Berlin"), ("age", 41), ("age", "1.5"), ("vip", True), ("age", ""), ("stage", "lead")]
)
def test_a_value_that_fits_may_be_turned_on(name: str, value: object) -> None:
    assert at_turn_on(action(property_name=name, value=static(value))) == []


def test_an_option_that_does_not_exist_does_not_stop_turning_on() -> None:
    assert at_turn_on(action(property_name="stage", value=static("customer"))) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"value": static("x")}, ("INCOMPLETE", "actions[2].fields.property_name")),
        ({"property_name": "city"}, ("INCOMPLETE", "actions[2].fields.value.staticValue")),
        ({"property_name": "city", "value": static(None)}, ("INCOMPLETE", "actions[2].fields.value.staticValue")),
        ({"property_name": "height", "value": static("1")}, ("UNKNOWN_NAME", "actions[2].fields.property_name")),
        ({"property_name": "createdate", "value": static("")}, ("READ_ONLY", "actions[2].fields.property_name")),
        ({"property_name": "age", "value": static("old")}, ("DOES_NOT_FIT", "actions[2].fields.value.staticValue")),
        ({"property_name": "vip", "value": static(3)}, ("DOES_NOT_FIT", "actions[2].fields.value.staticValue")),
        ({"property_name": "age", "value": {"type": "INCREMENT"}}, ("INCOMPLETE", f"{VALUE}.incrementAmount")),
        (
            {"property_name": "city", "value": {"type": "INCREMENT", "incrementAmount": 1}},
            ("DOES_NOT_FIT", f"{VALUE}.type"),
        ),
        (
            {"property_name": "city", "value": {"type": "OBJECT_PROPERTY", "propertyName": "height"}},
            ("UNKNOWN_NAME", f"{VALUE}.propertyName"),
        ),
        (
            {"property_name": "city", "value": static("{{ enrolled_object.height }}")},
            ("UNKNOWN_NAME", f"{VALUE}.staticValue"),
        ),
        (
            {"property_name": "age", "value": {"type": "TIMESTAMP", "timestampType": "EXECUTION_TIME"}},
            ("DOES_NOT_FIT", f"{VALUE}.type"),
        ),
    ],
)
def test_turning_on_refuses_what_is_missing_or_does_not_fit(fields: dict[str, Any], problem: tuple[str, str]) -> None:
    assert at_turn_on(action(**fields)) == [problem]
