"""From what became of a claim's records to the claim's event and to the cohorts that go on; pure.

An action returns groups of ids. They are put into the order of the event (by cohort, within a cohort by group) and
written as run lengths, so an event's size does not grow with its records' number but with their variety.

A cohort of at least half the claim that moves on whole stays as it is. Every other ends, and its records are grouped
anew over the whole claim, by occurrence, next action, instant, visit and length of the way, into cohorts of up to
1,000; so fragments merge, and a cohort of one record does not stay alone for ever. The visit is in the key because it
is in the key of an effect, the length of the way because it ends a loop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from executor_service.events import ClaimedCohort, Group
from executor_service.execution.domain.cohorts import Cohort, Move, NewCohort, Phase, cut
from shared.contracts import claim_cohort_id

OutcomeName = Literal["SUCCEEDED", "FAILED", "SKIPPED", "MISSING", "UNENROLLED", "WAITING"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Records of a claim that became the same. `next` null ends their enrollments; else they go on at `ready_at`.

    `again`: the way there begins another visit. `branch`: the name of the branch taken. `phase` WAITING: they stay
    where they are until `ready_at`. `contents`, where there are any: bytes kept outside the log, one a record.
    """

    name: OutcomeName
    record_ids: Sequence[int]
    next: str | None
    ready_at: datetime
    reason: str | None = None
    details: Mapping[str, Any] | None = None
    again: bool = False
    branch: str | None = None
    phase: Phase = "ARRIVED"
    contents: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written for a claim: its event's runs and ids, the cohorts that end, stay, and are made."""

    cohorts: tuple[ClaimedCohort, ...]
    groups: tuple[Group, ...]
    record_ids: Sequence[int]
    ended: Sequence[UUID]
    moves: Sequence[Move]
    made: Sequence[NewCohort]


class UnsettledClaimError(Exception):
    """Groups that do not add up to their claim."""

    def __init__(self, claimed: int, settled: int) -> None:
        super().__init__(f"the groups of an action hold {settled} records, its claim holds {claimed}")
        self.claimed = claimed
        self.settled = settled


# The records of one cohort that have one outcome; within a cohort in the order of the outcomes.
_Bucket = tuple[Outcome, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Way:
    """Where records of one occurrence go on: what a cohort's records have in common."""

    occurrence_id: UUID
    action_id: str
    ready_at: datetime
    visit: int
    walked: int
    phase: Phase


def settle(claim_id: UUID, cohorts: Sequence[Cohort], outcomes: Sequence[Outcome]) -> Settlement:
    """Decide what is written for a claim.

    `outcomes` hold each record of the claim once. Raises UnsettledClaimError when they do not add up to it.
    """
    filled = [outcome for outcome in outcomes if outcome.record_ids]
    total = sum(cohort.size for cohort in cohorts)
    settled = sum(len(outcome.record_ids) for outcome in filled)
    if settled != total:
        raise UnsettledClaimError(total, settled)
    places = _places(filled)
    buckets = [(cohort, _buckets(cohort, filled, places)) for cohort in cohorts]
    moves = [move for cohort, parts in buckets if (move := _whole_move(cohort, parts, total)) is not None]
    stay = {move.id for move in moves}
    return Settlement(
        cohorts=tuple(
            ClaimedCohort(occurrence_id=cohort.occurrence_id, size=cohort.size, visit=cohort.visit)
            for cohort in cohorts
        ),
        groups=_runs(buckets),
        record_ids=[record_id for _, parts in buckets for _, ids in parts for record_id in ids],
        ended=[cohort.id for cohort in cohorts if cohort.id not in stay],
        moves=moves,
        made=_regroup(claim_id, [(cohort, parts) for cohort, parts in buckets if cohort.id not in stay]),
    )


def _places(outcomes: Sequence[Outcome]) -> dict[int, int]:
    if len(outcomes) == 1:
        return {}
    return {record_id: place for place, outcome in enumerate(outcomes) for record_id in outcome.record_ids}


def _buckets(cohort: Cohort, outcomes: Sequence[Outcome], places: Mapping[int, int]) -> list[_Bucket]:
    if len(outcomes) == 1:
        return [(outcomes[0], cohort.record_ids)]
    ids: list[list[int]] = [[] for _ in outcomes]
    try:
        for record_id in cohort.record_ids:
            ids[places[record_id]].append(record_id)
    except KeyError as error:
        raise UnsettledClaimError(cohort.size, len(places)) from error
    return [(outcome, part) for outcome, part in zip(outcomes, ids, strict=True) if part]


def _way(cohort: Cohort, outcome: Outcome) -> _Way | None:
    """Return where records of a cohort go on; null for the end."""
    if outcome.next is None:
        return None
    stays = outcome.phase == "WAITING"
    return _Way(
        occurrence_id=cohort.occurrence_id,
        action_id=outcome.next,
        ready_at=outcome.ready_at,
        visit=cohort.visit + outcome.again,
        walked=cohort.walked + (not stays),
        phase=outcome.phase,
    )


def _whole_move(cohort: Cohort, parts: Sequence[_Bucket], total: int) -> Move | None:
    ways = {_way(cohort, outcome) for outcome, _ in parts}
    if len(ways) > 1 or cohort.size * 2 < total:
        return None
    way = ways.pop()
    return None if way is None else Move(cohort.id, way.action_id, way.ready_at, way.visit, way.walked, way.phase)


def _runs(buckets: Sequence[tuple[Cohort, Sequence[_Bucket]]]) -> tuple[Group, ...]:
    runs: list[tuple[Outcome, int]] = []
    for outcome, ids in (bucket for _, parts in buckets for bucket in parts):
        if runs and runs[-1][0] is outcome:
            runs[-1] = (outcome, runs[-1][1] + len(ids))
        else:
            runs.append((outcome, len(ids)))
    return tuple(
        Group(
            outcome=outcome.name,
            reason=outcome.reason,
            branch=outcome.branch,
            until=outcome.ready_at if outcome.phase == "WAITING" else None,
            next=outcome.next,
            count=count,
            details=dict(outcome.details) if outcome.details else None,
        )
        for outcome, count in runs
    )


def _regroup(claim_id: UUID, buckets: Sequence[tuple[Cohort, Sequence[_Bucket]]]) -> list[NewCohort]:
    groups: dict[_Way, list[int]] = {}
    for cohort, parts in buckets:
        for outcome, ids in parts:
            way = _way(cohort, outcome)
            if way is not None:
                groups.setdefault(way, []).extend(ids)
    pages = [(way, page) for way, ids in groups.items() for page in cut(sorted(ids))]
    return [
        NewCohort(
            id=claim_cohort_id(claim_id, 1, number),
            occurrence_id=way.occurrence_id,
            action_id=way.action_id,
            ready_at=way.ready_at,
            record_ids=page,
            visit=way.visit,
            walked=way.walked,
            phase=way.phase,
        )
        for number, (way, page) in enumerate(pages)
    ]
