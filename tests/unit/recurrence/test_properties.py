"""Properties of every schedule, against an oracle that only watches a clock, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from typing import Literal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.recurrence import (
    CalendarForm,
    Occurrence,
    Outcome,
    Progress,
    Skip,
    load_zone,
    names_instant,
    next_occurrence,
    outcomes,
    plan,
    sentence,
    zone_names,
)
from shared.recurrence.days import MONTHS, WEEKDAYS
from shared.schedule import Problem, Schedule, ScheduleError, dump_schedule, parse_schedule

quick = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Gap = Literal["SHIFT", "AFTER", "SKIP"]
Fold = Literal["FIRST", "SECOND", "BOTH"]

zones = st.sampled_from(sorted(zone_names()))
times_of_day = st.builds(lambda minutes: {"hour": minutes // 60, "minute": minutes % 60}, st.integers(0, 1439))
several_times = st.lists(
    times_of_day, min_size=1, max_size=4, unique_by=lambda each: each["hour"] * 60 + each["minute"]
)
gaps: st.SearchStrategy[Gap] = st.sampled_from(("SHIFT", "AFTER", "SKIP"))
folds: st.SearchStrategy[Fold] = st.sampled_from(("FIRST", "SECOND", "BOTH"))


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, datetime]:
    """Draw a zone and an instant within a day of one of its clock changes; any instant when a year has none."""
    name, year = draw(zones), draw(st.integers(1973, 2036))
    zone, start = load_zone(name), datetime(year, 1, 1, tzinfo=UTC)
    days = [start + day * DAY for day in range(366)]
    before = [each for each, after in pairwise(days) if _offset(each, zone) != _offset(after, zone)]
    return name, draw(st.sampled_from(before or days))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    """Draw a document of any type, often with the finer options."""
    own = draw(
        st.one_of(
            st.just({"type": "DAILY"}),
            st.fixed_dictionaries(
                {"type": st.just("WEEKLY"), "daysOfWeek": st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)}
            ),
            st.fixed_dictionaries(
                {
                    "type": st.just("MONTHLY_SPECIFIC_DAYS"),
                    "daysOfMonth": st.lists(st.integers(1, 31), min_size=1, max_size=4, unique=True),
                },
                optional={"onMissingDay": st.sampled_from(["SKIP", "LAST_DAY"])},
            ),
            st.fixed_dictionaries(
                {
                    "type": st.just("MONTHLY_RELATIVE_DAYS"),
                    "monthlyRelativeDays": st.sampled_from(["LAST_DAY_OF_MONTH", "FIRST_MONDAY_OF_MONTH"]),
                }
            ),
            st.fixed_dictionaries(
                {"type": st.just("YEARLY"), "month": st.sampled_from(MONTHS), "dayOfMonth": st.integers(1, 31)},
                optional={"onMissingDay": st.sampled_from(["SKIP", "LAST_DAY"])},
            ),
            st.fixed_dictionaries(
                {
                    "type": st.just("MONTHLY_NTH_WEEKDAY"),
                    "nth": st.sampled_from([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]),
                    "dayOfWeek": st.sampled_from(WEEKDAYS),
                }
            ),
        )
    )
    options: dict[str, object] = {"timesOfDay": draw(several_times), "onGap": draw(gaps), "onFold": draw(folds)}
    if draw(st.booleans()):
        options["startsOn"] = draw(st.dates(date(1960, 1, 1), date(2040, 1, 1))).isoformat()
        options["every"] = draw(st.integers(1, 5))
    return {**own, **options}


def read(document: dict[str, object]) -> Schedule:
    """Return the schedule of a document; pass over those whose rule names no date."""
    assume(not _problems(document))
    return parse_schedule(document)


def until(schedule: CalendarForm, zone: str, after: datetime, end: datetime) -> list[Outcome]:
    """Return what lies in (after, end]."""
    return list(takewhile(lambda each: each.at <= end, outcomes(schedule, zone, after=after)))


@quick
@given(change=changes(), times=several_times, on_gap=gaps, on_fold=folds)
def test_days_around_a_clock_change_come_out_as_a_watched_clock_says(
    change: tuple[str, datetime], times: list[dict[str, int]], on_gap: Gap, on_fold: Fold
) -> None:
    zone, near = change
    schedule = parse_schedule({"type": "DAILY", "timesOfDay": times, "onGap": on_gap, "onFold": on_fold})
    after, end = near - DAY, near + 2 * DAY
    found = until(schedule, zone, after, end)
    due = {each.due_at: each.nominal.replace(fold=0) for each in found if isinstance(each, Occurrence)}
    skipped = {each.nominal for each in found if isinstance(each, Skip)}
    expected, gone = _watched(zone, times, on_gap, on_fold, after, end)
    assert due == expected
    assert skipped == gone


@quick
@given(document=documents(), change=changes(), days=st.integers(1, 800))
def test_occurrences_are_in_order_without_doubles_and_each_is_recognised(
    document: dict[str, object], change: tuple[str, datetime], days: int
) -> None:
    schedule, (zone, near) = read(document), change
    found = until(schedule, zone, near - DAY, near + days * DAY)
    due = [each.due_at for each in found if isinstance(each, Occurrence)]
    assert due == sorted(set(due))
    assert [each.at for each in found] == sorted(each.at for each in found)
    for earlier, later in pairwise([near - DAY, *due[:20]]):
        following = next_occurrence(schedule, zone, earlier)
        assert following is not None
        assert following.due_at == later
        assert names_instant(schedule, zone, later)
        assert not names_instant(schedule, zone, later - timedelta(seconds=1))
        assert following.nominal.date() in following.nominal_dates


@quick
@given(document=documents(), change=changes(), hours=st.lists(st.integers(0, 96), max_size=4))
def test_an_interval_that_is_split_loses_nothing(
    document: dict[str, object], change: tuple[str, datetime], hours: list[int]
) -> None:
    schedule, (zone, near) = read(document), change
    cuts = [near - DAY, *sorted(near - DAY + timedelta(hours=each) for each in hours), near + 4 * DAY]
    parts = [each for start, end in pairwise(cuts) for each in until(schedule, zone, start, end)]
    assert parts == until(schedule, zone, cuts[0], cuts[-1])


@quick
@given(
    document=documents(), change=changes(), minutes=st.lists(st.integers(0, 5000), max_size=6), limit=st.integers(1, 9)
)
def test_planning_in_passes_decides_each_outcome_once(
    document: dict[str, object], change: tuple[str, datetime], minutes: list[int], limit: int
) -> None:
    schedule, (zone, near) = read(document), change
    since, end = near - DAY, near + 5 * DAY
    progress, decided = Progress(), list[Outcome]()
    for now in [*sorted(since + each * MINUTE for each in minutes), end]:
        while True:
            planned = plan(schedule, zone, since=since, until=now, progress=progress, limit=limit)
            decided, progress = [*decided, *planned.outcomes], planned.progress
            if planned.next_at is None or planned.next_at > now:
                break
    assert decided == until(schedule, zone, since, end)


@quick
@given(document=documents())
def test_a_document_survives_being_read_and_given_back(document: dict[str, object]) -> None:
    assert dump_schedule(read(document)) == document


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@quick
@given(document=documents(), field=st.data(), value=json_values)
def test_whatever_stands_in_a_field_only_the_declared_error_is_raised(
    document: dict[str, object], field: st.DataObject, value: object
) -> None:
    name = field.draw(st.sampled_from([*document, "catchUp", "timeZoneId", "endsOn", "date", "x"]))
    changed = {**document, name: value}
    problems = _problems(changed)
    assert len(problems) <= 100
    assert all(each.field.startswith("schedule") for each in problems)
    assert problems or sentence(parse_schedule(changed))


def _problems(document: dict[str, object]) -> tuple[Problem, ...]:
    try:
        parse_schedule(document)
    except ScheduleError as refused:
        return refused.problems
    return ()


def _offset(instant: datetime, zone: object) -> timedelta:
    assert hasattr(zone, "utcoffset")
    found = instant.astimezone(zone).utcoffset()  # type: ignore[arg-type]  # a ZoneInfo
    assert found is not None
    return found


def _watched(
    name: str, times: list[dict[str, int]], on_gap: Gap, on_fold: Fold, after: datetime, end: datetime
) -> tuple[dict[datetime, datetime], set[str]]:
    """Watch the clock and say what is due at which instant under which nominal time, and what falls away."""
    zone = load_zone(name)
    minutes = [after - DAY - DAY + step * MINUTE for step in range(int((end - after + 4 * DAY) / MINUTE))]
    shown = [each.astimezone(zone).replace(tzinfo=None, fold=0) for each in minutes]
    passes: dict[datetime, list[datetime]] = {}
    for instant, wall in zip(minutes, shown, strict=True):
        passes.setdefault(wall, []).append(instant)
    jumps = [
        (minutes[at], shown[at - 1] + MINUTE, shown[at])
        for at in range(1, len(shown))
        if shown[at] > shown[at - 1] + MINUTE
    ]
    due: dict[datetime, list[datetime]] = {}
    gone: set[str] = set()
    for nominal in _nominal(times, shown[0].date(), shown[-1].date()):
        for instant in _chosen(passes.get(nominal, []), on_fold):
            due.setdefault(instant, []).append(nominal)
        for change, begins, ends in jumps:
            if begins <= nominal < ends:
                shifted = change + (nominal - begins)
                if on_gap == "SKIP" and after < shifted <= end:
                    gone.add(f"{nominal:%Y-%m-%dT%H:%M}")
                elif on_gap != "SKIP":
                    due.setdefault(shifted if on_gap == "SHIFT" else change, []).append(nominal)
    kept = {
        instant: next(
            (each for each in walls if each == instant.astimezone(zone).replace(tzinfo=None, fold=0)), min(walls)
        )
        for instant, walls in due.items()
    }
    return {instant: wall for instant, wall in kept.items() if after < instant <= end}, gone


def _chosen(instants: list[datetime], on_fold: Fold) -> list[datetime]:
    match on_fold:
        case "FIRST":
            return instants[:1]
        case "SECOND":
            return instants[-1:]
        case "BOTH":
            return instants


def _nominal(times: list[dict[str, int]], first: date, last: date) -> Iterator[datetime]:
    for day in range((last - first).days + 1):
        for each in times:
            yield datetime.combine(first + day * DAY, time(each["hour"], each["minute"]))
