"""The explorer itself: what it finds, and that what it finds is shortest."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.unit.protocol.explorer import Broken, Step, TooManyStatesError, explore


@dataclass(frozen=True, slots=True)
class Climb:
    """A model that counts to its end by ones or by twos; `trap`: a number from which nothing leads on."""

    end: int
    trap: int = -1
    breaks_at: int = -1
    faults_only: bool = False

    def begin(self) -> int:
        """See Model."""
        return 0

    def has_ended(self, state: int) -> bool:
        """See Model."""
        return state >= self.end

    def steps(self, state: int) -> Iterator[Step]:
        """See Model."""
        if state >= self.end or state == self.trap:
            return
        for more in (1, 2):
            following = Broken.ACTED_TWICE if state + more == self.breaks_at else state + more
            yield Step(f"+{more}", following, not self.faults_only)


def test_a_model_that_keeps_its_promises_is_explored_whole() -> None:
    found = explore(Climb(end=5))
    assert (found.states, found.broken, found.path) == (7, None, ())


def test_the_way_to_what_is_broken_is_the_shortest() -> None:
    found = explore(Climb(end=9, breaks_at=6))
    assert (found.broken, found.path) == (Broken.ACTED_TWICE, ("+2", "+2", "+2"))


def test_a_state_from_which_no_end_can_be_reached_is_broken() -> None:
    found = explore(Climb(end=9, trap=3))
    assert (found.broken, found.path) == (Broken.NEVER_ENDS, ("+1", "+2"))


def test_a_fault_is_no_way_to_an_end() -> None:
    assert explore(Climb(end=2, faults_only=True)).broken is Broken.NEVER_ENDS


def test_a_model_with_more_states_than_allowed_is_given_up() -> None:
    with pytest.raises(TooManyStatesError):
        explore(Climb(end=100), most=10)
