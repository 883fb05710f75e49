"""Planning in passes: what a scheduler decides now, and where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.recurrence import (
    CalendarForm,
    Occurrence,
    Outcome,
    Planned,
    Progress,
    names_instant,
    names_nominal,
    occurrence_at,
    plan,
    zone_of,
)
from shared.schedule import parse_schedule


def daily(*times: str, **options: object) -> CalendarForm:
    """Return a daily schedule at times such as `02:30`."""
    written = [{"hour": int(each[:2]), "minute": int(each[3:])} for each in times]
    return parse_schedule({"type": "DAILY", "timesOfDay": written, **options})


def tick(
    schedule: CalendarForm, now: str, progress: Progress | None = None, *, zone: str = "Europe/Oslo", limit: int = 100
) -> Planned:
    """Plan a schedule that is on since 27 March 2027, 12:00 in Oslo."""
    return plan(
        schedule,
        zone,
        since=datetime.fromisoformat("2027-03-27T12:00:00+01:00"),
        until=datetime.fromisoformat(now),
        progress=progress,
        limit=limit,
    )


def local(planned: Planned) -> list[str]:
    return [each.local_time if isinstance(each, Occurrence) else each.nominal for each in planned.outcomes]


def test_nothing_is_due_at_the_instant_a_schedule_took_effect() -> None:
    assert tick(daily("12:00"), "2027-03-27T12:00:00+01:00").outcomes == ()
    assert local(tick(daily("12:01"), "2027-03-27T12:01:00+01:00")) == ["2027-03-27T12:01:00+01:00"]


def test_the_next_instant_is_named_when_nothing_is_due() -> None:
    planned = tick(daily("12:00"), "2027-03-28T11:59:59+02:00")
    assert planned.outcomes == ()
    assert planned.next_at == datetime(2027, 3, 28, 10, tzinfo=UTC)
    assert planned.progress == Progress()


def test_what_is_decided_is_not_planned_again() -> None:
    schedule = daily("12:00", "13:00")
    first = tick(schedule, "2027-03-28T12:30:00+02:00")
    assert local(first) == ["2027-03-27T13:00:00+01:00", "2027-03-28T12:00:00+02:00"]
    assert first.progress == Progress(datetime.fromisoformat("2027-03-28T12:00"))
    assert local(tick(schedule, "2027-03-28T12:30:00+02:00", first.progress)) == []
    assert local(tick(schedule, "2027-03-28T13:00:00+02:00", first.progress)) == ["2027-03-28T13:00:00+02:00"]


def test_a_limit_cuts_a_plan_and_the_next_one_goes_on() -> None:
    schedule, progress, seen = daily("12:00", "13:00"), None, list[str]()
    for _ in range(4):
        planned = tick(schedule, "2027-03-28T14:00:00+02:00", progress, limit=1)
        progress, seen = planned.progress, [*seen, *local(planned)]
    assert seen == ["2027-03-27T13:00:00+01:00", "2027-03-28T12:00:00+02:00", "2027-03-28T13:00:00+02:00"]


def test_a_schedule_that_has_ended_has_no_next_instant() -> None:
    planned = tick(daily("12:00", endsOn="2027-03-28"), "2027-04-01T00:00:00Z")
    assert local(planned) == ["2027-03-28T12:00:00+02:00"]
    assert planned.next_at is None
    again = tick(daily("12:00", endsOn="2027-03-28"), "2028-04-01T00:00:00Z", planned.progress)
    assert (again.outcomes, again.next_at) == ((), None)


def test_a_skip_is_decided_where_the_time_would_have_been() -> None:
    schedule = daily("02:30", onGap="SKIP")
    before = tick(schedule, "2027-03-28T03:29:59+02:00")
    assert (before.outcomes, before.next_at) == ((), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
    at = tick(schedule, "2027-03-28T03:30:00+02:00")
    assert [each.nominal for each in at.skips] == ["2027-03-28T02:30"]
    assert at.occurrences == ()


def test_a_shifted_time_is_not_passed_over_when_a_later_one_was_decided_before_it() -> None:
    schedule = daily("02:30", "03:00")
    first = tick(schedule, "2027-03-28T03:10:00+02:00")
    assert local(first) == ["2027-03-28T03:00:00+02:00"]
    assert first.progress.beyond == {"2027-03-28T03:00"}
    second = tick(schedule, "2027-03-28T12:00:00+02:00", first.progress)
    assert local(second) == ["2027-03-28T03:30:00+02:00"]
    third = tick(schedule, "2027-03-29T12:00:00+02:00", second.progress)
    assert local(third) == ["2027-03-29T02:30:00+02:00", "2027-03-29T03:00:00+02:00"]
    assert third.progress == Progress(datetime.fromisoformat("2027-03-29T03:00"))


def test_new_tz_data_between_two_ticks_makes_nothing_due_twice_and_passes_nothing_over() -> None:
    # Another zone stands for other data: without the gap, 02:30 comes before 03:00, which was decided already.
    schedule = daily("02:30", "03:00", "04:00")
    first = tick(schedule, "2027-03-28T03:10:00+02:00")
    assert [each.nominal_text for each in first.occurrences] == ["2027-03-28T03:00"]
    second = tick(schedule, "2027-03-28T12:00:00+02:00", first.progress, zone="Africa/Lagos")
    assert [each.nominal_text for each in second.occurrences] == ["2027-03-28T02:30", "2027-03-28T04:00"]


def test_a_decided_time_that_moves_into_the_future_is_not_due_again() -> None:
    schedule = daily("15:00")
    first = tick(schedule, "2027-03-27T15:00:00+01:00")
    second = tick(schedule, "2027-03-28T12:00:00+01:00", first.progress, zone="America/New_York")
    assert local(first) == ["2027-03-27T15:00:00+01:00"]
    assert second.outcomes == ()
    assert second.next_at == datetime(2027, 3, 28, 19, tzinfo=UTC)


def test_an_undecided_time_whose_new_instant_is_past_is_due_at_once() -> None:
    schedule = daily("15:00")
    first = tick(schedule, "2027-03-27T13:00:00-04:00", zone="America/New_York")
    assert first.outcomes == ()
    second = tick(schedule, "2027-03-27T13:00:00-04:00", first.progress)
    assert local(second) == ["2027-03-27T15:00:00+01:00"]


def test_missing_days_that_stand_at_one_instant_are_each_decided_once_across_limits() -> None:
    schedule = parse_schedule(
        {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [1, 29, 30, 31], "timeOfDay": {"hour": 0, "minute": 0}}
    )
    progress, seen = None, list[str]()
    for _ in range(4):
        planned = plan(
            schedule,
            "UTC",
            since=datetime(2027, 2, 10, tzinfo=UTC),
            until=datetime(2027, 3, 5, tzinfo=UTC),
            progress=progress,
            limit=1,
        )
        progress, seen = planned.progress, [*seen, *local(planned)]
    assert seen == ["2027-02-29T00:00", "2027-02-30T00:00", "2027-02-31T00:00", "2027-03-01T00:00:00+00:00"]
    assert progress == Progress(datetime.fromisoformat("2027-03-01T00:00"))


@pytest.mark.parametrize("on_fold", ["FIRST", "SECOND", "BOTH"])
def test_a_night_in_the_fold_gives_the_same_minute_by_minute_as_at_once(on_fold: str) -> None:
    schedule = daily("01:30", "02:00", "02:20", "03:00", onFold=on_fold)
    since = datetime.fromisoformat("2026-10-24T23:00:00Z")
    whole = plan(schedule, "Europe/Oslo", since=since, until=since + timedelta(hours=5), limit=100)
    progress, seen = Progress(), list[Outcome]()
    for minute in range(301):
        until = since + timedelta(minutes=minute)
        planned = plan(schedule, "Europe/Oslo", since=since, until=until, progress=progress, limit=100)
        assert all(each.at == until for each in planned.outcomes)
        progress, seen = planned.progress, [*seen, *planned.outcomes]
    assert tuple(seen) == whole.outcomes
    assert progress == whole.progress


def test_an_instant_is_named_exactly_or_not_at_all() -> None:
    schedule = daily("02:30")
    at = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert names_instant(schedule, "Europe/Oslo", at)
    assert not names_instant(schedule, "Europe/Oslo", at + timedelta(microseconds=1))
    assert not names_instant(schedule, "Europe/Oslo", at - timedelta(seconds=1))
    assert not names_instant(daily("02:30", onGap="SKIP"), "Europe/Oslo", at)
    found = occurrence_at(schedule, "Europe/Oslo", at)
    assert found is not None
    assert found.nominal_text == "2027-03-28T02:30"


def test_a_nominal_time_is_named_whatever_the_clocks_do() -> None:
    schedule = daily("01:00", "02:30", endsOn="2027-03-28", onGap="SKIP")
    named = datetime.fromisoformat("2027-03-28T02:30")
    assert names_nominal(schedule, named)
    assert names_nominal(schedule, named.replace(fold=1))
    assert not names_nominal(schedule, named.replace(minute=31))
    assert not names_nominal(schedule, named + timedelta(days=1))


def test_the_schedules_own_zone_goes_before_the_accounts() -> None:
    assert zone_of(daily("08:00"), "Asia/Tokyo") == "Asia/Tokyo"
    assert zone_of(daily("08:00", timeZoneId="Europe/Oslo"), "Asia/Tokyo") == "Europe/Oslo"
