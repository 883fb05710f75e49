"""Wishes about a workflow's enrollments, one queue a workflow, and how records leave cohorts that nobody owns; pure.

Occurrences and requests for unenrollment are taken in one order, by (`due_at` or instant of filing, id): taken apart,
an unenrollment misses what was to be enrolled before it, and an enrollment is wrongly refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from executor_service.events import ClaimedCohort, Group
from executor_service.execution.domain.cohorts import Place
from executor_service.execution.domain.occurrences import Occurrence
from shared.contracts import claim_id

RECORDS_AT_MOST: Final = 10_000
"""How many records one wish may name."""


@dataclass(frozen=True, slots=True)
class Request:
    """A pending request for unenrollment at its place in the queue."""

    id: UUID
    workflow_id: int
    filed_at: datetime

    @property
    def stream(self) -> str:
        """The stream of its events."""
        return f"request-{self.id}"


def first_of(occurrence: Occurrence | None, request: Request | None) -> Occurrence | Request | None:
    """Return the one that stands first in the queue."""
    if occurrence is None or request is None:
        return occurrence or request
    return request if (request.filed_at, request.id) < (occurrence.due_at, occurrence.id) else occurrence


def double_positions(record_ids: Sequence[int]) -> list[int]:
    """Return the positions of ids that stood before; each later one of an id."""
    seen: set[int] = set()
    doubles: list[int] = []
    for position, record_id in enumerate(record_ids):
        if record_id in seen:
            doubles.append(position)
        seen.add(record_id)
    return doubles


@dataclass(frozen=True, slots=True)
class Holder:
    """A cohort that nobody owns and that holds records which are to leave; `record_ids` ascend."""

    id: UUID
    place: Place
    object_type_id: str
    occurrence_id: UUID
    epoch: int
    visit: int
    record_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A cohort that goes on with fewer records, in a new epoch."""

    id: UUID
    record_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Departure:
    """The records that leave at one place: a claim of its own, with the runs and ids of its event."""

    claim_id: UUID
    place: Place
    object_type_id: str
    cohorts: tuple[ClaimedCohort, ...]
    groups: tuple[Group, ...]
    record_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is written when records leave."""

    ended: Sequence[UUID]
    shrunk: Sequence[Shrunk]
    departures: Sequence[Departure]


def leave(holders: Sequence[Holder], reasons: Mapping[int, str]) -> Leaving:
    """Decide what becomes of cohorts when the records that have a reason leave them; the others stay as they stand."""
    touched = [holder for holder in holders if any(record_id in reasons for record_id in holder.record_ids)]
    rests = {
        holder.id: [record_id for record_id in holder.record_ids if record_id not in reasons] for holder in touched
    }
    by_place = sorted(touched, key=lambda holder: (holder.place.revision, holder.place.action_id, holder.id))
    return Leaving(
        ended=[holder.id for holder in touched if not rests[holder.id]],
        shrunk=[Shrunk(holder.id, rests[holder.id]) for holder in touched if rests[holder.id]],
        departures=[_departure(list(group), reasons) for _, group in groupby(by_place, key=attrgetter("place"))],
    )


def _departure(holders: Sequence[Holder], reasons: Mapping[int, str]) -> Departure:
    first = holders[0]
    runs: list[tuple[str, int]] = []
    cohorts: list[ClaimedCohort] = []
    gone: list[int] = []
    for holder in holders:
        # Within a cohort by reason: a run of one reason may cross cohorts.
        leaving = sorted((reasons[each], each) for each in holder.record_ids if each in reasons)
        cohorts.append(ClaimedCohort(occurrence_id=holder.occurrence_id, size=len(leaving), visit=holder.visit))
        gone.extend(record_id for _, record_id in leaving)
        for reason, members in groupby(leaving, key=lambda each: each[0]):
            count = len(list(members))
            if runs and runs[-1][0] == reason:
                runs[-1] = (reason, runs[-1][1] + count)
            else:
                runs.append((reason, count))
    return Departure(
        claim_id=claim_id(first.place.workflow_id, first.id, first.epoch + 1),
        place=first.place,
        object_type_id=first.object_type_id,
        cohorts=tuple(cohorts),
        groups=tuple(Group(outcome="UNENROLLED", reason=reason, next=None, count=count) for reason, count in runs),
        record_ids=gone,
    )
