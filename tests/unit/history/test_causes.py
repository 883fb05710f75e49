"""What becomes of the items of what needs review."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from executor_service.history.domain.causes import Cause, CauseKind, Item, renewed

AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
PRESENT: frozenset[CauseKind] = frozenset({"DEAD_LETTER"})


def a_cause(minutes: int = 0, *, count: int = 1, kind: CauseKind = "ACTIONS_FAILED") -> Cause:
    return Cause(kind, 5, "TOO_LONG", count, AT, AT + timedelta(minutes=minutes))


def an_item(cause: Cause, **more: object) -> dict[UUID, Item]:
    return {cause.id: replace(Item(cause, "OPEN", AT), **more)}  # type: ignore[arg-type] # fields of an item


def test_a_new_cause_opens_an_item() -> None:
    (item,) = renewed({}, [a_cause(count=7)])

    assert (item.state, item.since, item.count) == ("OPEN", AT, 7)


def test_a_cause_that_goes_on_keeps_its_item_open_since_it_began() -> None:
    (item,) = renewed(an_item(a_cause(count=7)), [a_cause(5, count=9)])

    assert (item.state, item.since, item.count) == ("OPEN", AT, 9)
    assert item.cause.last_at == AT + timedelta(minutes=5)


def test_a_cause_that_is_what_it_was_changes_nothing() -> None:
    for state in ("OPEN", "MUTED", "RESOLVED"):
        assert renewed(an_item(a_cause(), state=state), [a_cause()]) == []


def test_a_resolved_item_opens_again_and_counts_from_then_on() -> None:
    resolved = an_item(a_cause(count=7), state="RESOLVED")

    (item,) = renewed(resolved, [a_cause(5, count=9)])

    assert (item.state, item.since, item.count) == ("OPEN", AT + timedelta(minutes=5), 2)


def test_a_muted_item_goes_on_counting_and_stays_muted() -> None:
    (item,) = renewed(an_item(a_cause(count=7), state="MUTED"), [a_cause(5, count=9)])

    assert (item.state, item.count) == ("MUTED", 9)


def test_what_is_not_there_any_more_is_resolved_by_itself() -> None:
    letters = a_cause(kind="DEAD_LETTER")

    (item,) = renewed(an_item(letters), [], present=PRESENT)

    assert item.state == "RESOLVED"
    assert renewed(an_item(letters), []) == []
    assert renewed(an_item(letters, state="MUTED"), [], present=PRESENT) == []


def test_what_is_there_again_counts_all_that_is_there() -> None:
    before = an_item(a_cause(count=3, kind="DEAD_LETTER"), state="RESOLVED")

    (item,) = renewed(before, [a_cause(5, count=2, kind="DEAD_LETTER")], present=PRESENT)

    assert (item.state, item.count) == ("OPEN", 2)


def test_causes_are_told_apart_by_kind_workflow_and_reason() -> None:
    one = a_cause()
    others = [replace(one, workflow_id=6), replace(one, reason="X"), replace(one, kind="OCCURRENCE_FAILED")]

    assert len({each.id for each in [one, *others]}) == 4
