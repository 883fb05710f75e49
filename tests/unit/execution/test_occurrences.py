"""What an occurrence comes to, by what held at its instant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from executor_service.execution.domain.occurrences import Evaluate, Skip, backoff, decide_occurrence
from executor_service.workflows.domain.revision import Graph, InForce, Revision

REVISION = Revision(
    workflow_id=7,
    revision=3,
    object_type_id="0-1",
    tree=None,
    graph=Graph(None, {}),
    schedule=None,
    time_zone_id="Europe/Berlin",
)
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
