"""Fairness without writes: a worker walks the workflows that have ready work in turn, at most two claims from one."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from executor_service.execution.domain.cohorts import CLAIM_SIZE, Claim, Place, claim_limit

CLAIMS_IN_A_ROW: Final = 2
_REMEMBERED_PLACES: Final = 10_000


@dataclass(slots=True)
class Rotation:
    """One worker's walk: whose turn it is, and how large cohorts were where it last claimed."""

    _turns: deque[Sequence[Place]] = field(default_factory=deque)
    _last_workflow: int = 0
    _mean_sizes: dict[Place, float] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether every workflow of the walk has had its turn."""
        return not self._turns

    def begin(self, places: Sequence[Place]) -> None:
        """Begin a walk over the places with ready work, which go on after the workflow that had the last turn.

        Within a workflow the order given is kept.
        """
        by_workflow: dict[int, list[Place]] = {}
        for place in places:
            by_workflow.setdefault(place.workflow_id, []).append(place)
        last = self._last_workflow
        order = sorted(by_workflow, key=lambda workflow_id: (workflow_id <= last, workflow_id))
        self._turns = deque(by_workflow[workflow_id] for workflow_id in order)

    def take_turn(self) -> Sequence[Place]:
        """Return the places of the workflow whose turn it is; empty when the walk is over."""
        if not self._turns:
            return ()
        places = self._turns.popleft()
        self._last_workflow = places[0].workflow_id
        return places

    def limit(self, place: Place, most_records: int = CLAIM_SIZE) -> int:
        """Return how many cohorts a claim at a place asks for, to take on so many records."""
        return claim_limit(self._mean_sizes.get(place), most_records)

    def remember(self, claim: Claim) -> None:
        """Remember how large the cohorts of a claim were."""
        if len(self._mean_sizes) >= _REMEMBERED_PLACES:
            self._mean_sizes.clear()
        self._mean_sizes[claim.place] = claim.mean_size
