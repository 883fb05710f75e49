"""The delay by an amount of time: what may stand in it, and when it ends."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from executor_service.execution.actions import Catalogue
from executor_service.execution.actions.times import UnknownUnitError, add_to_day, add_to_instant

PLACE = "actions[0].fields"


def action(**fields: Any) -> dict[str, Any]:
    return {"type": "SINGLE_CONNECTION", "actionId": "1", "actionTypeId": "0-1", "fields": fields}


def problems(document: dict[str, Any], *, turned_on: bool = False) -> list[tuple[str, str]]:
    ask = Catalogue().turn_on_problems if turned_on else Catalogue().problems
    return [(each.code, each.field) for each in ask(document, path="actions[0]", object_type_id="0-1", definitions={})]


@pytest.mark.parametrize(
    "fields",
    [
        {"delta": "1", "time_unit": "MINUTES"},
        {"delta": 2628000, "time_unit": "MINUTES"},
        {"delta": "260", "time_unit": "WEEKS", "business_days_only": "false"},
        {"delta": "1825", "time_unit": "DAYS", "business_days_only": False},
        {},
    ],
)
def test_an_amount_of_at_most_five_years_is_taken(fields: dict[str, Any]) -> None:
    assert problems(action(**fields)) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"delta": "0", "time_unit": "DAYS"}, ("OUT_OF_BOUNDS", f"{PLACE}.delta")),
        ({"delta": "-1", "time_unit": "DAYS"}, ("OUT_OF_BOUNDS", f"{PLACE}.delta")),
        ({"delta": "1826", "time_unit": "DAYS"}, ("OUT_OF_BOUNDS", f"{PLACE}.delta")),
        ({"delta": "1.5", "time_unit": "DAYS"}, ("NOT_ALLOWED", f"{PLACE}.delta")),
        ({"delta": True, "time_unit": "DAYS"}, ("WRONG_TYPE", f"{PLACE}.delta")),
        ({"delta": ["1"]}, ("WRONG_TYPE", f"{PLACE}.delta")),
        ({"delta": "1", "time_unit": "MONTHS"}, ("NOT_ALLOWED", f"{PLACE}.time_unit")),
        ({"delta": "1", "time_unit": 5}, ("WRONG_TYPE", f"{PLACE}.time_unit")),
        ({"business_days_only": "true"}, ("UNSUPPORTED", f"{PLACE}.business_days_only")),
        ({"business_days_only": "maybe"}, ("WRONG_TYPE", f"{PLACE}.business_days_only")),
        ({"business_calendar": {}}, ("UNSUPPORTED", f"{PLACE}.business_calendar")),
        ({"until": "then"}, ("UNKNOWN_FIELD", f"{PLACE}.until")),
    ],
)
def test_what_is_no_delay_is_refused_at_its_place(fields: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems(action(**fields)) == [problem]


def test_amount_and_unit_are_needed_to_turn_on() -> None:
    assert problems(action(), turned_on=True) == [
        ("INCOMPLETE", f"{PLACE}.delta"),
        ("INCOMPLETE", f"{PLACE}.time_unit"),
    ]


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type] # the parts of an instant


@pytest.mark.parametrize(
    ("instant", "delta", "unit", "expected"),
    [
        # Clocks go forward on 28 March 2027 at 01:00 UTC, back on 31 October at 01:00 UTC.
        (berlin(2027, 3, 27, 12, 0), 24, "HOURS", berlin(2027, 3, 28, 12, 0)),
        (berlin(2027, 3, 27, 12, 0), 1, "DAYS", berlin(2027, 3, 28, 11, 0)),
        (berlin(2027, 3, 27, 1, 30), 1, "DAYS", berlin(2027, 3, 28, 1, 30)),
        (berlin(2027, 10, 30, 0, 30), 1, "DAYS", berlin(2027, 10, 31, 0, 30)),
        (berlin(2027, 10, 31, 1, 30), 1, "WEEKS", berlin(2027, 11, 7, 1, 30)),
        (berlin(2027, 1, 30, 23, 30), 1, "MONTHS", berlin(2027, 2, 27, 23, 30)),
        (berlin(2027, 1, 1, 0, 0, 59), 2, "MINUTES", berlin(2027, 1, 1, 0, 2, 59)),
    ],
)
def test_days_keep_the_wall_time_and_hours_elapse(instant: datetime, delta: int, unit: str, expected: datetime) -> None:
    assert add_to_instant(instant, delta, unit, "Europe/Berlin") == expected


def test_a_days_hours_cannot_be_counted() -> None:
    assert add_to_day(date(2024, 2, 29), 1, "YEARS") == date(2025, 2, 28)
    with pytest.raises(UnknownUnitError):
        add_to_day(date(2024, 2, 29), 1, "HOURS")
