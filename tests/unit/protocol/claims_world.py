"""What the model of claims is made of: cohorts' rows, workers, the truth about each enrollment, and worlds of them.

A cohort's row holds who refers to it: `claimant` has a claim with the row's epoch, `stale` have one with an older
epoch. So epochs need no numbers, and histories that can go on alike are one state. That ids and streams which come
from epochs are never used twice is shown in `names`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, NamedTuple

NOBODY: Final = -1


class Rule(StrEnum):
    """What keeps claims right; each can be taken away."""

    GROUPED_BY_OCCURRENCE = "records are grouped anew within their occurrence"
    GROUPED_BY_INSTANT = "records are grouped anew with those that go on at the same instant"
    GROUPED_BY_VISIT = "records are grouped anew within their visit"
    GROUPED_BY_WAY = "records are grouped anew with those that came by as many actions"
    PHASES_APART = "an arrival and an end at one delay are never in one claim"
    EPOCH_COMPARED = "the action's transaction locks cohorts that still have the claim's epoch"
    REQUESTS_READ = "the action's transaction reads the requests of its records"
    EVALUATOR_POLLS = "the evaluator applies the requests that no worker meets"
    LOSSES_FOUND = "a lease that has run out is found"
    ON_ITS_SESSION = "the action's transaction runs on the session that holds the barrier"
    BARRIER_HELD = "a worker holds the barrier from before its claim until its outcome is committed"
    FLAGS_AFTER_BARRIER = "on and paused are read after the barrier is held"
    SESSION_ENDED = "the session of a worker that stands still is ended"


class Row(NamedTuple):
    """A cohort. `waits`: its phase is WAITING; `leased`: its owner is not null."""

    occurrence: int
    action: int
    records: tuple[int, ...]
    waits: bool = False
    visit: int = 1
    walked: int = 1
    ready: int = 0
    losses: int = 0
    leased: bool = False
    claimant: int = NOBODY
    stale: tuple[int, ...] = ()


class Stand(NamedTuple):
    """Where an enrollment is in truth."""

    occurrence: int
    record: int
    action: int
    waits: bool = False
    visit: int = 1
    walked: int = 1
    ready: int = 0


Phase = Literal["IDLE", "BEHIND", "READ", "CLAIMED"]
"""How far a worker is: it holds the barrier, has read the flags, has claimed."""
Switch = Literal["RUNNING", "SET", "ANSWERED", "RESUMED"]
"""How far a pause, or a turning off, is: its flag is set, it has answered."""


class Worker(NamedTuple):
    """A worker. `lease_out`: its claim's lease has run out; `has_session`: the one that holds its locks."""

    phase: Phase = "IDLE"
    action: int = 0
    waits: bool = False
    saw_on: bool = True
    has_session: bool = True
    stands: bool = False
    lease_out: bool = False


class State(NamedTuple):
    """Everything: the database, the workers, the truth, and the faults that may still come."""

    rows: tuple[Row, ...]
    truth: tuple[Stand, ...]
    workers: tuple[Worker, ...]
    clock: int = 0
    to_ask: tuple[int, ...] = ()
    requests: tuple[int, ...] = ()
    switch: Switch = "RUNNING"
    kills: int = 0
    stops: int = 0


class Way(NamedTuple):
    """Where a record goes from an action; `action` 0 is the end. `again`: by a GOTO edge; `waits`: it stays there."""

    action: int
    ready: int = 0
    again: bool = False
    waits: bool = False


From = tuple[int, int, int] | tuple[int, int, int, int]
"""A record, an action and a visit, and at the end of a wait a 1 behind them."""


@dataclass(frozen=True, slots=True)
class World:
    """What there is: cohorts as the evaluations made them, and for each record its way from each action."""

    rows: tuple[Row, ...]
    ways: Mapping[From, Way]
    """One that is not named ends there."""
    switch: Literal["none", "pause", "off"] = "none"
    asked: tuple[int, ...] = ()
    kills: int = 0
    stops: int = 0

    def way(self, stand: Stand) -> Way:
        """Return where an enrollment goes from where it is."""
        place = (stand.record, stand.action, stand.visit)
        return self.ways.get((*place, 1) if stand.waits else place, Way(0))


def claimed_by(row: Row, number: int) -> Row:
    """Return a row after a claim: in a new epoch, leased."""
    return row._replace(leased=True, claimant=number, stale=tuple(each for each in stale(row) if each != number))


def stale(row: Row) -> tuple[int, ...]:
    """Return who refers to a row by an older epoch once it has a new one."""
    return row.stale if row.claimant == NOBODY else tuple(sorted({*row.stale, row.claimant}))


def let_go(state: State, number: int) -> State:
    """Let a worker forget its claim, and give back the barrier."""
    rows = tuple(
        row._replace(
            claimant=NOBODY if row.claimant == number else row.claimant,
            stale=tuple(each for each in row.stale if each != number),
        )
        for row in state.rows
    )
    return with_worker(state._replace(rows=rows), number, Worker())


def with_worker(state: State, number: int, worker: Worker) -> State:
    """Put a worker in its place."""
    workers = (worker, state.workers[1]) if number == 0 else (state.workers[0], worker)
    return state._replace(workers=workers)


def exchanged(rows: Sequence[Row], old: Sequence[Row], new: Iterable[Row]) -> tuple[Row, ...]:
    """Return rows with some of them in place of others."""
    left = list(rows)
    for row in old:
        left.remove(row)
    return (*left, *new)


def ordered(state: State) -> State:
    """Return the one of the states that differ in the order of rows or in the workers' names only."""
    rows = tuple(sorted(state.rows))
    first, second = state.workers
    if first < second:
        return state._replace(rows=rows)
    swapped = tuple(
        sorted(
            row._replace(
                claimant=row.claimant if row.claimant == NOBODY else 1 - row.claimant,
                stale=tuple(sorted(1 - each for each in row.stale)),
            )
            for row in rows
        )
    )
    return state._replace(rows=min(rows, swapped) if first == second else swapped, workers=(second, first))


def told(rows: Iterable[Row]) -> str:
    """Name cohorts by their records."""
    return ", ".join(f"{{{','.join(map(str, row.records))}}}" for row in rows) or "nothing"
