"""What an occurrence comes to, by what held at its instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from executor_service.execution.domain.occurrences import Evaluate, Skip, UnlessLater, Wait, backoff, decide_occurrence
from executor_service.workflows.domain.revision import EndedPause, Graph, InForce, Revision
from shared.recurrence.fields import CatchUpPolicy

REVISION = Revision(
    workflow_id=7,
    revision=3,
    object_type_id="0-1",
    tree=None,
    graph=Graph(None, {}),
    schedule=None,
    time_zone_id="Europe/Berlin",
)
UPTO = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
IN_FORCE = InForce(on=True, on_now=True, deleted=False, schedule="NAMED", revision=REVISION)


def test_a_workflow_that_was_on_under_a_schedule_that_names_the_instant_is_evaluated() -> None:
    assert decide_occurrence(IN_FORCE, is_skipped=False) == Evaluate(REVISION)


def test_one_that_was_turned_off_before_the_evaluation_commits_enrolls_nobody() -> None:
    assert decide_occurrence(replace(IN_FORCE, on_now=False), is_skipped=False) == Skip("TURNED_OFF", 3)


@pytest.mark.parametrize(
    ("in_force", "is_skipped", "skip"),
    [
        (replace(IN_FORCE, on=False), False, Skip("TURNED_OFF", 3)),
        (replace(IN_FORCE, schedule="EDITED"), False, Skip("EDITED", 3)),
        (replace(IN_FORCE, schedule="EDITED", on=False), False, Skip("TURNED_OFF", 3)),
        (replace(IN_FORCE, schedule="NOT_NAMED"), False, Skip("NOT_DUE", 3)),
        (replace(IN_FORCE, schedule="NOT_NAMED", on=False), False, Skip("NOT_DUE", 3)),
        (IN_FORCE, True, Skip("NOT_DUE", 3)),
        (replace(IN_FORCE, deleted=True), False, Skip("DELETED", 3)),
        (replace(IN_FORCE, revision=None), False, Skip("NOT_DUE", None)),
        (None, False, Skip("NOT_DUE", None)),
    ],
)
def test_everything_else_is_skipped_with_its_reason(in_force: InForce | None, is_skipped: bool, skip: Skip) -> None:
    assert decide_occurrence(in_force, is_skipped=is_skipped) == skip


def test_an_evaluation_that_fails_waits_longer_each_time() -> None:
    assert [backoff(attempt) for attempt in range(1, 5)] == [timedelta(seconds=each) for each in (1, 4, 16, 64)]


def in_pause(policy: CatchUpPolicy) -> InForce:
    return replace(IN_FORCE, pause=EndedPause(UPTO, policy))


def test_what_came_due_in_a_pause_goes_by_the_policy_of_its_end() -> None:
    assert decide_occurrence(in_pause("ALL"), is_skipped=False) == Evaluate(REVISION)
    assert decide_occurrence(in_pause("NONE"), is_skipped=False) == Skip("PAUSED", 3)
    assert decide_occurrence(in_pause("LATEST"), is_skipped=False) == UnlessLater(REVISION, UPTO)


def test_what_is_not_valid_is_skipped_for_that_and_not_for_the_pause() -> None:
    edited = replace(in_pause("NONE"), schedule="EDITED")
    assert decide_occurrence(edited, is_skipped=False) == Skip("EDITED", 3)


def test_nothing_is_decided_while_the_workflow_is_paused_unless_it_is_deleted() -> None:
    paused = replace(IN_FORCE, paused_now=True)
    assert decide_occurrence(paused, is_skipped=False) == Wait()
    assert decide_occurrence(replace(paused, on=False), is_skipped=False) == Wait()
    assert decide_occurrence(replace(paused, deleted=True), is_skipped=False) == Skip("DELETED", 3)


def test_what_was_asked_for_needs_no_schedule_and_is_not_weighed_against_others_of_a_pause() -> None:
    asked = replace(in_pause("NONE"), schedule="NOT_NAMED")
    assert decide_occurrence(asked, is_skipped=False, is_asked=True) == Evaluate(REVISION)
    assert decide_occurrence(replace(asked, on=False), is_skipped=False, is_asked=True) == Skip("TURNED_OFF", 3)
    assert decide_occurrence(replace(asked, paused_now=True), is_skipped=False, is_asked=True) == Wait()
