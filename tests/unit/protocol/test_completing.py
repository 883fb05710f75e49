"""An occurrence is completed once, when its last cohort has ended; and each rule that sees to it is needed."""

import pytest

from tests.unit.protocol.completing import Completing, Rule
from tests.unit.protocol.explorer import Broken, explore


@pytest.mark.parametrize("cohorts", [(1,), (1, 1), (2, 1), (2, 2, 1), (3, 2, 1, 1)])
def test_an_occurrence_is_completed_once_and_not_early(cohorts: tuple[int, ...]) -> None:
    found = explore(Completing(cohorts, kills=2))
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "cohorts", "broken", "steps"),
    [
        (Rule.LOOKED_LATER, (1, 1), Broken.NEVER_ENDS, 5),
        (Rule.NOT_INSIDE, (1, 1), Broken.NEVER_ENDS, 3),
        (Rule.STATE_READ, (1, 1), Broken.ENDED_TWICE, 9),
        (Rule.STORED_AT_ONCE, (1, 1), Broken.COMPLETED_EARLY, 5),
        (Rule.REGROUPED_AT_ONCE, (2, 1), Broken.COMPLETED_EARLY, 7),
    ],
)
def test_completion_needs_that(rule: Rule, cohorts: tuple[int, ...], broken: Broken, steps: int) -> None:
    found = explore(Completing(cohorts, kills=1, without=rule))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)
