"""What a lost claim does to its cohorts, so that one record cannot stop the others, or itself for ever.

A loss is counted when an expired lease is found, or by the worker itself when the action raised. From the second loss
on a cohort is split into ten there and then, and the parts keep the count. A cohort with losses is claimed alone and
never split at the claim, so a healthy part is done in one claim and its count ends with it. A single record with five
losses is failed `INTERNAL` by the one who finds the fifth, and goes on with no losses. So a cohort of any size with one
such record costs exactly five losses (32 claims for 1,000), and no other record fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from executor_service.execution.domain.cohorts import Cohort

PARTS: Final = 10
SPLIT_FROM: Final = 2
LOSSES_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Released:
    """The cohort stays whole and waits for its next owner."""

    losses: int


@dataclass(frozen=True, slots=True)
class Divided:
    """The cohort ends and its parts wait for owners of their own."""

    losses: int
    parts: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The one record is failed and goes on."""


Loss = Released | Divided | Exhausted


def lose(cohort: Cohort) -> Loss:
    """Decide what one more loss does to a cohort."""
    losses = cohort.losses + 1
    if losses < SPLIT_FROM:
        return Released(losses)
    if cohort.size > 1:
        return Divided(losses, divide(cohort.record_ids))
    return Exhausted() if losses >= LOSSES_AT_MOST else Released(losses)


def divide(record_ids: Sequence[int]) -> list[Sequence[int]]:
    """Return the ids in up to ten parts whose sizes differ by one at most, in order."""
    count = min(PARTS, len(record_ids))
    edges = [len(record_ids) * part // count for part in range(count + 1)]
    return [record_ids[begin:end] for begin, end in pairwise(edges)]
