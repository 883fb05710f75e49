"""Names: whether a stream's version, or a cohort's id, that is derived from an epoch is ever made twice.

Ids are the product's own, made by its own functions from claims that are acted on, lost, divided, failed, and left by
records on request. A cohort that is claimed stays claimed until its claim has acted or its lease has lapsed; a lapse
may come while the worker still goes on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from executor_service.execution.domain.cohorts import Claim, Claimed, Cohort, Place
from executor_service.execution.domain.losses import Divided, Exhausted, Released, lose
from executor_service.execution.domain.requests import Holder, leave
from executor_service.execution.domain.settlement import Outcome, settle
from shared.contracts import claim_cohort_id, claim_id
from tests.unit.protocol.explorer import Broken, Step

_NOW: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)
OCCURRENCE: Final = UUID(int=1)
_WORKFLOW: Final = 1
_LAST: Final = 2


class Rule(StrEnum):
    """What keeps names from being made twice; each can be taken away."""

    CLAIM_RAISES_EPOCH = "a claim begins a new epoch of its cohorts"
    LEAVING_RAISES_EPOCH = "letting records leave begins a new epoch of their cohorts"


class Row(NamedTuple):
    """A cohort under its id; `leased`: its owner is not null."""

    id: UUID
    action: int
    records: tuple[int, ...]
    losses: int = 0
    epoch: int = 0
    leased: bool = False


Ref = tuple[tuple[UUID, int], ...]


class State(NamedTuple):
    """The cohorts, the claims that a worker still has in hand, all names ever made, and what may still happen."""

    rows: tuple[Row, ...]
    claims: tuple[Ref, ...] = ()
    streams: frozenset[UUID] = frozenset()
    made: frozenset[UUID] = frozenset()
    lapses: int = 0
    leavings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The model; see Model. Records with odd ids go on at once from an action, those with even ids apart from them."""

    rows: tuple[Row, ...]
    lapses: int
    leavings: tuple[int, ...]
    without: Rule | None = None

    def begin(self) -> State:
        """See Model."""
        made = frozenset(row.id for row in self.rows)
        return State(self.rows, made=made, lapses=self.lapses, leavings=self.leavings)

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return not state.rows

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        for action in sorted({row.action for row in state.rows if not row.leased}):
            yield from self._claim(state, action)
        for ref in state.claims:
            yield self._act(state, ref)
        for row in state.rows:
            if row.leased and state.lapses:
                yield self._lapse(state._replace(lapses=state.lapses - 1), row)
        for record in state.leavings:
            yield from self._leave(state, record)

    def _claim(self, state: State, action: int) -> Iterator[Step]:
        free = [row for row in state.rows if row.action == action and not row.leased]
        fresh = [row for row in free if not row.losses]
        for chosen in ([fresh[:1], fresh] if len(fresh) > 1 else [fresh]) if fresh else [[row] for row in free]:
            epochs = self.without is not Rule.CLAIM_RAISES_EPOCH
            claimed = [row._replace(epoch=row.epoch + epochs, leased=True) for row in chosen]
            ref = tuple(sorted((row.id, row.epoch) for row in claimed))
            claims = tuple(sorted((*state.claims, ref)))
            yield Step(
                f"claim {_told(chosen)}", state._replace(rows=_exchanged(state.rows, chosen, claimed), claims=claims)
            )

    def _act(self, state: State, ref: Ref) -> Step:
        claims = list(state.claims)
        claims.remove(ref)
        held = state._replace(claims=tuple(claims))
        locked = tuple(row for row in state.rows if row.leased and (row.id, row.epoch) in ref)
        name = f"act on {_told(locked)}"
        if not locked:
            return Step(name, held)
        claim = Claim(_place(locked[0].action), "0-1", [Claimed(id_, epoch, 1) for id_, epoch in ref]).id
        return Step(name, _written(held, locked, *_settled(claim, locked), stream=claim))

    def _lapse(self, state: State, row: Row) -> Step:
        """Find a lease that has run out (`losing`); whether its worker goes on or not, its claim stays in hand."""
        name = f"the lease of {_told([row])} lapses"
        match lose(_cohort(row)):
            case Released(losses):
                released = row._replace(leased=False, losses=losses)
                return Step(name, state._replace(rows=_exchanged(state.rows, [row], [released])))
            case Divided(losses, parts):
                lost = claim_id(_WORKFLOW, row.id, row.epoch)
                ids = [claim_cohort_id(lost, 0, number) for number in range(len(parts))]
                made = [Row(id_, row.action, tuple(part), losses) for id_, part in zip(ids, parts, strict=True)]
                return Step(name, _written(state, [row], made, ids))
            case Exhausted():
                moved = row._replace(action=row.action + 1, losses=0, epoch=row.epoch + 1, leased=False)
                left = [moved] if row.action < _LAST else []
                return Step(name, _written(state, [row], left, stream=claim_id(_WORKFLOW, row.id, row.epoch + 1)))

    def _leave(self, state: State, record: int) -> Iterator[Step]:
        """Let a record leave a cohort that nobody owns (`lock_unowned`, `shrink`)."""
        row = next((row for row in state.rows if record in row.records and not row.leased), None)
        if row is None:
            return
        raised = self.without is not Rule.LEAVING_RAISES_EPOCH
        leaving = leave([_holder(row, row.epoch - (not raised))], {record: "MANUAL"})
        shrunk = [row._replace(records=tuple(each.record_ids), epoch=row.epoch + raised) for each in leaving.shrunk]
        leavings = tuple(other for other in state.leavings if other != record)
        left = state._replace(leavings=leavings)
        yield Step(f"record {record} leaves", _written(left, [row], shrunk, stream=leaving.departures[0].claim_id))


def _written(
    state: State, old: Sequence[Row], new: Iterable[Row], made: Iterable[UUID] = (), *, stream: UUID | None = None
) -> State | Broken:
    """Return what a transaction leaves that makes cohorts and appends the one event of a claim."""
    if stream in state.streams:
        return Broken.STREAM_WRITTEN_TWICE
    if any(id_ in state.made for id_ in made):
        return Broken.COHORT_MADE_TWICE
    return state._replace(
        rows=_exchanged(state.rows, old, new),
        streams=state.streams if stream is None else state.streams | {stream},
        made=state.made | frozenset(made),
    )


@lru_cache(maxsize=100_000)
def _settled(claim: UUID, locked: tuple[Row, ...]) -> tuple[tuple[Row, ...], tuple[UUID, ...]]:
    """Return the rows that the product's own settlement leaves of a claim's, and the ids of those it made."""
    action = locked[0].action
    following = None if action == _LAST else str(action + 1)
    records = [record for row in locked for record in row.records]
    settlement = settle(
        claim,
        [_cohort(row) for row in locked],
        [
            Outcome("SUCCEEDED", [each for each in records if each % 2], following, _NOW),
            Outcome(
                "SUCCEEDED", [each for each in records if not each % 2], following, _NOW, again=following is not None
            ),
        ],
    )
    by_id = {row.id: row for row in locked}
    moved = [by_id[move.id]._replace(action=action + 1, losses=0, leased=False) for move in settlement.moves]
    made = [Row(each.id, action + 1, tuple(each.record_ids)) for each in settlement.made]
    return (*moved, *made), tuple(row.id for row in made)


def _place(action: int) -> Place:
    return Place(_WORKFLOW, 1, str(action))


def _cohort(row: Row) -> Cohort:
    return Cohort(
        id=row.id,
        occurrence_id=OCCURRENCE,
        epoch=row.epoch,
        losses=row.losses,
        visit=1,
        ready_at=_NOW,
        record_ids=row.records,
    )


def _holder(row: Row, epoch: int) -> Holder:
    return Holder(
        id=row.id,
        place=_place(row.action),
        object_type_id="0-1",
        occurrence_id=OCCURRENCE,
        epoch=epoch,
        visit=1,
        record_ids=row.records,
    )


def _exchanged(rows: Sequence[Row], old: Sequence[Row], new: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted([*(row for row in rows if row not in old), *new]))


def _told(rows: Iterable[Row]) -> str:
    return ", ".join(f"{{{','.join(map(str, row.records))}}}" for row in rows) or "nothing"
