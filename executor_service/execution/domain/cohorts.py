"""Cohorts: the enrollments of one occurrence that stand at the same action, as one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from shared.contracts import claim_id

COHORT_SIZE: Final = 1_000
CLAIM_SIZE: Final = 1_000
GROUPING_SIZE: Final = 50_000
"""How many records a claim takes on where they are only grouped, and nothing is done to them."""
_COHORTS_AT_MOST: Final = 1_000

Phase = Literal["ARRIVED", "WAITING"]
"""`WAITING` only at a delay, from the arrival on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where cohorts stand that may be claimed together."""

    workflow_id: int
    revision: int
    action_id: str
    phase: Phase = "ARRIVED"


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort as its row holds it; `record_ids` ascend, `visit` counts from 1.

    `walked`: how many actions its enrollments have come to, this one included. `due_at` and `trigger` are those of its
    occurrence; they are read when it is locked for its action.
    """

    id: UUID
    occurrence_id: UUID
    epoch: int
    losses: int
    visit: int
    ready_at: datetime
    record_ids: Sequence[int]
    walked: int = 1
    phase: Phase = "ARRIVED"
    due_at: datetime | None = None
    trigger: str | None = None

    @property
    def size(self) -> int:
        """How many records it holds."""
        return len(self.record_ids)


@dataclass(frozen=True, slots=True)
class NewCohort:
    """A cohort to be stored, owned by nobody."""

    id: UUID
    occurrence_id: UUID
    action_id: str
    ready_at: datetime
    record_ids: Sequence[int]
    visit: int = 1
    losses: int = 0
    walked: int = 1
    phase: Phase = "ARRIVED"


@dataclass(frozen=True, slots=True)
class Move:
    """A cohort that goes on as it is: to an action, from an instant on, without an owner or losses."""

    id: UUID
    action_id: str
    ready_at: datetime
    visit: int = 1
    walked: int = 2
    phase: Phase = "ARRIVED"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A cohort as it was claimed; the lease is named by its epoch."""

    id: UUID
    epoch: int
    size: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Cohorts that one worker takes on at once; by id, never empty."""

    place: Place
    object_type_id: str
    cohorts: Sequence[Claimed]

    @property
    def id(self) -> UUID:
        """The claim's id, derived from its first cohort."""
        return claim_id(self.place.workflow_id, self.cohorts[0].id, self.cohorts[0].epoch)

    @property
    def mean_size(self) -> float:
        """How many records one of its cohorts holds."""
        return sum(cohort.size for cohort in self.cohorts) / len(self.cohorts)


def claim_limit(mean_size: float | None, most_records: int = CLAIM_SIZE) -> int:
    """Return how many cohorts a claim asks for, by the mean size in the last claim there; 1 when there was none.

    A statement that skips locked rows cannot stop at a sum, so it stops at a number of rows.
    """
    if mean_size is None:
        return 1
    return min(max(round(most_records / mean_size), 1), _COHORTS_AT_MOST)


def cut(record_ids: Sequence[int], size: int = COHORT_SIZE) -> list[Sequence[int]]:
    """Return the ids in runs of up to `size`, in order; empty for no ids."""
    return [record_ids[begin : begin + size] for begin in range(0, len(record_ids), size)]
