"""What losses do to cohorts: one record that kills its worker costs five, and harms no other."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from executor_service.execution.domain.cohorts import Cohort
from executor_service.execution.domain.losses import Divided, Exhausted, Released, divide, lose

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)


def cohort(size: int, losses: int) -> Cohort:
    return Cohort(UUID(int=1), UUID(int=2), 1, losses, 1, NOW, list(range(size)))


def test_the_first_loss_leaves_a_cohort_whole() -> None:
    assert lose(cohort(1000, 0)) == Released(1)


def test_the_second_loss_splits_a_cohort_into_ten_that_keep_the_count() -> None:
    loss = lose(cohort(1000, 1))
    assert isinstance(loss, Divided)
    assert loss.losses == 2
    assert [len(part) for part in loss.parts] == [100] * 10


def test_a_single_record_waits_for_its_fifth_loss() -> None:
    assert [lose(cohort(1, losses)) for losses in range(5)] == [
        Released(1),
        Released(2),
        Released(3),
        Released(4),
        Exhausted(),
    ]


@pytest.mark.parametrize(
    ("size", "parts"), [(2, [1, 1]), (9, [1] * 9), (11, [1] * 9 + [2]), (95, [9, 10, 9, 10, 9, 10, 9, 10, 9, 10])]
)
def test_parts_hold_every_record_and_differ_by_one_at_most(size: int, parts: list[int]) -> None:
    divided = divide(list(range(size)))
    assert [record_id for part in divided for record_id in part] == list(range(size))
    assert [len(part) for part in divided] == parts


@pytest.mark.parametrize(("size", "claims"), [(1000, 32), (1, 5), (50, 18), (7, 11)])
@pytest.mark.parametrize("poison", [0, -1])
def test_one_poisoned_record_costs_five_losses_and_harms_no_other(size: int, claims: int, poison: int) -> None:
    bad = list(range(size))[poison]
    waiting, done, failed, claimed, losses = [cohort(size, 0)], set[int](), set[int](), 0, 0
    while waiting:
        taken = waiting.pop()
        claimed += 1
        if bad not in taken.record_ids:
            done.update(taken.record_ids)
            continue
        losses += 1
        match lose(taken):
            case Released(count):
                waiting.append(replace(taken, losses=count))
            case Divided(count, parts):
                waiting.extend(replace(taken, losses=count, record_ids=part) for part in parts)
            case Exhausted():
                failed.update(taken.record_ids)
    assert (claimed, losses, failed) == (claims, 5, {bad})
    assert done == set(range(size)) - {bad}
