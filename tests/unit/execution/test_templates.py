"""Templates: what may stand in one, and what it comes to."""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from time import process_time
from typing import Any
from uuid import UUID

import pytest

from executor_service.execution.actions.templates import (
    FormulaError,
    RenderedTooLongError,
    Scope,
    TemplateRefusedError,
    parse_template,
    render,
    single_value,
    typed,
)
from executor_service.records.domain.values import FieldType, PropertyDefinition, PropertyType

NOW = datetime(2026, 11, 27, 7, 0, 5, 250_000, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "name": "ada LOVELACE-king",
    "score": Decimal(10),
    "price": Decimal("1.50"),
    "vip": True,
    "born": date(2024, 2, 29),
    "seen": datetime(2026, 3, 28, 12, 30, tzinfo=UTC),
    "tags": ("a", "b"),
    "text_number": "2.5",
    "html": "{{ now }}",
}


def scope(**more: Any) -> Scope:
    return Scope(
        enrolled=VALUES | more,
        workflow_id=7,
        workflow_name="Review",
        occurrence_id=UUID(int=1),
        due_at=datetime(2026, 11, 27, 7, 0, tzinfo=UTC),
        trigger="SCHEDULE",
        now=NOW,
        zone="Europe/Berlin",
    )


def rendered(text: str) -> str:
    return render(parse_template(text), scope())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", "Hello"),
        ("{{enrolled_object.name}}!", "ada LOVELACE-king!"),
        ("{{ enrolled_object . name }}", "ada LOVELACE-king"),
        ("[{{ enrolled_object.gone }}]", "[]"),
        ("{{ enrolled_object.price }}", "1.5"),
        ("{{ enrolled_object.vip }}", "true"),
        ("{{ enrolled_object.born }}", "2024-02-29"),
        ("{{ enrolled_object.seen }}", "2026-03-28T12:30:00Z"),
        ("{{ enrolled_object.tags }}", "a;b"),
        ("{{ enrolled_object.html }}", "{{ now }}"),
        ("{{ workflow.id }} {{ workflow.name }}", "7 Review"),
        ("{{ occurrence.due_at }} {{ occurrence.trigger }}", "2026-11-27T07:00:00Z SCHEDULE"),
        ("{{ now }}", "2026-11-27T07:00:05.250Z"),
        ("a }} b", "a }} b"),
        ("{{ enrolled_object.gone | default: '}}' }}", "}}"),
        ('{{ enrolled_object.gone | upper | default: "it\'s" }}', "it's"),
        ("{{ enrolled_object.gone | default: enrolled_object.vip }}", "true"),
    ],
)
def test_tokens_become_the_text_of_their_values(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("score | add: 0.1", "10.1"),
        ("score | subtract: enrolled_object.price", "8.5"),
        ("text_number | multiply: 2", "5"),
        ("score | divide: 3", "3.333333333333333333333333333333333"),
        ("score | divide: 3 | round: 2", "3.33"),
        ("text_number | round", "2"),
        ("price | round", "2"),
        ("price | floor", "1"),
        ("price | ceil", "2"),
        ("score | min: 3", "3"),
        ("score | max: 3", "10"),
        ("price | subtract: 2 | abs", "0.5"),
        ("price | format_number: 2", "1.50"),
        ("name | lower", "ada lovelace-king"),
        ("name | upper", "ADA LOVELACE-KING"),
        ("name | title", "Ada Lovelace-King"),
        ("name | capitalize", "Ada lovelace-king"),
        ("name | truncate: 3 | concat: '…'", "ada…"),
        ("name | cut: 'a'", "d LOVELACE-king"),
        ("name | replace: 'ada', 'Ada'", "Ada LOVELACE-king"),
        ("name | length", "17"),
        ("born | format_date: 'EEEE d MMMM yyyy'", "Thursday 29 February 2024"),
        ("seen | format_date: 'yyyy-MM-dd HH:mm:ss'", "2026-03-28 13:30:00"),
        ("seen | format_date: 'HH:mm', 'Asia/Tokyo'", "21:30"),
        ("born | add_time: 1, 'YEARS'", "2025-02-28"),
        ("born | subtract_time: 1, 'MONTHS'", "2024-01-29"),
        ("seen | add_time: 1, 'DAYS'", "2026-03-29T11:30:00Z"),
        ("seen | add_time: 24, 'HOURS'", "2026-03-29T12:30:00Z"),
        ("born | time_between: '2026-02-28', 'YEARS'", "1"),
        ("born | time_between: '2024-02-01', 'DAYS'", "-28"),
        ("seen | time_between: now, 'WEEKS'", "34"),
        ("seen | date", "2026-03-28"),
        ("text_number | number | add: 1", "3.5"),
    ],
)
def test_filters_change_what_they_are_given(filters: str, expected: str) -> None:
    assert rendered("{{ enrolled_object." + filters + " }}") == expected


@pytest.mark.parametrize(
    "filters",
    [
        "name | add: 1",
        "score | divide: 0",
        "vip | abs",
        "name | date",
        "born | add_time: 1, 'HOURS'",
        "born | add_time: 1, 'EPOCHS'",
        "born | add_time: 9999, 'YEARS'",
        "born | time_between: now, 'HOURS'",
        "seen | format_date: 'HH', 'Mars/Olympus'",
        "name | truncate: -1",
        "score | add: enrolled_object.gone",
    ],
)
def test_a_filter_that_cannot_take_its_value_is_an_error(filters: str) -> None:
    with pytest.raises(FormulaError):
        rendered("{{ enrolled_object." + filters + " }}")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ enrolled_object.name", "BAD_TEMPLATE"),
        ("{{ }}", "BAD_TEMPLATE"),
        ("{{ 'x' }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.name 'x' }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.name | }}", "UNKNOWN_NAME"),
        ("{{ enrolled_object.name | shout }}", "UNKNOWN_NAME"),
        ("{{ enrolled_object.name | truncate }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.name | truncate: 1, 2 }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.name | truncate 1 }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.name | truncate: | }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.name.first }}", "UNKNOWN_NAME"),
        ("{{ enrolled_object }}", "UNKNOWN_NAME"),
        ("{{ contact.name }}", "UNKNOWN_NAME"),
        ("{{ fetched_objects.deal.name }}", "UNSUPPORTED"),
        ("{{ _0_2.name }}", "UNSUPPORTED"),
        ("{{ enrolled_object.name() }}", "BAD_TEMPLATE"),
        ("{{ enrolled_object.__class__.x }}", "UNKNOWN_NAME"),
        ("{% if true %}x{% endif %}", "BAD_TEMPLATE"),
        ("x" * 65_537, "TOO_MANY"),
        ("{{now}}" * 201, "TOO_MANY"),
        ("{{ now " + "| upper " * 17 + "}}", "TOO_MANY"),
        ("{{ now | concat: '" + "x" * 513 + "' }}", "TOO_MANY"),
    ],
)
def test_what_is_no_template_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(TemplateRefusedError) as raised:
        parse_template(text)
    assert raised.value.code == code


@pytest.mark.parametrize("text", ["{{" * 32_000, "{{ '" * 16_000, "{{ a | " * 9_000, "}}" * 32_000])
def test_no_text_takes_long_to_read(text: str) -> None:
    begun = process_time()
    with suppress(TemplateRefusedError):
        parse_template(text)
    assert process_time() - begun < 1


def test_one_token_alone_keeps_its_type() -> None:
    assert single_value(parse_template("{{ enrolled_object.score }}"), scope()) == Decimal(10)
    assert single_value(parse_template("{{ enrolled_object.vip }}"), scope()) is True
    assert single_value(parse_template(" {{ enrolled_object.score }}"), scope()) == " 10"
    assert single_value(parse_template("{{ enrolled_object.gone }}"), scope()) is None


def test_a_template_says_which_properties_it_asks_for() -> None:
    template = parse_template(
        "{{ enrolled_object.a | default: enrolled_object.b }} {{ workflow.id }} enrolled_object.c"
    )
    assert template.property_names == {"a", "b"}


def test_what_comes_to_too_much_is_refused() -> None:
    with pytest.raises(RenderedTooLongError):
        render(parse_template("{{ enrolled_object.long }}" * 5), scope(long="x" * 60_000))


@pytest.mark.parametrize(
    ("kind", "stored", "expected"),
    [
        (PropertyType.DATE, "2026-11-27", date(2026, 11, 27)),
        (PropertyType.DATE, "tomorrow", None),
        (PropertyType.DATETIME, "2026-11-27T07:00:00.000Z", datetime(2026, 11, 27, 7, tzinfo=UTC)),
        (PropertyType.NUMBER, "12", None),
        (PropertyType.BOOL, True, True),
        (PropertyType.STRING, None, None),
    ],
)
def test_a_stored_value_of_another_type_counts_as_none(kind: PropertyType, stored: Any, expected: Any) -> None:
    assert typed(PropertyDefinition("p", "P", kind, FieldType.TEXT), stored) == expected
