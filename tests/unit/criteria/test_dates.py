"""What the operations with dates mean: days have the length that their zone gives them, now is an instant."""

from datetime import UTC, datetime
from typing import Any

import pytest

from executor_service.records.criteria import accepts, parse_tree
from executor_service.records.domain.values import FieldType, PropertyDefinition, PropertyType

DEFINITIONS = {
    name: PropertyDefinition(name, name, PropertyType(kind), FieldType.DATE)
    for name, kind in (("seen", "datetime"), ("birthday", "date"))
}
INSTANT_FORM = "%Y-%m-%dT%H:%M:%S.%f"


def _asking(name: str, kind: str, operator: str, **fields: Any) -> dict[str, Any]:
    operation = {"operationType": kind, "operator": operator, **fields}
    asked = {"filterType": "PROPERTY", "property": name, "operation": operation}
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}


def _instant(text: str) -> str:
    """Return the stored text of an instant written short: `2026-03-01T12:00Z`."""
    at = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds") + "Z"


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _meets(document: dict[str, Any], values: list[str], *, now: str, zone: str) -> list[str]:
    """Return which of the values meet a tree: instants for `seen`, days for `birthday`."""
    tree = parse_tree(document, path="")
    (name,) = tree.property_names
    at = datetime.fromisoformat(now)
    stored = {value: value if name == "birthday" else _instant(value) for value in values}
    return [value for value in values if accepts(tree, {name: stored[value]}, DEFINITIONS, now=at, zone=zone)]


def test_within_n_days_takes_not_one_day_too_many_on_either_side() -> None:
    now = "2027-06-10T12:00:00+09:00"
    ago = ["2027-06-07T23:59:59.999+09:00", "2027-06-08T00:00:00+09:00", "2027-06-10T11:59:59+09:00"]
    ahead = ["2027-06-10T12:00:01+09:00", "2027-06-12T23:59:59.999+09:00", "2027-06-13T00:00:00+09:00"]
    rolling = {
        operator: _asking("seen", "ROLLING_DATE_RANGE", operator, numberOfDays=2)
        for operator in (
            "IS_LESS_THAN_X_DAYS_AGO",
            "IS_MORE_THAN_X_DAYS_AGO",
            "IS_LESS_THAN_X_DAYS_FROM_NOW",
            "IS_MORE_THAN_X_DAYS_FROM_NOW",
        )
    }

    found = {key: _meets(tree, ago + ahead, now=now, zone="Asia/Tokyo") for key, tree in rolling.items()}

    assert found["IS_LESS_THAN_X_DAYS_AGO"] == ago[1:]
    assert found["IS_LESS_THAN_X_DAYS_FROM_NOW"] == ahead[:2]
    assert found["IS_MORE_THAN_X_DAYS_AGO"] == ago[:1]
    assert found["IS_MORE_THAN_X_DAYS_FROM_NOW"] == ahead[2:]


def test_days_ago_and_from_now_are_whole_days_for_a_date() -> None:
    days = [f"2027-06-{day:02d}" for day in range(6, 15)]
    now, zone = "2027-06-10T20:00:00Z", "Asia/Tokyo"  # the 11th in Tokyo

    less_ago = _asking("birthday", "ROLLING_DATE_RANGE", "IS_LESS_THAN_X_DAYS_AGO", numberOfDays=2)
    less_ahead = _asking("birthday", "ROLLING_DATE_RANGE", "IS_LESS_THAN_X_DAYS_FROM_NOW", numberOfDays=0)

    assert _meets(less_ago, days, now=now, zone=zone) == ["2027-06-09", "2027-06-10", "2027-06-11"]
    assert _meets(less_ahead, days, now=now, zone=zone) == ["2027-06-11"]


@pytest.mark.parametrize(
    ("zone", "after_date"),
    [
        ("UTC", ["2027-01-16T00:00:00Z"]),
        ("Europe/Oslo", ["2027-01-15T23:59:59.999Z", "2027-01-16T00:00:00Z"]),
    ],
)
def test_after_the_15th_is_not_from_the_15th(zone: str, after_date: list[str]) -> None:
    values = ["2027-01-15T10:00:00Z", "2027-01-15T23:59:59.999Z", "2027-01-16T00:00:00Z"]
    noon, midnight = _milliseconds("2027-01-15T12:00:00Z"), _milliseconds("2027-01-15T00:00:00Z")

    def found(operator: str, timestamp: int) -> list[str]:
        asked = _asking("seen", "DATETIME", operator, timestamp=timestamp)
        return _meets(asked, values, now="2027-02-01T00:00:00Z", zone=zone)

    assert found("IS_AFTER_DATE", noon) == after_date
    assert found("IS_BEFORE_DATE", noon) == []
    assert found("IS_AFTER", midnight) == values
    assert found("IS_BEFORE", noon) == values[:1]
    assert found("IS_EQUAL_TO", _milliseconds("2027-01-15T23:59:59.999Z")) == values[1:2]


def test_a_day_is_compared_in_the_filters_zone_else_in_the_one_asked_in() -> None:
    values = ["2027-03-14T14:59:59.999Z", "2027-03-14T15:00:00Z", "2027-03-15T14:59:59.999Z", "2027-03-15T15:00:00Z"]
    day = {"year": 2027, "month": "MAR", "day": 15}
    now = "2027-02-01T00:00:00Z"

    in_tokyo = _meets(_asking("seen", "DATE", "EQUAL", **day), values, now=now, zone="Asia/Tokyo")
    named = _meets(_asking("seen", "DATE", "EQUAL", **day, zoneId="Asia/Tokyo"), values, now=now, zone="UTC")
    before = _meets(_asking("seen", "DATE", "BEFORE", **day), values, now=now, zone="Asia/Tokyo")
    after = _meets(_asking("seen", "DATE", "AFTER", **day), values, now=now, zone="Asia/Tokyo")

    assert in_tokyo == named == values[1:3]
    assert (before, after) == (values[:1], values[3:])


def test_a_range_of_instants_holds_both_of_its_bounds() -> None:
    values = ["2027-01-01T00:00:00Z", "2027-01-01T00:00:00.001Z", "2027-01-01T00:00:00.002Z"]
    now = "2027-02-01T00:00:00Z"
    bounds = {"lowerBound": _milliseconds(values[1]), "upperBoundTimestamp": _milliseconds(values[1])}

    assert _meets(_asking("seen", "RANGED_DATE", "IS_BETWEEN", **bounds), values, now=now, zone="UTC") == values[1:2]
    assert _meets(_asking("seen", "RANGED_DATE", "IS_NOT_BETWEEN", **bounds), values, now=now, zone="UTC") == [
        values[0],
        values[2],
    ]


@pytest.mark.parametrize(
    ("unit", "this", "last", "last_so_far", "following"),
    [
        ("DAY", ("02-17", "02-17"), ("02-15", "02-16"), ("02-15", "02-17"), ("02-18", "02-19")),
        ("WEEK", ("02-15", "02-21"), ("02-01", "02-14"), ("02-01", "02-17"), ("02-22", "03-07")),
        ("MONTH", ("02-01", "02-28"), ("2026-12-01", "01-31"), ("2026-12-01", "02-17"), ("03-01", "04-30")),
        ("QUARTER", ("01-01", "03-31"), ("2026-07-01", "2026-12-31"), ("2026-07-01", "02-17"), ("04-01", "09-30")),
        (
            "YEAR",
            ("01-01", "12-31"),
            ("2025-01-01", "2026-12-31"),
            ("2025-01-01", "02-17"),
            ("2028-01-01", "2029-12-31"),
        ),
    ],
)
def test_units_of_the_calendar_are_whole_and_so_far_ends_now(
    unit: str, this: tuple[str, str], last: tuple[str, str], last_so_far: tuple[str, str], following: tuple[str, str]
) -> None:
    def holds_exactly(operator: str, first: str, end: str) -> bool:
        first, end = (text if len(text) > 5 else f"2027-{text}" for text in (first, end))
        tree = _asking("birthday", "CALENDAR_DATE", operator, timeUnit=unit, timeUnitCount=2)
        edges = [_beside(first, -1), first, end, _beside(end, 1)]
        return _meets(tree, edges, now="2027-02-17T09:30:00Z", zone="Europe/Berlin") == edges[1:3]

    assert holds_exactly("IN_THIS_TIME_UNIT", *this)
    assert holds_exactly("IN_THIS_TIME_UNIT_SO_FAR", this[0], "02-17")
    assert holds_exactly("IN_LAST_TIME_UNIT", *last)
    assert holds_exactly("IN_LAST_TIME_UNIT_SO_FAR", *last_so_far)
    assert holds_exactly("IN_NEXT_TIME_UNIT", *following)


def _beside(day: str, days: int) -> str:
    ordinal = datetime.fromisoformat(day).toordinal() + days
    return datetime.fromordinal(ordinal).date().isoformat()


def test_so_far_ends_with_the_instant_itself() -> None:
    values = ["2027-02-16T22:59:59.999Z", "2027-02-16T23:00:00Z", "2027-02-17T09:30:00Z", "2027-02-17T09:30:00.001Z"]
    tree = _asking("seen", "CALENDAR_DATE", "IN_THIS_TIME_UNIT_SO_FAR", timeUnit="DAY")

    assert _meets(tree, values, now="2027-02-17T09:30:00.000900Z", zone="Europe/Berlin") == values[1:3]


@pytest.mark.parametrize(
    ("unit", "start", "first", "end"),
    [
        ("YEAR", "JULY", "2026-07-01", "2027-06-30"),
        ("YEAR", "FEB", "2027-02-01", "2028-01-31"),
        ("QUARTER", "FEBRUARY", "2027-02-01", "2027-04-30"),
        ("QUARTER", "MARCH", "2026-12-01", "2027-02-28"),
    ],
)
def test_a_fiscal_year_begins_in_its_month(unit: str, start: str, first: str, end: str) -> None:
    fiscal = {"useFiscalYear": True, "fiscalYearStart": start}
    tree = _asking("birthday", "CALENDAR_DATE", "IN_THIS_TIME_UNIT", timeUnit=unit, **fiscal)
    edges = [_beside(first, -1), first, end, _beside(end, 1)]

    assert _meets(tree, edges, now="2027-02-17T09:30:00Z", zone="UTC") == edges[1:3]


@pytest.mark.parametrize(
    ("zone", "year", "month", "day", "first", "end"),
    [
        # 23 and 25 hours.
        ("Europe/Berlin", 2026, "MAR", 29, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", 2026, "OCT", 25, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        # Midnight does not exist: the day begins at one o'clock.
        ("America/Sao_Paulo", 2018, "NOV", 4, "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        # Midnight comes twice: the day before ended with the first.
        ("America/Havana", 2024, "NOV", 3, "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"),
        ("America/Havana", 2024, "NOV", 2, "2024-11-02T04:00:00Z", "2024-11-03T04:00:00Z"),
        # Clocks go back over midnight: the day ends twice, and is over after the second time.
        ("America/St_Johns", 2010, "NOV", 6, "2010-11-06T02:30:00Z", "2010-11-07T03:30:00Z"),
        # The day was left out.
        ("Pacific/Apia", 2011, "DEC", 30, None, None),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(
    zone: str, year: int, month: str, day: int, first: str | None, end: str | None
) -> None:
    tree = _asking("seen", "DATE", "EQUAL", year=year, month=month, day=day)
    now = "2026-01-01T00:00:00Z"
    if first is None or end is None:
        around = ["2011-12-29T10:00:00Z", "2011-12-30T09:59:59.999Z", "2011-12-30T10:00:00Z"]
        assert _meets(tree, around, now=now, zone=zone) == []
        return
    edges = [_shifted(first, -1), first, _shifted(end, -1), end]
    assert _meets(tree, edges, now=now, zone=zone) == edges[1:3]


def _shifted(text: str, milliseconds: int) -> str:
    at = _milliseconds(text) + milliseconds
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
