"""What should have come due and was not decided."""

from datetime import UTC, datetime, timedelta

from executor_service.history.domain.expectations import Expectation, not_decided
from shared.contracts import scheduled_occurrence_id
from shared.schedule import parse_schedule

ON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 27, 7, tzinfo=UTC)
FRIDAYS = parse_schedule({"type": "WEEKLY", "daysOfWeek": ["FRIDAY"], "timeOfDay": {"hour": 8, "minute": 0}})


def expected(*, since: datetime = ON, due_last: datetime | None = None, skipped_to: str | None = None) -> Expectation:
    return Expectation(5, FRIDAYS, "Europe/Oslo", since, due_last, skipped_to)


def test_an_instant_is_late_120_seconds_after_it_and_not_before() -> None:
    assert not_decided(expected(), now=DUE + timedelta(seconds=119, microseconds=999_999)) is None

    late = not_decided(expected(), now=DUE + timedelta(seconds=120))

    assert late is not None
    assert (late.kind, late.workflow_id, late.count, late.since) == ("NOT_DECIDED", 5, 1, DUE)
    assert late.occurrence_id == scheduled_occurrence_id(5, DUE)
    assert list(late.sample) == ["2026-11-27T07:00:00Z"]


def test_what_was_decided_is_not_late_and_what_follows_is() -> None:
    week = timedelta(days=7)
    assert not_decided(expected(due_last=DUE), now=DUE + week) is None

    late = not_decided(expected(due_last=DUE), now=DUE + 2 * week + timedelta(seconds=120))

    assert late is not None
    assert (late.count, late.since, late.last_at) == (2, DUE + week, DUE + 2 * week)


def test_a_skip_decides_everything_up_to_its_last_nominal_time() -> None:
    week = timedelta(days=7)
    skipped = expected(skipped_to="2026-11-27T08:00")
    assert not_decided(skipped, now=DUE + week) is None

    late = not_decided(skipped, now=DUE + week + timedelta(seconds=120))

    assert late is not None
    assert late.since == DUE + week


def test_nothing_is_expected_of_instants_at_or_before_the_schedule_took_force() -> None:
    assert not_decided(expected(since=DUE), now=DUE + timedelta(days=1)) is None


def test_a_long_standstill_is_counted_up_to_a_hundred() -> None:
    late = not_decided(expected(), now=DUE + timedelta(days=7 * 400))

    assert late is not None
    assert (late.count, len(late.sample)) == (100, 10)
