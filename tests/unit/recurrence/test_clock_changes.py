"""What happens to wall times that do not exist, or exist twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import islice

import pytest

from shared.recurrence import Skip, next_occurrence, outcomes
from shared.schedule import parse_schedule


def daily(*times: str, **options: object) -> dict[str, object]:
    """Return a daily schedule at times such as `02:30`."""
    written = [{"hour": int(each[:2]), "minute": int(each[3:])} for each in times]
    return {"type": "DAILY", "timesOfDay": written, **options}


def lines(document: Mapping[str, object], zone: str, after: str, count: int) -> list[str]:
    """Return the next outcomes as `local time, nominal time of day, resolution`."""
    found = outcomes(parse_schedule(document), zone, after=datetime.fromisoformat(after))
    return [
        f"{each.nominal} {each.reason}"
        if isinstance(each, Skip)
        else f"{each.local_time} {each.nominal:%H:%M} {each.resolution}"
        for each in islice(found, count)
    ]


OSLO_GAP = ("Europe/Oslo", "2027-03-28T00:00:00+01:00")
OSLO_FOLD = ("Europe/Oslo", "2026-10-25T00:00:00+02:00")


@pytest.mark.parametrize(
    ("on_gap", "expected"),
    [
        ("SHIFT", "2027-03-28T03:30:00+02:00 02:30 SHIFTED"),
        ("AFTER", "2027-03-28T03:00:00+02:00 02:30 AFTER_GAP"),
        ("SKIP", "2027-03-28T02:30 GAP"),
    ],
)
def test_a_time_in_the_gap_in_oslo(on_gap: str, expected: str) -> None:
    assert lines(daily("02:30", onGap=on_gap), *OSLO_GAP, 2) == [expected, "2027-03-29T02:30:00+02:00 02:30 EXACT"]


@pytest.mark.parametrize(
    ("on_gap", "expected"),
    [
        ("SHIFT", "2026-03-08T03:30:00-04:00 02:30 SHIFTED"),
        ("AFTER", "2026-03-08T03:00:00-04:00 02:30 AFTER_GAP"),
        ("SKIP", "2026-03-08T02:30 GAP"),
    ],
)
def test_a_time_in_the_gap_in_new_york(on_gap: str, expected: str) -> None:
    assert lines(daily("02:30", onGap=on_gap), "America/New_York", "2026-03-08T00:00:00-05:00", 1) == [expected]


@pytest.mark.parametrize(
    ("on_fold", "expected"),
    [
        ("FIRST", ["2026-10-25T02:30:00+02:00 02:30 FIRST_OF_TWO"]),
        ("SECOND", ["2026-10-25T02:30:00+01:00 02:30 SECOND_OF_TWO"]),
        ("BOTH", ["2026-10-25T02:30:00+02:00 02:30 FIRST_OF_TWO", "2026-10-25T02:30:00+01:00 02:30 SECOND_OF_TWO"]),
    ],
)
def test_a_time_in_the_fold_in_oslo(on_fold: str, expected: list[str]) -> None:
    found = lines(daily("02:30", onFold=on_fold), *OSLO_FOLD, len(expected) + 1)
    assert found == [*expected, "2026-10-26T02:30:00+01:00 02:30 EXACT"]


@pytest.mark.parametrize(
    ("on_fold", "expected"),
    [
        ("FIRST", ["2026-11-01T01:30:00-04:00 01:30 FIRST_OF_TWO"]),
        ("SECOND", ["2026-11-01T01:30:00-05:00 01:30 SECOND_OF_TWO"]),
        ("BOTH", ["2026-11-01T01:30:00-04:00 01:30 FIRST_OF_TWO", "2026-11-01T01:30:00-05:00 01:30 SECOND_OF_TWO"]),
    ],
)
def test_a_time_in_the_fold_in_new_york(on_fold: str, expected: list[str]) -> None:
    found = lines(daily("01:30", onFold=on_fold), "America/New_York", "2026-11-01T00:00:00-04:00", len(expected))
    assert found == expected


def test_between_the_passes_of_a_fold_the_second_is_still_to_come() -> None:
    schedule = parse_schedule(daily("02:30", onFold="BOTH"))
    between = datetime.fromisoformat("2026-10-25T02:45:00+02:00")
    found = next_occurrence(schedule, "Europe/Oslo", between)
    assert found is not None
    assert found.local_time == "2026-10-25T02:30:00+01:00"


def test_both_passes_of_several_times_follow_the_instants() -> None:
    assert lines(daily("02:00", "02:45", "03:00", onFold="BOTH"), *OSLO_FOLD, 5) == [
        "2026-10-25T02:00:00+02:00 02:00 FIRST_OF_TWO",
        "2026-10-25T02:45:00+02:00 02:45 FIRST_OF_TWO",
        "2026-10-25T02:00:00+01:00 02:00 SECOND_OF_TWO",
        "2026-10-25T02:45:00+01:00 02:45 SECOND_OF_TWO",
        "2026-10-25T03:00:00+01:00 03:00 EXACT",
    ]


def test_a_shifted_time_comes_after_the_earlier_instants_of_later_times() -> None:
    assert lines(daily("02:30", "03:00", "03:45"), *OSLO_GAP, 3) == [
        "2027-03-28T03:00:00+02:00 03:00 EXACT",
        "2027-03-28T03:30:00+02:00 02:30 SHIFTED",
        "2027-03-28T03:45:00+02:00 03:45 EXACT",
    ]


def test_several_shifted_times_wait_for_a_time_right_after_the_gap() -> None:
    assert lines(daily("02:10", "02:50", "03:00"), *OSLO_GAP, 3) == [
        "2027-03-28T03:00:00+02:00 03:00 EXACT",
        "2027-03-28T03:10:00+02:00 02:10 SHIFTED",
        "2027-03-28T03:50:00+02:00 02:50 SHIFTED",
    ]


def test_of_two_nominal_times_at_one_instant_the_one_on_the_wall_is_kept() -> None:
    assert lines(daily("02:30", "03:30"), *OSLO_GAP, 2) == [
        "2027-03-28T03:30:00+02:00 03:30 EXACT",
        "2027-03-29T02:30:00+02:00 02:30 EXACT",
    ]


def test_of_two_nominal_times_after_a_gap_the_earliest_is_kept() -> None:
    assert lines(daily("02:10", "02:40", onGap="AFTER"), *OSLO_GAP, 2) == [
        "2027-03-28T03:00:00+02:00 02:10 AFTER_GAP",
        "2027-03-29T02:10:00+02:00 02:10 EXACT",
    ]


def test_half_an_hour_is_left_out_on_lord_howe() -> None:
    assert lines(daily("02:00", "02:15"), "Australia/Lord_Howe", "2025-10-05T00:00:00+10:30", 2) == [
        "2025-10-05T02:30:00+11:00 02:00 SHIFTED",
        "2025-10-05T02:45:00+11:00 02:15 SHIFTED",
    ]


def test_half_an_hour_comes_twice_on_lord_howe() -> None:
    assert lines(daily("01:45", onFold="BOTH"), "Australia/Lord_Howe", "2025-04-06T00:00:00+11:00", 2) == [
        "2025-04-06T01:45:00+11:00 01:45 FIRST_OF_TWO",
        "2025-04-06T01:45:00+10:30 01:45 SECOND_OF_TWO",
    ]


def test_the_day_that_samoa_left_out_falls_together_with_the_next() -> None:
    after = datetime.fromisoformat("2011-12-29T09:00:00-10:00")
    schedule = parse_schedule(daily("08:00"))
    found = next_occurrence(schedule, "Pacific/Apia", after)
    assert found is not None
    assert (found.local_time, found.resolution) == ("2011-12-31T08:00:00+14:00", "EXACT")
    assert found.nominal_dates == (date(2011, 12, 30), date(2011, 12, 31))


@pytest.mark.parametrize(
    ("on_gap", "expected"),
    [
        ("SHIFT", "2011-12-31T08:00:00+14:00 08:00 SHIFTED"),
        ("AFTER", "2011-12-31T00:00:00+14:00 08:00 AFTER_GAP"),
        ("SKIP", "2011-12-30T08:00 GAP"),
    ],
)
def test_a_friday_that_samoa_left_out(on_gap: str, expected: str) -> None:
    document = {"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], "timeOfDay": {"hour": 8, "minute": 0}, "onGap": on_gap}
    assert lines(document, "Pacific/Apia", "2011-12-28T00:00:00-10:00", 2) == [
        expected,
        "2012-01-06T08:00:00+14:00 08:00 EXACT",
    ]


def test_days_that_a_zone_left_out_still_count() -> None:
    document = daily("08:00", every=2, startsOn="2011-12-28", onGap="SKIP")
    assert lines(document, "Pacific/Apia", "2011-12-28T00:00:00-10:00", 3) == [
        "2011-12-28T08:00:00-10:00 08:00 EXACT",
        "2011-12-30T08:00 GAP",
        "2012-01-01T08:00:00+14:00 08:00 EXACT",
    ]


def test_midnight_does_not_exist_in_cairo() -> None:
    assert lines(daily("00:00"), "Africa/Cairo", "2025-04-24T12:00:00+02:00", 2) == [
        "2025-04-25T01:00:00+03:00 00:00 SHIFTED",
        "2025-04-26T00:00:00+03:00 00:00 EXACT",
    ]


def test_a_missing_day_stands_at_the_first_instant_of_the_next_month_also_when_its_midnight_is_missing() -> None:
    # Paraguay's clocks went forward at midnight of 1 October 2017.
    document = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [31], "timeOfDay": {"hour": 8, "minute": 0}}
    found = outcomes(parse_schedule(document), "America/Asuncion", after=datetime(2017, 9, 1, tzinfo=UTC))
    skip = next(found)
    assert isinstance(skip, Skip)
    assert (skip.nominal, skip.at.isoformat()) == ("2017-09-31T08:00", "2017-10-01T04:00:00+00:00")


def test_an_offset_with_seconds_is_written_out() -> None:
    found = next_occurrence(parse_schedule(daily("08:00")), "Africa/Monrovia", datetime(1971, 6, 1, tzinfo=UTC))
    assert found is not None
    assert found.local_time == "1971-06-01T08:00:00-00:44:30"
    assert found.due_at == datetime(1971, 6, 1, 8, 44, 30, tzinfo=UTC)


def test_a_fortnightly_run_in_the_gap_is_due_once() -> None:
    document = {
        "type": "WEEKLY",
        "daysOfWeek": ["SUNDAY"],
        "every": 2,
        "startsOn": "2024-02-25",
        "timeOfDay": {"hour": 2, "minute": 1},
    }
    assert lines(document, "America/Chicago", "2024-02-24T00:00:00Z", 4) == [
        "2024-02-25T02:01:00-06:00 02:01 EXACT",
        "2024-03-10T03:01:00-05:00 02:01 SHIFTED",
        "2024-03-24T02:01:00-05:00 02:01 EXACT",
        "2024-04-07T02:01:00-05:00 02:01 EXACT",
    ]


def test_a_start_before_a_gap_does_not_cost_a_day_after_it() -> None:
    document = daily("02:30", startsOn="2025-03-01")
    assert lines(document, "Europe/Amsterdam", "2025-04-01T00:00:00Z", 1) == ["2025-04-01T02:30:00+02:00 02:30 EXACT"]


@pytest.mark.parametrize("on_gap", ["SHIFT", "AFTER"])
def test_once_in_a_gap_is_moved(on_gap: str) -> None:
    document = {
        "type": "ONCE",
        "date": {"year": 2027, "month": 3, "day": 28},
        "timeOfDay": {"hour": 2, "minute": 30},
        "onGap": on_gap,
    }
    assert len(lines(document, *OSLO_GAP, 9)) == 1


def test_once_in_a_gap_that_is_skipped_has_no_occurrence() -> None:
    document = {
        "type": "ONCE",
        "date": {"year": 2027, "month": 3, "day": 28},
        "timeOfDay": {"hour": 2, "minute": 30},
        "onGap": "SKIP",
    }
    assert next_occurrence(parse_schedule(document), "Europe/Oslo", datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert lines(document, *OSLO_GAP, 9) == ["2027-03-28T02:30 GAP"]
