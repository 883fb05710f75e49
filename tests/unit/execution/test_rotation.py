"""Whose turn it is, and how much a claim asks for."""

from uuid import UUID

import pytest

from executor_service.execution.domain.cohorts import Claim, Claimed, Place, claim_limit
from executor_service.execution.domain.rotation import Rotation


def place(workflow_id: int, action_id: str = "1") -> Place:
    return Place(workflow_id, 1, action_id)


def test_every_workflow_has_its_turn_before_one_has_another() -> None:
    rotation = Rotation()
    rotation.begin([place(1), place(1, "2"), place(2), place(3)])
    turns = []
    while not rotation.is_over:
        turns.append([(each.workflow_id, each.action_id) for each in rotation.take_turn()])
    assert turns == [[(1, "1"), (1, "2")], [(2, "1")], [(3, "1")]]


def test_a_walk_goes_on_after_the_workflow_that_had_the_last_turn() -> None:
    rotation = Rotation()
    rotation.begin([place(1), place(2)])
    rotation.take_turn()
    rotation.begin([place(1), place(2), place(3)])
    assert [rotation.take_turn()[0].workflow_id for _ in range(3)] == [2, 3, 1]


def test_a_walk_over_nothing_is_over_at_once() -> None:
    rotation = Rotation()
    rotation.begin([])
    assert rotation.is_over
    assert rotation.take_turn() == ()


@pytest.mark.parametrize(
    ("mean_size", "limit"), [(None, 1), (1000, 1), (600, 2), (333, 3), (2.5, 400), (1, 1000), (0.1, 1000), (5000, 1)]
)
def test_a_claim_asks_for_a_thousand_records_worth(mean_size: float | None, limit: int) -> None:
    assert claim_limit(mean_size) == limit


def test_what_a_claim_found_is_remembered_for_its_place_alone() -> None:
    rotation = Rotation()
    rotation.remember(Claim(place(1), "0-1", [Claimed(UUID(int=1), 1, 10), Claimed(UUID(int=2), 1, 30)]))
    assert (rotation.limit(place(1)), rotation.limit(place(1, "2"))) == (50, 1)
