"""Property values: from the wire to what is stored, and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.records.domain.values import (
    FieldType,
    Option,
    PropertyDefinition,
    PropertyType,
    StoredValue,
    ValueRefusedError,
    dump_document,
    load_document,
    parse_value,
    render_value,
    same_value,
)

OPTIONS = (Option("lead", "Lead"), Option("customer", "Customer"), Option("other", "Other"))


def _property(kind: str, field: str) -> PropertyDefinition:
    options = OPTIONS if kind == "enumeration" else ()
    return PropertyDefinition("p", "P", PropertyType(kind), FieldType(field), options)


TEXT, NUMBER, FLAG = _property("string", "text"), _property("number", "number"), _property("bool", "booleancheckbox")
ONE, SEVERAL = _property("enumeration", "select"), _property("enumeration", "checkbox")
DAY, INSTANT, PHONE = _property("date", "date"), _property("datetime", "date"), _property("phone_number", "phonenumber")


@pytest.mark.parametrize(
    ("definition", "text", "stored"),
    [
        (TEXT, " Anna ", " Anna "),
        (PHONE, "+49 30 1", "+49 30 1"),
        (TEXT, "", None),
        (NUMBER, "1.10", Decimal("1.1")),
        (NUMBER, "-0", Decimal(0)),
        (NUMBER, "1e3", Decimal(1000)),
        (NUMBER, ".5", Decimal("0.5")),
        (NUMBER, "9" * 1_000, Decimal("9" * 1_000)),
        (FLAG, "TRUE", True),
        (FLAG, "false", False),
        (ONE, "lead", "lead"),
        (SEVERAL, "lead;customer;lead", ("customer", "lead")),
        (SEVERAL, ";", None),
        (DAY, "2024-02-29", "2024-02-29"),
        (DAY, "0", "1970-01-01"),
        (DAY, "-86400000", "1969-12-31"),
        (INSTANT, "2024-02-29T23:59:59.9999+02:00", "2024-02-29T21:59:59.999Z"),
        (INSTANT, "2024-02-29t23:59:59z", "2024-02-29T23:59:59.000Z"),
        (INSTANT, "0005-01-01T00:00:00Z", "0005-01-01T00:00:00.000Z"),
        (INSTANT, "1709251199999", "2024-02-29T23:59:59.999Z"),
        (INSTANT, "-1", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_text_is_stored_by_the_type_of_its_property(
    definition: PropertyDefinition, text: str, stored: StoredValue | None
) -> None:
    assert parse_value(definition, text) == stored


@pytest.mark.parametrize(
    ("definition", "text", "code"),
    [
        (TEXT, "a\x00b", "INVALID_VALUE"),
        (TEXT, "\ud800", "INVALID_VALUE"),
        (TEXT, "x" * 65_537, "TOO_LONG"),
        *((NUMBER, text, "INVALID_VALUE") for text in ("NaN", "Infinity", "1 ", "1_000", "0x1", "1,5", "٣", "1e", "-")),
        *((NUMBER, text, "INVALID_VALUE") for text in ("1e999999", "1e-999999", "1e9999999999999999999", "9" * 1_001)),
        (FLAG, "1", "INVALID_VALUE"),
        (FLAG, "yes", "INVALID_VALUE"),
        (ONE, "Lead", "UNKNOWN_OPTION"),
        (ONE, "lead;customer", "UNKNOWN_OPTION"),
        (SEVERAL, "lead;nobody", "UNKNOWN_OPTION"),
        *((DAY, text, "INVALID_VALUE") for text in ("2023-02-29", "2024-2-3", "20240203", "1", "2024-02-03T00:00:00Z")),
        (DAY, "999999999999999", "INVALID_VALUE"),
        *((INSTANT, text, "INVALID_VALUE") for text in ("2024-02-29", "2024-02-29T10:00:00", "2024-02-30T10:00:00Z")),
        *((INSTANT, text, "INVALID_VALUE") for text in ("0001-01-01T00:00:00+01:00", "2024-02-29 10:00:00Z", "1e3")),
        (INSTANT, "2024-02-29T10:00:00+24:00", "INVALID_VALUE"),
    ],
)
def test_a_text_that_is_no_value_of_its_property_is_refused_with_a_code(
    definition: PropertyDefinition, text: str, code: str
) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        parse_value(definition, text)
    assert refused.value.code == code
    assert len(refused.value.reason.encode()) < 500


@pytest.mark.parametrize(
    "definition", [TEXT, NUMBER, FLAG, ONE, SEVERAL, DAY, INSTANT, PHONE], ids=lambda d: f"{d.type}-{d.field_type}"
)
@given(text=st.text())
def test_any_text_is_stored_or_refused_and_what_is_stored_reads_back_the_same(
    definition: PropertyDefinition, text: str
) -> None:
    try:
        stored = parse_value(definition, text)
    except ValueRefusedError:
        return
    if stored is not None:
        assert same_value(parse_value(definition, render_value(definition, stored)), stored)


@pytest.mark.parametrize(
    ("definition", "stored", "text"),
    [
        (NUMBER, Decimal("1.10"), "1.1"),
        (NUMBER, Decimal("1E+3"), "1000"),
        (NUMBER, Decimal("-0.0"), "0"),
        (NUMBER, Decimal("0.000"), "0"),
        (SEVERAL, ("a", "b"), "a;b"),
        (FLAG, False, "false"),
        (INSTANT, "2024-02-29T23:59:59.000Z", "2024-02-29T23:59:59Z"),
        (INSTANT, "2024-02-29T23:59:59.120Z", "2024-02-29T23:59:59.120Z"),
        (None, "2024-02-29T23:59:59.000Z", "2024-02-29T23:59:59.000Z"),
    ],
)
def test_a_stored_value_is_written_in_its_shortest_form(
    definition: PropertyDefinition | None, stored: StoredValue, text: str
) -> None:
    assert render_value(definition, stored) == text


def test_values_are_the_same_when_they_mean_the_same() -> None:
    assert same_value(Decimal("1.1"), Decimal("1.10"))
    assert same_value(("a", "b"), ("b", "a"))
    assert same_value(None, None)
    assert not same_value(True, Decimal(1))
    assert not same_value("1", Decimal(1))
    assert not same_value("a", None)


def test_a_document_keeps_every_digit() -> None:
    text = '{"a":1.10,"b":123456789012345678901234567890.000000000000000000000000000001,"c":["x","y"],"d":true}'
    document = load_document(text)
    assert document["b"] == Decimal("123456789012345678901234567890.000000000000000000000000000001")
    assert load_document(dump_document(document)) == document
    assert '"b":123456789012345678901234567890.000000000000000000000000000001' in dump_document(document)


def test_a_document_is_read_without_what_is_no_value() -> None:
    assert load_document('{"a": null, "b": {"c": 1}, "d": ["x", 1], "e": "\\u00e9", "f": []}') == {"e": "é", "f": ()}
