"""What each schedule type is due at, written out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

import pytest

from shared.recurrence import Occurrence, Skip, next_occurrence, outcomes
from shared.schedule import parse_schedule

EIGHT = {"timeOfDay": {"hour": 8, "minute": 0}}


def due(document: Mapping[str, object], zone: str, after: str, count: int) -> list[str]:
    """Return the next instants and skips as text: `2026-11-27T07:00Z`, `2027-02-31T08:00 NO_SUCH_DAY`."""
    found = outcomes(parse_schedule(document), zone, after=datetime.fromisoformat(after))
    return [_text(each) for each in islice(found, count)]


def _text(outcome: Occurrence | Skip) -> str:
    match outcome:
        case Occurrence():
            return f"{outcome.due_at:%Y-%m-%dT%H:%MZ}"
        case Skip():
            return f"{outcome.nominal} {outcome.reason}"


def test_weekly_is_due_on_each_listed_weekday() -> None:
    document = {"type": "WEEKLY", "daysOfWeek": ["FRIDAY", "MONDAY"], **EIGHT}
    assert due(document, "Europe/Oslo", "2026-11-23T07:00:00Z", 3) == [
        "2026-11-27T07:00Z",
        "2026-11-30T07:00Z",
        "2026-12-04T07:00Z",
    ]


def test_two_times_a_day_stay_on_the_wall_over_a_clock_change() -> None:
    document = {"type": "DAILY", "timesOfDay": [{"hour": 9, "minute": 0}, {"hour": 7, "minute": 0}]}
    assert due(document, "America/Los_Angeles", "2027-03-13T00:00:00Z", 6) == [
        "2027-03-13T15:00Z",
        "2027-03-13T17:00Z",
        "2027-03-14T14:00Z",
        "2027-03-14T16:00Z",
        "2027-03-15T14:00Z",
        "2027-03-15T16:00Z",
    ]


def test_every_second_week_counts_from_the_monday_of_the_week_it_starts_in() -> None:
    document = {"type": "WEEKLY", "daysOfWeek": ["SUNDAY"], "every": 2, "startsOn": "2026-06-23", **EIGHT}
    assert due(document, "UTC", "2020-01-01T00:00:00Z", 4) == [
        "2026-06-28T08:00Z",
        "2026-07-12T08:00Z",
        "2026-07-26T08:00Z",
        "2026-08-09T08:00Z",
    ]


def test_weekdays_before_a_start_in_the_middle_of_the_week_are_left_out() -> None:
    days = ["MONDAY", "THURSDAY"]
    document = {"type": "WEEKLY", "daysOfWeek": days, "every": 2, "startsOn": "2026-06-24", **EIGHT}
    assert due(document, "UTC", "2020-01-01T00:00:00Z", 3) == [
        "2026-06-25T08:00Z",
        "2026-07-06T08:00Z",
        "2026-07-09T08:00Z",
    ]


def test_every_second_week_goes_on_over_a_year_of_53_weeks() -> None:
    document = {"type": "WEEKLY", "daysOfWeek": ["MONDAY"], "every": 2, "startsOn": "2026-12-07", **EIGHT}
    assert due(document, "UTC", "2026-12-01T00:00:00Z", 4) == [
        "2026-12-07T08:00Z",
        "2026-12-21T08:00Z",
        "2027-01-04T08:00Z",
        "2027-01-18T08:00Z",
    ]


def test_every_third_day_is_found_far_from_its_start() -> None:
    document = {"type": "DAILY", "every": 3, "startsOn": "1900-01-01", **EIGHT}
    assert due(document, "UTC", "2199-12-28T00:00:00Z", 2) == ["2199-12-28T08:00Z", "2199-12-31T08:00Z"]


def test_start_and_end_are_included() -> None:
    document = {"type": "DAILY", "startsOn": "2026-11-27", "endsOn": "2026-11-28", **EIGHT}
    assert due(document, "UTC", "2026-11-01T00:00:00Z", 9) == ["2026-11-27T08:00Z", "2026-11-28T08:00Z"]


def test_bounds_are_local_dates() -> None:
    document = {"type": "DAILY", "endsOn": "2026-11-28", "timeOfDay": {"hour": 23, "minute": 30}}
    assert due(document, "America/New_York", "2026-11-28T00:00:00Z", 9) == ["2026-11-28T04:30Z", "2026-11-29T04:30Z"]


def test_once_is_due_once_and_never_again() -> None:
    document = {"type": "ONCE", "date": {"year": 2026, "month": 12, "day": 24}, **EIGHT}
    assert due(document, "Europe/Oslo", "2026-01-01T00:00:00Z", 9) == ["2026-12-24T07:00Z"]
    assert due(document, "Europe/Oslo", "2026-12-24T07:00:00Z", 9) == []


def test_a_month_without_the_day_is_skipped_and_listed_where_it_ends() -> None:
    document = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [1, 31], "startsOn": "2027-01-02", **EIGHT}
    assert due(document, "UTC", "2027-01-01T00:00:00Z", 5) == [
        "2027-01-31T08:00Z",
        "2027-02-01T08:00Z",
        "2027-02-31T08:00 NO_SUCH_DAY",
        "2027-03-01T08:00Z",
        "2027-03-31T08:00Z",
    ]


def test_a_month_without_the_day_can_use_its_last_one() -> None:
    document = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [30, 29], "onMissingDay": "LAST_DAY", **EIGHT}
    assert due(document, "UTC", "2027-01-29T09:00:00Z", 3) == [
        "2027-01-30T08:00Z",
        "2027-02-28T08:00Z",
        "2027-03-29T08:00Z",
    ]


def test_the_first_of_the_month_stays_the_first_in_a_leap_year() -> None:
    document = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [1], **EIGHT}
    found = due(document, "UTC", "2028-01-15T00:00:00Z", 12)
    assert [each[8:10] for each in found] == ["01"] * 12
    assert found[-1] == "2029-01-01T08:00Z"


def test_the_last_day_and_the_first_monday_of_the_month() -> None:
    last = {"type": "MONTHLY_RELATIVE_DAYS", "monthlyRelativeDays": "LAST_DAY_OF_MONTH", **EIGHT}
    assert due(last, "UTC", "2028-01-31T09:00:00Z", 2) == ["2028-02-29T08:00Z", "2028-03-31T08:00Z"]
    monday = {"type": "MONTHLY_RELATIVE_DAYS", "monthlyRelativeDays": "FIRST_MONDAY_OF_MONTH", **EIGHT}
    assert due(monday, "UTC", "2027-01-04T08:00:00Z", 3) == [
        "2027-02-01T08:00Z",
        "2027-03-01T08:00Z",
        "2027-04-05T08:00Z",
    ]


def test_29_february_comes_in_leap_years_only() -> None:
    document = {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 29, **EIGHT}
    assert due(document, "UTC", "2026-02-01T00:00:00Z", 3) == [
        "2026-02-29T08:00 NO_SUCH_DAY",
        "2027-02-29T08:00 NO_SUCH_DAY",
        "2028-02-29T08:00Z",
    ]
    moved = {**document, "onMissingDay": "LAST_DAY"}
    assert due(moved, "UTC", "2026-02-01T00:00:00Z", 1) == ["2026-02-28T08:00Z"]


@pytest.mark.parametrize(
    ("nth", "expected"),
    [
        (2, ["2027-01-08T08:00Z", "2027-02-12T08:00Z"]),
        (-1, ["2027-01-29T08:00Z", "2027-02-26T08:00Z"]),
        (5, ["2027-01-29T08:00Z", "2027-02T08:00 NO_SUCH_DAY"]),
        (-5, ["2027-01-01T08:00Z", "2027-02T08:00 NO_SUCH_DAY"]),
    ],
)
def test_the_nth_friday_of_the_month(nth: int, expected: list[str]) -> None:
    document = {"type": "MONTHLY_NTH_WEEKDAY", "nth": nth, "dayOfWeek": "FRIDAY", **EIGHT}
    assert due(document, "UTC", "2027-01-01T00:00:00Z", 2) == expected


@pytest.mark.parametrize("after", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_the_beginning_of_time_is_no_obstacle(after: str) -> None:
    document = {"type": "DAILY", **EIGHT}
    assert due(document, "Pacific/Kiritimati", after, 1)[0].startswith("1900-01-01")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_the_end_of_time_is_no_obstacle(zone: str) -> None:
    schedule = parse_schedule({"type": "DAILY", **EIGHT})
    assert next_occurrence(schedule, zone, datetime.fromisoformat("9999-12-31T23:59:59Z")) is None
