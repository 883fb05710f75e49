"""Schedules that cannot be, where they are previewed and where a flow holds them."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.integration.bad_input.answers import refusal
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.examples import FLOW

EIGHT: Final = {"hour": 8, "minute": 0}


def daily(**fields: Any) -> dict[str, Any]:
    return {"type": "DAILY", "timeOfDay": EIGHT, **fields}


def at(**time: Any) -> dict[str, Any]:
    return {"type": "DAILY", "timeOfDay": {**EIGHT, **time}}


def weekly(days: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "WEEKLY", "daysOfWeek": days, "timeOfDay": EIGHT, **fields}


def monthly(days: Any) -> dict[str, Any]:
    return {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": days, "timeOfDay": EIGHT}


def yearly(month: Any, day: Any) -> dict[str, Any]:
    return {"type": "YEARLY", "month": month, "dayOfMonth": day, "timeOfDay": EIGHT}


def once(year: Any, month: Any, day: Any) -> dict[str, Any]:
    return {"type": "ONCE", "date": {"year": year, "month": month, "day": day}, "timeOfDay": EIGHT}


_REFUSED: Final[Mapping[str, tuple[Any, str, str]]] = {
    "nothing in it": ({}, "INCOMPLETE", ".type"),
    "a type nobody knows": ({"type": "HOURLY"}, "NOT_ALLOWED", ".type"),
    "a type in other letters": ({**daily(), "type": "daily"}, "NOT_ALLOWED", ".type"),
    "cron": ({"type": "CRON", "expression": "0 0 30 2 *"}, "NOT_ALLOWED", ".type"),
    "30 February, once": (once(2027, 2, 30), "OUT_OF_BOUNDS", ".date"),
    "29 February of no leap year": (once(2027, 2, 29), "OUT_OF_BOUNDS", ".date"),
    "31 April": (once(2027, 4, 31), "OUT_OF_BOUNDS", ".date"),
    "month 13": (once(2027, 13, 1), "OUT_OF_BOUNDS", ".date.month"),
    "day 0": (once(2027, 1, 0), "OUT_OF_BOUNDS", ".date.day"),
    "year 0": (once(0, 1, 1), "OUT_OF_BOUNDS", ".date.year"),
    "year 10,000": (once(10_000, 1, 1), "OUT_OF_BOUNDS", ".date.year"),
    "a date as text": ({"type": "ONCE", "date": "2027-01-01", "timeOfDay": EIGHT}, "WRONG_TYPE", ".date"),
    "30 February, every year": (yearly("FEBRUARY", 30), "OUT_OF_BOUNDS", ".dayOfMonth"),
    "31 November, every year": (yearly("NOVEMBER", 31), "OUT_OF_BOUNDS", ".dayOfMonth"),
    "a month as number": (yearly(2, 1), "WRONG_TYPE", ".month"),
    "a month as it is spoken": (yearly("February", 1), "NOT_ALLOWED", ".month"),
    "hour 24": (at(hour=24), "OUT_OF_BOUNDS", ".timeOfDay.hour"),
    "hour -1": (at(hour=-1), "OUT_OF_BOUNDS", ".timeOfDay.hour"),
    "hour true": (at(hour=True), "WRONG_TYPE", ".timeOfDay.hour"),
    "hour 8.0": (at(hour=8.0), "WRONG_TYPE", ".timeOfDay.hour"),
    'minute "5"': (at(minute="5"), "WRONG_TYPE", ".timeOfDay.minute"),
    "minute 60": (at(minute=60), "OUT_OF_BOUNDS", ".timeOfDay.minute"),
    "a second": (at(second=1), "UNKNOWN_FIELD", ".timeOfDay.second"),
    "no minute": ({"type": "DAILY", "timeOfDay": {"hour": 8}}, "INCOMPLETE", ".timeOfDay.minute"),
    "no time": ({"type": "DAILY"}, "INCOMPLETE", ".timeOfDay"),
    "two kinds of time": (daily(timesOfDay=[EIGHT]), "NOT_ALLOWED", ".timesOfDay"),
    "no times": ({"type": "DAILY", "timesOfDay": []}, "OUT_OF_BOUNDS", ".timesOfDay"),
    "a time twice": ({"type": "DAILY", "timesOfDay": [EIGHT, EIGHT]}, "DUPLICATE_ID", ".timesOfDay[1]"),
    "no weekdays": (weekly([]), "OUT_OF_BOUNDS", ".daysOfWeek"),
    "a weekday twice": (weekly(["MONDAY", "FRIDAY", "MONDAY"]), "DUPLICATE_ID", ".daysOfWeek[2]"),
    "a weekday nobody knows": (weekly(["MONDAY", "MANDAY"]), "NOT_ALLOWED", ".daysOfWeek[1]"),
    "a weekday as number": (weekly([1]), "WRONG_TYPE", ".daysOfWeek[0]"),
    "a weekday alone": (weekly("MONDAY"), "WRONG_TYPE", ".daysOfWeek"),
    "no days": (monthly([]), "OUT_OF_BOUNDS", ".daysOfMonth"),
    "a day twice": (monthly([1, 15, 1]), "DUPLICATE_ID", ".daysOfMonth[2]"),
    "day 32": (monthly([32]), "OUT_OF_BOUNDS", ".daysOfMonth[0]"),
    "every 0": (daily(every=0, startsOn="2026-11-27"), "OUT_OF_BOUNDS", ".every"),
    "every 10^9": (daily(every=10**9, startsOn="2026-11-27"), "OUT_OF_BOUNDS", ".every"),
    "every second from nowhere": (daily(every=2), "INCOMPLETE", ".startsOn"),
    "an end before its start": (daily(startsOn="2026-11-27", endsOn="2026-11-26"), "OUT_OF_BOUNDS", ".endsOn"),
    "an end before all time": (daily(endsOn="1800-01-01"), "OUT_OF_BOUNDS", ".endsOn"),
    "a start on 30 February": (daily(startsOn="2027-02-30"), "OUT_OF_BOUNDS", ".startsOn"),
    "a start in month 0": (daily(startsOn="2027-00-01"), "OUT_OF_BOUNDS", ".startsOn"),
    "a start in other words": (daily(startsOn="27.11.2026"), "WRONG_TYPE", ".startsOn"),
    "a start as an instant": (daily(startsOn="2026-11-27T00:00:00Z"), "WRONG_TYPE", ".startsOn"),
    "a start in the year 99999": (daily(startsOn="99999-01-01"), "OUT_OF_BOUNDS", ".startsOn"),
    "a weekday that does not come": (
        weekly(["MONDAY"], startsOn="2026-11-27", endsOn="2026-11-28"),
        "NOT_ALLOWED",
        "",
    ),
    "a window of years": (daily(catchUp={"window": "P4000D"}), "OUT_OF_BOUNDS", ".catchUp.window"),
    "a window of nothing": (daily(catchUp={"window": "P"}), "WRONG_TYPE", ".catchUp.window"),
    "a window of 10^8 weeks": (daily(catchUp={"window": "P99999999W"}), "OUT_OF_BOUNDS", ".catchUp.window"),
    "a window of months": (daily(catchUp={"window": "P1M"}), "WRONG_TYPE", ".catchUp.window"),
    "a policy nobody knows": (daily(catchUp={"policy": "SOME"}), "NOT_ALLOWED", ".catchUp.policy"),
    "a way over gaps nobody knows": (daily(onGap="JUMP"), "NOT_ALLOWED", ".onGap"),
    "null for a date": (daily(startsOn=None), "WRONG_TYPE", ".startsOn"),
    "a field of another type": (daily(daysOfWeek=["MONDAY"]), "UNKNOWN_FIELD", ".daysOfWeek"),
}


@pytest.mark.parametrize("kind", _REFUSED)
async def test_a_schedule_that_cannot_be_is_refused_by_its_place(world: World, kind: str) -> None:
    schedule, code, place = _REFUSED[kind]
    async with world.writes_nothing():
        previewed = await world.send("POST", "/v1/schedules/preview", json={"schedule": schedule})
        saved = await world.send("POST", "/automation/v4/flows", json={**FLOW, "enrollmentSchedule": schedule})
    assert (refusal(previewed).status, refusal(saved).status) == (422, 400)
    assert (code, f"schedule{place}") in refusal(previewed).mistakes, previewed.text
    assert (code, f"enrollmentSchedule{place}") in refusal(saved).mistakes, saved.text


@pytest.mark.parametrize("count", [0, -1, 1_001, 10**9, 2**63 - 1, 1.5, "5", True, None, []])
async def test_a_number_of_occurrences_that_is_none_is_refused(world: World, count: Any) -> None:
    refused = refusal(await world.send("POST", "/v1/schedules/preview", json={"schedule": daily(), "count": count}))
    assert (refused.status, refused.places) == (422, {"count"})


@pytest.mark.parametrize(
    "schedule",
    [
        once(1900, 1, 1),
        yearly("FEBRUARY", 29),
        monthly([31]),
        daily(startsOn="1970-01-01", catchUp={"policy": "ALL", "window": "P3660D"}),
        daily(startsOn="2199-12-31"),
    ],
    ids=["a date gone by", "leap days", "months too short", "all of fifty years", "the last day looked at"],
)
async def test_what_is_only_rare_is_previewed(world: World, schedule: Any) -> None:
    for after in ("0001-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "2026-11-27T07:00:00Z", "9999-12-31T23:59:59Z"):
        body = {"schedule": schedule, "after": after, "count": 1_000}
        answer = await world.send("POST", "/v1/schedules/preview", json=body)
        assert answer.status_code == 200, answer.text
