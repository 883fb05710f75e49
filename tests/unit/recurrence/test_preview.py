"""Previews and sentences, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.recurrence import preview, preview_json, sentence
from shared.schedule import parse_schedule

EIGHT = {"timeOfDay": {"hour": 8, "minute": 0}}


def test_a_preview_in_json() -> None:
    schedule = parse_schedule({"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], **EIGHT})
    seen = preview(schedule, "Europe/Oslo", after=datetime(2026, 11, 23, tzinfo=UTC), count=1)
    assert preview_json(seen) == {
        "sentence": "Every Friday at 08:00",
        "timeZoneId": "Europe/Oslo",
        "tzdata": "2026f",
        "occurrences": [
            {
                "dueAt": "2026-11-27T07:00:00Z",
                "localTime": "2026-11-27T08:00:00+01:00",
                "nominal": "2026-11-27T08:00",
                "resolution": "EXACT",
            }
        ],
        "skipped": [],
    }


def test_an_offset_with_seconds_reaches_the_json() -> None:
    seen = preview(
        parse_schedule({"type": "DAILY", **EIGHT}), "Africa/Monrovia", after=datetime(1971, 6, 1, tzinfo=UTC), count=1
    )
    assert preview_json(seen)["occurrences"] == [
        {
            "dueAt": "1971-06-01T08:44:30Z",
            "localTime": "1971-06-01T08:00:00-00:44:30",
            "nominal": "1971-06-01T08:00",
            "resolution": "EXACT",
        }
    ]


def test_skips_up_to_the_last_occurrence_are_listed() -> None:
    schedule = parse_schedule({"type": "DAILY", "timeOfDay": {"hour": 2, "minute": 30}, "onGap": "SKIP"})
    seen = preview(schedule, "Europe/Oslo", after=datetime(2027, 3, 27, tzinfo=UTC), count=1)
    assert preview_json(seen)["skipped"] == []
    seen = preview(schedule, "Europe/Oslo", after=datetime(2027, 3, 27, tzinfo=UTC), count=2)
    assert preview_json(seen)["skipped"] == [{"nominal": "2027-03-28T02:30", "reason": "GAP"}]


def test_months_without_the_31st_are_listed() -> None:
    document = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [31], "startsOn": "2027-01-01", **EIGHT}
    seen = preview(parse_schedule(document), "UTC", after=datetime(2026, 1, 1, tzinfo=UTC), count=4)
    assert [each.nominal for each in seen.skipped] == ["2027-02-31T08:00", "2027-04-31T08:00", "2027-06-31T08:00"]


def test_a_preview_is_bounded_in_years() -> None:
    schedule = parse_schedule({"type": "ONCE", "date": {"year": 2090, "month": 1, "day": 1}, **EIGHT})
    assert preview(schedule, "UTC", after=datetime(2026, 1, 1, tzinfo=UTC), count=1).occurrences == ()
    assert len(preview(schedule, "UTC", after=datetime(2060, 1, 1, tzinfo=UTC), count=1).occurrences) == 1


def test_a_preview_lists_at_most_a_thousand_skips() -> None:
    times = [{"hour": hour, "minute": minute} for hour in range(24) for minute in range(60)]
    document = {"type": "YEARLY", "month": "FEBRUARY", "dayOfMonth": 29, "timesOfDay": times}
    seen = preview(parse_schedule(document), "UTC", after=datetime(2025, 1, 1, tzinfo=UTC), count=1)
    assert len(seen.skipped) == 1000
    assert seen.skipped[0].nominal == "2025-02-29T00:00"
    assert seen.occurrences[0].nominal_text == "2028-02-29T00:00"


def test_the_end_of_time_can_be_previewed() -> None:
    schedule = parse_schedule({"type": "DAILY", **EIGHT})
    assert preview(schedule, "UTC", after=datetime.max.replace(tzinfo=UTC), count=10).occurrences == ()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"type": "DAILY", **EIGHT}, "Every day at 08:00"),
        ({"type": "DAILY", "every": 2, "startsOn": "2026-01-01", **EIGHT}, "Every 2nd day at 08:00"),
        ({"type": "DAILY", "endsOn": "2027-12-31", **EIGHT}, "Every day at 08:00 until 31 December 2027"),
        (
            {"type": "DAILY", "timesOfDay": [{"hour": 12, "minute": 30}, {"hour": 8, "minute": 0}]},
            "Every day at 08:00 and 12:30",
        ),
        (
            {"type": "DAILY", "timesOfDay": [{"hour": hour, "minute": 0} for hour in range(24)]},
            "Every day at 00:00, 01:00, 02:00 and 21 more times",
        ),
        ({"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], **EIGHT}, "Every Friday at 08:00"),
        (
            {"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], "timeZoneId": "Europe/Oslo", **EIGHT},
            "Every Friday at 08:00 (Europe/Oslo)",
        ),
        ({"type": "WEEKLY", "daysOfWeek": ["FRIDAY", "MONDAY"], **EIGHT}, "Every Monday and Friday at 08:00"),
        (
            {"type": "WEEKLY", "daysOfWeek": ["MONDAY"], "every": 3, "startsOn": "2026-01-01", **EIGHT},
            "Every 3rd week on Monday at 08:00",
        ),
        (
            {"type": "ONCE", "date": {"year": 2027, "month": 1, "day": 4}, "timeOfDay": {"hour": 10, "minute": 0}},
            "Once, on 4 January 2027 at 10:00",
        ),
        ({"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [23], **EIGHT}, "Monthly on the 23rd at 08:00"),
        (
            {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [31, 11], "onMissingDay": "LAST_DAY", **EIGHT},
            "Monthly on the 11th and 31st, or the last day of a shorter month, at 08:00",
        ),
        (
            {"type": "MONTHLY_RELATIVE_DAYS", "monthlyRelativeDays": "LAST_DAY_OF_MONTH", **EIGHT},
            "On the last day of the month at 08:00",
        ),
        (
            {
                "type": "MONTHLY_RELATIVE_DAYS",
                "monthlyRelativeDays": "FIRST_MONDAY_OF_MONTH",
                "every": 3,
                "startsOn": "2026-01-01",
                **EIGHT,
            },
            "On the first Monday of every 3rd month at 08:00",
        ),
        ({"type": "YEARLY", "month": "JULY", "dayOfMonth": 4, **EIGHT}, "Every year on 4 July at 08:00"),
        (
            {"type": "MONTHLY_NTH_WEEKDAY", "nth": 2, "dayOfWeek": "TUESDAY", **EIGHT},
            "On the 2nd Tuesday of the month at 08:00",
        ),
        (
            {"type": "MONTHLY_NTH_WEEKDAY", "nth": -1, "dayOfWeek": "FRIDAY", **EIGHT},
            "On the last Friday of the month at 08:00",
        ),
    ],
)
def test_a_schedule_in_one_sentence(document: dict[str, object], expected: str) -> None:
    assert sentence(parse_schedule(document)) == expected
