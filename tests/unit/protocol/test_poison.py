"""One record that no action survives costs five losses and fails alone; and each rule that sees to it is needed."""

import pytest

from tests.unit.protocol.explorer import Broken, explore
from tests.unit.protocol.poison import Poison, Rule, count


@pytest.mark.parametrize(
    ("cohorts", "kills"),
    [
        (((0, 1, 0, 0),), 1),
        (((0, 1, 0, 0), (0, 0)), 1),
        (((0, 1, 0, 2), (0,)), 0),
        (((0,) * 29 + (1,),), 0),
    ],
)
def test_no_other_record_fails_and_none_costs_more_than_five_losses(
    cohorts: tuple[tuple[int, ...], ...], kills: int
) -> None:
    found = explore(Poison(cohorts, kills=kills))
    assert found.broken is None, str(found)


@pytest.mark.parametrize(
    ("rule", "broken", "steps"),
    [
        (Rule.PARTS_KEEP_LOSSES, Broken.TOO_MANY_LOSSES, 12),
        (Rule.DIVIDED, Broken.TOO_MANY_LOSSES, 12),
        (Rule.GIVEN_UP, Broken.TOO_MANY_LOSSES, 12),
        (Rule.CLAIMED_ALONE, Broken.HEALTHY_FAILED, 10),
        (Rule.LOSSES_FOUND, Broken.NEVER_ENDS, 2),
    ],
)
def test_the_bound_needs_that(rule: Rule, broken: Broken, steps: int) -> None:
    found = explore(Poison(((0, 1, 0, 0), (0, 0)), kills=1, without=rule))
    assert found.broken is broken, str(found)
    assert len(found.path) <= steps, str(found)


@pytest.mark.parametrize(
    ("cohorts", "losses", "claims"),
    [
        ([[1]], 5, 5),
        ([[0] * 9 + [1]], 5, 14),
        ([[0] * 99 + [1]], 5, 23),
        ([[0] * 999 + [1]], 5, 32),
        ([[0] * 250] * 3 + [[0] * 249 + [1]], 5, 28),
        ([[0]] * 999 + [[1]], 5, 1_004),
    ],
)
def test_a_cohort_with_one_such_record_costs_so_many_losses_and_claims(
    cohorts: list[list[int]], losses: int, claims: int
) -> None:
    assert count(cohorts) == (losses, claims)
