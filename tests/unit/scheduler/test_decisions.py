"""What the scheduler decides, as given / when / then: a state and an instant, then events."""

from datetime import timedelta

import pytest

from scheduler_service.domain import (
    Event,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleBroken,
    ScheduleSet,
    ScheduleState,
    decide_change,
)
from shared.contracts import WorkflowDeleted, scheduled_occurrence_id
from tests.unit.scheduler.story import (
    DAILY_AT_8,
    DAILY_AT_9,
    EVERY_MINUTE,
    HOURLY,
    OSLO,
    at,
    given,
    told,
    turned_off,
    turned_on,
    when,
)


def test_an_occurrence_is_due_once_its_instant_has_come() -> None:
    state = given(DAILY_AT_8, "2026-11-26T12:00", zone=OSLO)
    assert state.next_due_at == at("2026-11-27T07:00")
    assert told(when(state, "2026-11-27T06:59:59.999").events) == []

    decision = when(state, "2026-11-27T07:00")

    assert decision.events == (
        OccurrenceDue(
            workflow_id="7",
            revision_id="1",
            occurrence_id=scheduled_occurrence_id(7, at("2026-11-27T07:00")),
            due_at=at("2026-11-27T07:00"),
            nominal="2026-11-27T08:00",
            local_time="2026-11-27T08:00:00+01:00",
            time_zone_id=OSLO,
            tzdata=decision.events[0].tzdata,  # type: ignore[union-attr] # whatever is pinned
        ),
    )
    assert decision.state.next_due_at == at("2026-11-28T07:00")
    assert when(decision.state, "2026-11-27T07:00").events == ()


def test_an_occurrence_within_sixty_seconds_is_on_time_whatever_the_policy() -> None:
    state = given(DAILY_AT_8 | {"catchUp": {"policy": "NONE"}}, "2026-11-26T12:00")
    assert told(when(state, "2026-11-27T08:01:00").events) == ["due 11-27 08:00"]
    assert told(when(state, "2026-11-27T08:01:01").events) == ["skipped MISSED 2026-11-27T08:00..2026-11-27T08:00 (1)"]


def test_latest_runs_the_newest_missed_occurrence_inside_the_window() -> None:
    state = given(HOURLY | {"catchUp": {"policy": "LATEST", "window": "PT3H"}}, "2026-11-27T00:30")
    decision = when(state, "2026-11-27T08:30")
    assert told(decision.events) == ["skipped MISSED 2026-11-27T01:00..2026-11-27T07:00 (7)", "due 11-27 08:00"]
    assert decision.state.next_due_at == at("2026-11-27T09:00")


def test_latest_runs_nothing_when_the_newest_lies_outside_the_window() -> None:
    state = given(DAILY_AT_8 | {"catchUp": {"window": "PT1H"}}, "2026-11-26T12:00")
    assert told(when(state, "2026-11-27T09:30").events) == ["skipped MISSED 2026-11-27T08:00..2026-11-27T08:00 (1)"]


def test_latest_runs_the_newest_missed_and_what_is_on_time_beside_it() -> None:
    state = given(HOURLY, "2026-11-27T00:30")
    assert told(when(state, "2026-11-27T03:00:30").events) == [
        "skipped MISSED 2026-11-27T01:00..2026-11-27T01:00 (1)",
        "due 11-27 02:00",
        "due 11-27 03:00",
    ]


def test_none_runs_no_missed_occurrence() -> None:
    state = given(HOURLY | {"catchUp": {"policy": "NONE"}}, "2026-11-27T00:30")
    assert told(when(state, "2026-11-27T03:30").events) == ["skipped MISSED 2026-11-27T01:00..2026-11-27T03:00 (3)"]


def test_all_runs_each_missed_occurrence_of_the_window_in_order() -> None:
    state = given(HOURLY | {"catchUp": {"policy": "ALL", "window": "PT2H"}}, "2026-11-27T00:30")
    assert told(when(state, "2026-11-27T05:00:00").events) == [
        "skipped MISSED 2026-11-27T01:00..2026-11-27T02:00 (2)",
        "due 11-27 03:00",
        "due 11-27 04:00",
        "due 11-27 05:00",
    ]


def test_all_drops_the_oldest_beyond_a_thousand() -> None:
    state = given(EVERY_MINUTE | {"catchUp": {"policy": "ALL", "window": "P2D"}}, "2026-11-27T00:00")
    events: list[Event] = []
    is_complete = False
    while not is_complete:
        decision = when(state, "2026-11-27T17:20")
        state, is_complete = decision.state, decision.is_complete
        events.extend(decision.events)

    dropped = [event for event in events if isinstance(event, OccurrencesSkipped)]
    due = [event.due_at for event in events if isinstance(event, OccurrenceDue)]
    assert [(event.reason, event.first, event.last, event.count) for event in dropped] == [
        ("CATCH_UP_LIMIT", "2026-11-27T00:01", "2026-11-27T00:38", 38)
    ]
    # A thousand missed ones, and the two of the last minute, which are on time.
    assert due == [at("2026-11-27T00:39") + timedelta(minutes=minute) for minute in range(1002)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_where_a_tick_is_cut_off_changes_nothing_but_the_grouping_of_skips(limit: int) -> None:
    state = given(HOURLY | {"catchUp": {"window": "PT3H"}}, "2026-11-27T00:30")
    due, skipped, is_complete = [], 0, False
    while not is_complete:
        decision = when(state, "2026-11-27T08:30", limit=limit)
        assert decision.decided <= limit
        state, is_complete = decision.state, decision.is_complete
        due += [event.due_at for event in decision.events if isinstance(event, OccurrenceDue)]
        skipped += sum(event.count for event in decision.events if isinstance(event, OccurrencesSkipped))
    assert (due, skipped) == ([at("2026-11-27T08:00")], 7)


def test_a_time_in_a_gap_that_is_to_be_skipped_is_recorded_with_its_reason() -> None:
    schedule = {"type": "DAILY", "timeOfDay": {"hour": 2, "minute": 30}, "onGap": "SKIP"}
    state = given(schedule, "2027-03-27T12:00", zone=OSLO)
    decision = when(state, "2027-03-28T12:00")
    assert told(decision.events) == ["skipped GAP 2027-03-28T02:30..2027-03-28T02:30 (1)"]
    assert decision.state.next_due_at == at("2027-03-29T00:30")


def test_both_passes_of_a_fold_are_due_once_each() -> None:
    schedule = {
        "type": "DAILY",
        "timesOfDay": [{"hour": 2, "minute": 0}, {"hour": 2, "minute": 30}],
        "onFold": "BOTH",
    }
    state = given(schedule, "2027-10-30T12:00", zone=OSLO)
    events: list[Event] = []
    for minute in range(0, 121, 10):
        decision = when(state, str((at("2027-10-31T00:00") + timedelta(minutes=minute)).replace(tzinfo=None)))
        state = decision.state
        events += decision.events
    assert told(tuple(events)) == ["due 10-31 00:00", "due 10-31 00:30", "due 10-31 01:00", "due 10-31 01:30"]
    assert state.next_due_at == at("2027-11-01T01:00")


def test_a_skip_says_which_pass_of_a_local_time_it_is_over() -> None:
    schedule = {"type": "DAILY", "timeOfDay": {"hour": 2, "minute": 30}, "onFold": "BOTH"}
    state = given(schedule, "2026-10-24T12:00", zone=OSLO)
    missed, due = when(state, "2026-10-25T05:00").events
    assert isinstance(missed, OccurrencesSkipped)
    assert isinstance(due, OccurrenceDue)
    assert missed.last == due.nominal == "2026-10-25T02:30"
    assert (missed.first_at, missed.last_at) == (at("2026-10-25T00:30"), at("2026-10-25T00:30"))
    assert due.due_at == at("2026-10-25T01:30")


def test_a_day_that_a_month_lacks_is_recorded_and_the_schedule_goes_on() -> None:
    schedule = {"type": "MONTHLY_SPECIFIC_DAYS", "daysOfMonth": [31], "timeOfDay": {"hour": 8, "minute": 0}}
    state = given(schedule, "2027-02-01T00:00")
    decision = when(state, "2027-03-01T00:00")
    assert told(decision.events) == ["skipped NO_SUCH_DAY 2027-02-31T08:00..2027-02-31T08:00 (1)"]
    assert when(decision.state, "2027-03-30T00:00").events == ()
    assert told(when(decision.state, "2027-03-31T08:00").events) == ["due 03-31 08:00"]


def test_a_schedule_that_ends_plans_nothing_more() -> None:
    once = {"type": "ONCE", "date": {"year": 2026, "month": 11, "day": 27}, "timeOfDay": {"hour": 8, "minute": 0}}
    decision = when(given(once, "2026-11-26T12:00"), "2026-11-27T08:00")
    assert told(decision.events) == ["due 11-27 08:00"]
    assert decision.state.next_due_at is None


def test_a_workflow_that_is_off_produces_no_occurrences() -> None:
    state = given(DAILY_AT_8, "2026-11-26T12:00")
    off = decide_change(state, turned_off("2026-11-26T13:00", version=2), now=at("2026-11-26T13:00"))
    assert told(off.events) == ["cleared 2"]
    assert off.state.next_due_at is None
    assert when(off.state, "2026-11-30T08:00").events == ()


def test_a_deleted_workflow_produces_no_occurrences() -> None:
    gone = WorkflowDeleted(workflow_id="7", revision_id="1", version=2, effective_at=at("2026-11-26T13:00"))
    deleted = decide_change(given(DAILY_AT_8, "2026-11-26T12:00"), gone, now=at("2026-11-26T13:00"))
    assert told(deleted.events) == ["cleared 2"]
    assert when(deleted.state, "2026-11-30T08:00").events == ()


def test_a_workflow_that_is_on_without_a_schedule_plans_nothing() -> None:
    decision = decide_change(ScheduleState(7), turned_on(None, "2026-11-26T12:00"), now=at("2026-11-26T12:00"))
    assert told(decision.events) == ["cleared 1"]
    assert decision.state.next_due_at is None


def test_turning_on_at_the_very_instant_counts_from_after_it() -> None:
    state = given(DAILY_AT_8, "2026-11-27T08:00")
    assert state.next_due_at == at("2026-11-28T08:00")


def test_an_occurrence_that_was_due_before_its_workflow_was_known_is_on_time() -> None:
    schedule = HOURLY | {"catchUp": {"policy": "NONE"}}
    state = given(schedule, "2026-11-27T00:30", arrived="2026-11-27T02:30")
    assert told(when(state, "2026-11-27T03:30").events) == [
        "due 11-27 01:00",
        "due 11-27 02:00",
        "skipped MISSED 2026-11-27T03:00..2026-11-27T03:00 (1)",
    ]


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_that_is_not_above_the_one_known_changes_nothing(version: int) -> None:
    state = given(DAILY_AT_8, "2026-11-26T12:00")
    on_again = decide_change(state, turned_on(DAILY_AT_9, "2026-11-26T13:00", version=2), now=at("2026-11-26T13:00"))
    late = decide_change(on_again.state, turned_off("2026-11-26T14:00", version=version), now=at("2026-11-26T14:00"))
    assert late.events == ()
    assert late.state == on_again.state


def test_an_edit_takes_over_after_its_instant() -> None:
    state = given(DAILY_AT_8, "2026-11-26T12:00")
    edited = decide_change(state, turned_on(DAILY_AT_9, "2026-11-27T08:00", version=2), now=at("2026-11-27T08:00"))
    assert told(edited.events) == ["set 2"]
    assert edited.state.next_due_at == at("2026-11-27T09:00")


def test_an_edit_and_its_undoing_make_no_occurrence_twice() -> None:
    state = when(given(DAILY_AT_8, "2026-11-26T12:00"), "2026-11-27T08:00").state
    now = at("2026-11-27T08:00:05")
    first = decide_change(
        state,
        turned_on(DAILY_AT_9, "2026-11-27T07:59:58", version=2),
        now=now,
        already_due=[at("2026-11-27T08:00")],
    )
    second = decide_change(
        first.state,
        turned_on(DAILY_AT_8, "2026-11-27T07:59:59", version=3),
        now=now,
        already_due=[at("2026-11-27T08:00")],
    )
    assert told(when(second.state, "2026-11-28T08:00").events) == ["due 11-28 08:00"]


def test_an_edit_that_arrived_late_still_gives_what_only_it_names() -> None:
    state = when(given(DAILY_AT_8, "2026-11-26T12:00"), "2026-11-27T08:00").state
    half_hourly = DAILY_AT_8 | {"timesOfDay": [{"hour": 7, "minute": 30}, {"hour": 8, "minute": 0}]}
    del half_hourly["timeOfDay"]
    late = decide_change(
        state,
        turned_on(half_hourly, "2026-11-27T07:29", version=2),
        now=at("2026-11-27T08:30"),
        already_due=[at("2026-11-27T08:00")],
    )
    assert told(when(late.state, "2026-11-27T08:30").events) == ["due 11-27 07:30"]


def test_a_schedule_that_cannot_be_computed_is_set_aside_until_it_is_changed() -> None:
    broken = decide_change(
        ScheduleState(7), turned_on({"type": "SOMETIMES"}, "2026-11-26T12:00"), now=at("2026-11-26T12:00")
    )
    assert [type(event) for event in broken.events] == [ScheduleSet, ScheduleBroken]
    assert broken.state.set_aside is not None
    assert "SOMETIMES" in broken.state.set_aside
    assert when(broken.state, "2026-11-30T08:00").events == ()

    mended = decide_change(
        broken.state, turned_on(DAILY_AT_8, "2026-11-26T13:00", version=2), now=at("2026-11-26T13:00")
    )
    assert mended.state.set_aside is None
    assert mended.state.next_due_at == at("2026-11-27T08:00")


def test_a_zone_that_nobody_knows_sets_the_schedule_aside() -> None:
    message = turned_on(DAILY_AT_8, "2026-11-26T12:00", zone="Mars/Olympus")
    broken = decide_change(ScheduleState(7), message, now=at("2026-11-26T12:00"))
    assert "Mars/Olympus" in (broken.state.set_aside or "")
