"""Poison: records for which an action raises, or kills its worker, each time; decided by the product's own `lose`.

A cohort is its losses and its records in order: 0 is a healthy one, another number a poisonous one. Healthy ones are
all alike, so cohorts of many records make few states. Each claim holds cohorts of one action, whose end is the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from executor_service.execution.domain.cohorts import CLAIM_SIZE, Cohort
from executor_service.execution.domain.losses import LOSSES_AT_MOST, Divided, Exhausted, Released, lose
from tests.unit.protocol.explorer import Broken, Step

HEALTHY: Final = 0
_INSTANT: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)


class Rule(StrEnum):
    """What bounds the harm of one record; each can be taken away."""

    PARTS_KEEP_LOSSES = "the parts of a cohort keep its losses"
    DIVIDED = "a cohort is divided from its second loss on"
    GIVEN_UP = "a single record with five losses is failed"
    CLAIMED_ALONE = "a cohort with losses is claimed alone"
    LOSSES_FOUND = "a lease that has run out is found"


class Lot(NamedTuple):
    """A cohort."""

    losses: int
    records: tuple[int, ...]


class State(NamedTuple):
    """The cohorts, the claim of each worker, the losses that each poisonous record cost, kills to come."""

    free: tuple[Lot, ...]
    claims: tuple[tuple[Lot, ...], ...]
    lost: tuple[tuple[Lot, ...], ...]
    costs: tuple[int, ...]
    kills: int


@dataclass(frozen=True, slots=True)
class Poison:
    """The model; see Model. The poisonous records are numbered from 1; each claim with one of them is a loss."""

    cohorts: tuple[tuple[int, ...], ...]
    workers: int = 2
    kills: int = 0
    without: Rule | None = None

    def begin(self) -> State:
        """See Model."""
        poisonous = max(max(records) for records in self.cohorts)
        free = tuple(sorted(Lot(0, records) for records in self.cohorts))
        return State(free, ((),) * self.workers, (), (0,) * poisonous, self.kills)

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return not state.free and not any(state.claims) and not state.lost

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        for number, claim in enumerate(state.claims):
            if not claim:
                yield from self._claim(state, number)
                continue
            yield self._act(state, number, claim)
            if state.kills:
                killed = _without_claim(state, number)._replace(
                    lost=_sorted((*state.lost, claim)), kills=state.kills - 1
                )
                yield Step("a worker is killed", killed, helps=False)
        if self.without is not Rule.LOSSES_FOUND:
            for claim in state.lost:
                lost = _minus(state.lost, [claim])
                yield self._lose("the loss is found of", state._replace(lost=lost), claim, costs=False)

    def _claim(self, state: State, number: int) -> Iterator[Step]:
        """Claim all that are without losses, or one with losses alone (`claim`, `claim_lost`)."""
        if self.without is Rule.CLAIMED_ALONE:
            choices: list[Sequence[Lot]] = [state.free] if state.free else []
        else:
            fresh = [lot for lot in state.free if not lot.losses]
            choices = [fresh] if fresh else [[lot] for lot in sorted(set(state.free))]
        for chosen in choices:
            claims = tuple(tuple(chosen) if each == number else claim for each, claim in enumerate(state.claims))
            claimed = state._replace(free=_minus(state.free, chosen), claims=_sorted(claims))
            yield Step(f"a worker claims {_told(chosen)}", claimed)

    def _act(self, state: State, number: int, claim: tuple[Lot, ...]) -> Step:
        """Act on a claim; a poisonous record among it makes it a loss (`lose_claim`, or a kill and `find_losses`)."""
        done = _without_claim(state, number)
        if any(_poisonous(lot) for lot in claim):
            return self._lose("a worker loses", done, claim, costs=True)
        return Step(f"a worker acts on {_told(claim)}", done)

    def _lose(self, name: str, state: State, claim: Sequence[Lot], *, costs: bool) -> Step:
        name = f"{name} {_told(claim)}"
        left: list[Lot] = []
        for lot in claim:
            match self._loss(lot):
                case Released(losses):
                    left.append(Lot(losses, lot.records))
                case Divided(losses, parts):
                    left.extend(Lot(losses, tuple(part)) for part in parts)
                case Exhausted():
                    if not _poisonous(lot):
                        return Step(name, Broken.HEALTHY_FAILED)
        hit = {record for lot in claim for record in _poisonous(lot)} if costs else set()
        counted = tuple(cost + (record in hit) for record, cost in enumerate(state.costs, 1))
        if max(counted) > LOSSES_AT_MOST:
            return Step(name, Broken.TOO_MANY_LOSSES)
        return Step(name, state._replace(free=_sorted((*state.free, *left)), costs=counted))

    def _loss(self, lot: Lot) -> Released | Divided | Exhausted:
        loss = lose(_cohort(lot))
        match loss:
            case Divided(losses, parts) if self.without is Rule.PARTS_KEEP_LOSSES:
                return Divided(0, parts) if losses else loss
            case Divided(losses) if self.without is Rule.DIVIDED:
                return Released(min(losses, LOSSES_AT_MOST))
            case Exhausted() if self.without is Rule.GIVEN_UP:
                return Released(lot.losses)
            case Released() | Divided() | Exhausted():
                return loss


def count(cohorts: Iterable[Sequence[int]]) -> tuple[int, int]:
    """Return what cohorts with poisonous records cost one worker: (losses, claims) until everything has ended."""
    free = [Lot(0, tuple(records)) for records in cohorts]
    losses = claims = 0
    while free:
        fresh = [lot for lot in free if not lot.losses]
        claim = _full(fresh) if fresh else free[:1]
        free = list(_minus(free, claim))
        claims += 1
        if any(_poisonous(lot) for lot in claim):
            losses += 1
            free.extend(_left(claim))
    return losses, claims


def _full(lots: Sequence[Lot]) -> list[Lot]:
    """Return as many as one claim holds."""
    taken: list[Lot] = []
    for lot in lots:
        if taken and sum(len(each.records) for each in taken) + len(lot.records) > CLAIM_SIZE:
            break
        taken.append(lot)
    return taken


def _left(claim: Iterable[Lot]) -> Iterator[Lot]:
    for lot in claim:
        match lose(_cohort(lot)):
            case Released(losses):
                yield Lot(losses, lot.records)
            case Divided(losses, parts):
                yield from (Lot(losses, tuple(part)) for part in parts)
            case Exhausted():
                pass


def _cohort(lot: Lot) -> Cohort:
    nobody = UUID(int=0)
    return Cohort(
        id=nobody, occurrence_id=nobody, epoch=1, losses=lot.losses, visit=1, ready_at=_INSTANT, record_ids=lot.records
    )


def _poisonous(lot: Lot) -> list[int]:
    return [record for record in lot.records if record != HEALTHY]


def _without_claim(state: State, number: int) -> State:
    claims = tuple(() if each == number else claim for each, claim in enumerate(state.claims))
    return state._replace(claims=_sorted(claims))


def _sorted(items: Iterable[tuple]) -> tuple:  # type: ignore[type-arg] # of lots or of claims
    return tuple(sorted(items))


def _minus(items: Iterable[tuple], taken: Iterable[tuple]) -> tuple:  # type: ignore[type-arg] # as above
    left = list(items)
    for each in taken:
        left.remove(each)
    return tuple(left)


def _told(claim: Iterable[Lot]) -> str:
    return ", ".join(f"{len(lot.records)} records with {lot.losses} losses" for lot in claim)
