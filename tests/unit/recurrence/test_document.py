"""The schedule document: what is taken, what is given back, and how mistakes are named."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.recurrence import CatchUp
from shared.schedule import ScheduleError, dump_schedule, parse_schedule

EIGHT = {"timeOfDay": {"hour": 8, "minute": 0}}
DAILY = {"type": "DAILY", **EIGHT}
FRIDAYS = {"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], **EIGHT}
ONCE = {"type": "ONCE", "date": {"year": 2026, "month": 12, "day": 24}, **EIGHT}


def problems(document: object, path: str = "schedule") -> list[tuple[str, str]]:
    """Return (code, field) of every problem found in a document that is refused."""
    with pytest.raises(ScheduleError) as refused:
        parse_schedule(document, path=path)
    return [(each.code, each.field) for each in refused.value.problems]


def reason(document: object) -> str:
    """Return the reason of the only problem of a document."""
    with pytest.raises(ScheduleError) as refused:
        parse_schedule(document)
    (only,) = refused.value.problems
    return only.reason


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"DAILY","timeOfDay":{"hour":8,"minute":0}}',
        '{"type":"WEEKLY","daysOfWeek":["MONDAY","FRIDAY"],"timeOfDay":{"hour":8,"minute":0}}',
        '{"type":"MONTHLY_SPECIFIC_DAYS","daysOfMonth":[15,1,31],"timeOfDay":{"hour":8,"minute":0}}',
        '{"type":"MONTHLY_RELATIVE_DAYS","monthlyRelativeDays":"LAST_DAY_OF_MONTH","timeOfDay":{"hour":8,"minute":0}}',
        '{"type":"YEARLY","month":"JULY","dayOfMonth":4,"timeOfDay":{"hour":8,"minute":0}}',
    ],
)
def test_hubspots_documents_are_given_back_byte_for_byte(text: str) -> None:
    assert json.dumps(dump_schedule(parse_schedule(json.loads(text))), separators=(",", ":")) == text


def test_everything_set_is_given_back_and_nothing_else() -> None:
    document = {
        "type": "WEEKLY",
        "daysOfWeek": ["FRIDAY"],
        "timesOfDay": [{"hour": 8, "minute": 0}],
        "timeZoneId": "Europe/Oslo",
        "startsOn": "2026-01-01",
        "endsOn": "2026-12-31",
        "every": 2,
        "onGap": "SKIP",
        "onFold": "BOTH",
        "catchUp": {"window": "P1W"},
    }
    assert dump_schedule(parse_schedule(document)) == document
    assert dump_schedule(parse_schedule(ONCE)) == ONCE
    assert parse_schedule(dump_schedule(parse_schedule(document))) == parse_schedule(document)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, CatchUp("LATEST", timedelta(days=1))),
        ({"policy": "ALL"}, CatchUp("ALL", timedelta(days=1))),
        ({"window": "P1W2DT3H4M5S"}, CatchUp("LATEST", timedelta(days=9, hours=3, minutes=4, seconds=5))),
        ({"policy": "NONE", "window": "PT90M"}, CatchUp("NONE", timedelta(minutes=90))),
    ],
)
def test_catch_up_fills_in_what_is_left_out(written: object, expected: CatchUp) -> None:
    document = DAILY if written is None else {**DAILY, "catchUp": written}
    assert parse_schedule(document).catching_up == expected


@pytest.mark.parametrize(
    "zone",
    [
        "posixrules",
        "right/UTC",
        "../../etc/passwd",
        "A" * 5000,
        "Europe/Oslo\0",
        "\0",
        "europe/paris",
        "Mars/Phobos",
        "Europe",
        "Factory",
        "localtime",
        "",
        " UTC",
        "UTC\n",
        "Ūtc",
    ],
)
def test_zones_outside_the_list_are_refused(zone: str) -> None:
    assert problems({**DAILY, "timeZoneId": zone}) == [("NOT_ALLOWED", "schedule.timeZoneId")]


@pytest.mark.parametrize("value", [8.0, 8.5, True, "8", None, [], {}, [8]])
def test_an_hour_is_a_json_integer(value: object) -> None:
    document = {"type": "DAILY", "timeOfDay": {"hour": value, "minute": 0}}
    assert problems(document) == [("WRONG_TYPE", "schedule.timeOfDay.hour")]


@pytest.mark.parametrize("value", [-1, 24, 2**31, 10**400, -(10**400)])
def test_an_hour_is_within_a_day(value: int) -> None:
    document = {"type": "DAILY", "timeOfDay": {"hour": value, "minute": 0}}
    assert problems(document) == [("OUT_OF_BOUNDS", "schedule.timeOfDay.hour")]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, [("WRONG_TYPE", "schedule")]),
        ([], [("WRONG_TYPE", "schedule")]),
        ("DAILY", [("WRONG_TYPE", "schedule")]),
        ({}, [("INCOMPLETE", "schedule.type")]),
        ({"type": None}, [("WRONG_TYPE", "schedule.type")]),
        ({"type": ["DAILY"]}, [("WRONG_TYPE", "schedule.type")]),
        ({"type": "daily"}, [("NOT_ALLOWED", "schedule.type")]),
        ({"type": "CRON", "expression": "* * * * *"}, [("NOT_ALLOWED", "schedule.type")]),
        ({"type": "DAILY"}, [("INCOMPLETE", "schedule.timeOfDay")]),
        ({**DAILY, "timesOfDay": [{"hour": 9, "minute": 0}]}, [("NOT_ALLOWED", "schedule.timesOfDay")]),
        ({"type": "DAILY", "timesOfDay": []}, [("OUT_OF_BOUNDS", "schedule.timesOfDay")]),
        ({"type": "DAILY", "timeOfDay": {"hour": 8}}, [("INCOMPLETE", "schedule.timeOfDay.minute")]),
        ({"type": "DAILY", "timeOfDay": "08:00"}, [("WRONG_TYPE", "schedule.timeOfDay")]),
        (
            {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0, "second": 0}},
            [("UNKNOWN_FIELD", "schedule.timeOfDay.second")],
        ),
        ({**DAILY, "cron": "x"}, [("UNKNOWN_FIELD", "schedule.cron")]),
        ({**DAILY, "daysOfWeek": ["MONDAY"]}, [("UNKNOWN_FIELD", "schedule.daysOfWeek")]),
        ({**DAILY, "onMissingDay": "SKIP"}, [("UNKNOWN_FIELD", "schedule.onMissingDay")]),
        ({**DAILY, "time_zone_id": "UTC"}, [("UNKNOWN_FIELD", "schedule.time_zone_id")]),
        ({**ONCE, "every": 2}, [("UNKNOWN_FIELD", "schedule.every")]),
        ({**FRIDAYS, "daysOfWeek": []}, [("OUT_OF_BOUNDS", "schedule.daysOfWeek")]),
        ({**FRIDAYS, "daysOfWeek": "FRIDAY"}, [("WRONG_TYPE", "schedule.daysOfWeek")]),
        ({**FRIDAYS, "daysOfWeek": ["FRIDAY", "friday"]}, [("NOT_ALLOWED", "schedule.daysOfWeek[1]")]),
        ({**FRIDAYS, "daysOfWeek": ["FRIDAY", 5]}, [("WRONG_TYPE", "schedule.daysOfWeek[1]")]),
        (
            {**FRIDAYS, "daysOfWeek": ["FRIDAY", "MONDAY", "FRIDAY"]},
            [("DUPLICATE_ID", "schedule.daysOfWeek[2]")],
        ),
        ({**FRIDAYS, "daysOfWeek": ["FRIDAY"] * 1000}, [("TOO_MANY", "schedule.daysOfWeek")]),
        (
            {"type": "DAILY", "timesOfDay": [{"hour": 8, "minute": 0}, {"hour": 8, "minute": 0}]},
            [("DUPLICATE_ID", "schedule.timesOfDay[1]")],
        ),
        ({**DAILY, "onGap": "MOVE"}, [("NOT_ALLOWED", "schedule.onGap")]),
        ({**DAILY, "onFold": None}, [("WRONG_TYPE", "schedule.onFold")]),
        ({**DAILY, "timeZoneId": 1}, [("WRONG_TYPE", "schedule.timeZoneId")]),
        ({**DAILY, "timeZoneId": None}, [("WRONG_TYPE", "schedule.timeZoneId")]),
        ({**DAILY, "every": 0, "startsOn": "2026-01-01"}, [("OUT_OF_BOUNDS", "schedule.every")]),
        ({**DAILY, "every": 2}, [("INCOMPLETE", "schedule.startsOn")]),
        ({**DAILY, "catchUp": {"policy": "SOME"}}, [("NOT_ALLOWED", "schedule.catchUp.policy")]),
        ({**DAILY, "catchUp": {"grace": 1}}, [("UNKNOWN_FIELD", "schedule.catchUp.grace")]),
    ],
)
def test_a_mistake_is_named_with_its_place(document: object, expected: list[tuple[str, str]]) -> None:
    assert problems(document) == expected


@pytest.mark.parametrize("window", ["P", "PT", "1D", "P1M", "P1Y", "P1.5D", "-P1D", "p1d", "P1DT", "PT1S1M", 86400, ""])
def test_a_window_is_a_duration_of_weeks_days_hours_minutes_seconds(window: object) -> None:
    assert problems({**DAILY, "catchUp": {"window": window}}) == [("WRONG_TYPE", "schedule.catchUp.window")]


def test_a_window_has_a_greatest_length() -> None:
    document = {**DAILY, "catchUp": {"window": "P99999999W"}}
    assert problems(document) == [("OUT_OF_BOUNDS", "schedule.catchUp.window")]


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("2026-02-30", "must be a date that exists: 2026-02 has 28 days"),
        ("2026-04-31", "must be a date that exists: 2026-04 has 30 days"),
        ("2026-13-01", "must be a date that exists: a year has 12 months"),
        ("2026-01-00", "must be a date that exists: 2026-01 has 31 days"),
        ("0000-01-01", "must be a date from 1900-01-01 to 9999-12-31"),
        ("1899-12-31", "must be a date from 1900-01-01 to 9999-12-31"),
        ("10000-01-01", "must be a date from 1900-01-01 to 9999-12-31"),
        ("24.12.2026", "must be a date written YYYY-MM-DD"),
        ("2026-12-24T00:00:00Z", "must be a date written YYYY-MM-DD"),
        ("２０２６-12-24", "must be a date written YYYY-MM-DD"),  # noqa: RUF001  digits of another script
        (20261224, "must be a date written YYYY-MM-DD"),
    ],
)
def test_an_impossible_date_is_refused_with_the_rule(written: object, rule: str) -> None:
    assert reason({**DAILY, "startsOn": written}) == rule


@pytest.mark.parametrize(
    ("year", "month", "day", "place"),
    [
        (2026, 2, 29, ".date"),
        (0, 1, 1, ".date.year"),
        (1899, 12, 31, ".date.year"),
        (10000, 1, 1, ".date.year"),
        (2026, 13, 1, ".date.month"),
        (2026, 12, 32, ".date.day"),
        (2200, 1, 1, ".date"),
    ],
)
def test_once_has_a_date_that_exists(year: int, month: int, day: int, place: str) -> None:
    document = {**ONCE, "date": {"year": year, "month": month, "day": day}}
    assert problems(document) == [("OUT_OF_BOUNDS", f"schedule{place}")]


def test_an_end_before_the_start_is_refused() -> None:
    document = {**DAILY, "startsOn": "2026-12-24", "endsOn": "2026-12-23"}
    assert problems(document) == [("OUT_OF_BOUNDS", "schedule.endsOn")]


@pytest.mark.parametrize(
    "document",
    [
        {**FRIDAYS, "startsOn": "2026-11-23", "endsOn": "2026-11-26"},
        {**DAILY, "startsOn": "2200-01-01"},
        {**DAILY, "endsOn": "1899-12-31", "startsOn": "1899-12-31"},
        {**ONCE, "startsOn": "2026-12-25"},
        {**ONCE, "endsOn": "2026-12-23"},
        {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 30, **EIGHT},
        {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 29, "every": 4, "startsOn": "2025-01-01", **EIGHT},
        {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [30], "every": 12, "startsOn": "2026-02-01", **EIGHT},
    ],
)
def test_a_rule_that_is_never_due_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ScheduleError):
        parse_schedule(document)


def test_30_february_is_refused_in_plain_words() -> None:
    document = {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 30, **EIGHT}
    assert reason(document) == "must exist: 30 February never comes"


def test_once_in_the_past_is_accepted() -> None:
    document = {**ONCE, "date": {"year": 1999, "month": 12, "day": 31}}
    assert dump_schedule(parse_schedule(document)) == document


def test_every_mistake_is_named_at_once() -> None:
    document = {
        "type": "WEEKLY",
        "daysOfWeek": ["FRIDAY", "FRIDAY"],
        "timeOfDay": {"hour": 24, "minute": "0"},
        "timeZoneId": "Nowhere",
        "colour": "red",
    }
    assert set(problems(document)) == {
        ("DUPLICATE_ID", "schedule.daysOfWeek[1]"),
        ("OUT_OF_BOUNDS", "schedule.timeOfDay.hour"),
        ("WRONG_TYPE", "schedule.timeOfDay.minute"),
        ("NOT_ALLOWED", "schedule.timeZoneId"),
        ("UNKNOWN_FIELD", "schedule.colour"),
    }


def test_at_most_a_hundred_mistakes_are_named() -> None:
    document = {**DAILY, **{f"field{number}": 0 for number in range(500)}}
    assert len(problems(document)) == 100


@pytest.mark.parametrize("size", [20_000, 200_000])
def test_a_huge_document_is_refused_without_looking_closer(size: int) -> None:
    assert problems({"type": "DAILY", "timesOfDay": [{}] * size}) == [("TOO_MANY", "schedule")]


def test_a_deep_document_is_refused() -> None:
    deep: object = 0
    for _ in range(5_000):
        deep = [deep]
    assert problems({**DAILY, "timeZoneId": deep}) == [("WRONG_TYPE", "schedule.timeZoneId")]


def test_the_path_is_that_of_what_was_sent() -> None:
    document = {"type": "DAILY", "timeOfDay": {"hour": 24, "minute": 0}}
    assert problems(document, "enrollmentSchedule") == [("OUT_OF_BOUNDS", "enrollmentSchedule.timeOfDay.hour")]


def test_long_names_and_values_are_cut_in_what_is_said() -> None:
    with pytest.raises(ScheduleError) as refused:
        parse_schedule({"type": "Z" * 100_000})
    assert len(str(refused.value)) < 500
    ((_, field),) = problems({**DAILY, "x" * 100_000: 1})
    assert len(field) < 100
