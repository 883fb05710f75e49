"""Claims: workers that claim cohorts of two occurrences, act, regroup, are killed, stand still and go on.

What is decided is decided by the product's own `settle` and `lose`; what its queries do is written here, with their
names. Beside the cohorts stands the *truth*: for each enrollment where it is on its walk, moved only by the walk's own
rules. An action is right when every record it acts on is where the truth says.

Only actions inside the database exist, so a claim is one event, and there is no intent to be taken over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from executor_service.execution.domain.losses import Divided, Exhausted, Released, lose
from tests.unit.protocol.claims_settling import cohort, settled
from tests.unit.protocol.claims_world import (
    NOBODY,
    Row,
    Rule,
    Stand,
    State,
    Way,
    Worker,
    World,
    claimed_by,
    exchanged,
    let_go,
    ordered,
    stale,
    told,
    with_worker,
)
from tests.unit.protocol.explorer import Broken, Step


@dataclass(slots=True)
class Claims:
    """The model; see Model."""

    world: World
    without: Rule | None = None
    _latest: int = field(init=False)

    def __post_init__(self) -> None:
        self._latest = max((way.ready for way in self.world.ways.values()), default=0)

    def begin(self) -> State:
        """See Model."""
        rows = self.world.rows
        truth = (Stand(row.occurrence, record, row.action) for row in rows for record in row.records)
        return State(
            rows=tuple(sorted(rows)),
            truth=tuple(sorted(truth)),
            workers=(Worker(), Worker()),
            to_ask=self.world.asked,
            kills=self.world.kills,
            stops=self.world.stops,
        )

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return not state.rows and not state.requests and state.switch != "SET"

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        for step in self._steps(state):
            yield step._replace(state=ordered(step.state)) if isinstance(step.state, State) else step

    def _steps(self, state: State) -> Iterator[Step]:
        for number, worker in enumerate(state.workers):
            if worker.stands:
                yield from self._while_standing(state, number, worker)
            else:
                yield from self._work(state, number, worker)
                yield from _faults(state, number, worker)
        yield from self._passes(state)
        yield from self._people(state)
        if state.clock < self._latest:
            yield Step("time passes", state._replace(clock=state.clock + 1))

    # What a worker does: handlers.advancing.

    def _work(self, state: State, number: int, worker: Worker) -> Iterator[Step]:
        match worker.phase:
            case "IDLE":
                yield from self._begin(state, number, worker)
            case "BEHIND":
                yield from self._read(state, number, worker)
            case "READ":
                yield from self._claim(state, number, worker)
            case "CLAIMED":
                yield self._act(state, number, worker)

    def _begin(self, state: State, number: int, worker: Worker) -> Iterator[Step]:
        """Take the barrier (`try_lock_shared`); where nobody pauses, that and the flags are left out."""
        if self.world.switch == "none":
            yield from self._claim(state, number, worker)
        elif not state.rows:
            return
        elif self.without is Rule.FLAGS_AFTER_BARRIER:
            if state.switch not in {"SET", "ANSWERED"}:
                yield Step(
                    f"worker {number} reads the flags", with_worker(state, number, worker._replace(phase="BEHIND"))
                )
        else:
            yield Step(
                f"worker {number} takes the barrier", with_worker(state, number, worker._replace(phase="BEHIND"))
            )

    def _read(self, state: State, number: int, worker: Worker) -> Iterator[Step]:
        """Read on and paused (`standing`), in a statement after the barrier's."""
        if self.without is Rule.FLAGS_AFTER_BARRIER:
            yield Step(f"worker {number} takes the barrier", with_worker(state, number, worker._replace(phase="READ")))
            return
        is_set = state.switch in ("SET", "ANSWERED")
        if is_set and self.world.switch == "pause":
            yield Step(f"worker {number} reads that it is paused", with_worker(state, number, Worker()))
        else:
            read = worker._replace(phase="READ", saw_on=not is_set)
            yield Step(f"worker {number} reads the flags", with_worker(state, number, read))

    def _claim(self, state: State, number: int, worker: Worker) -> Iterator[Step]:
        """Claim at one action, the first or all that are ready (`claim`); one with losses alone (`claim_lost`)."""
        for action, waits in sorted({(row.action, row.waits) for row in state.rows}):
            ready = [row for row in state.rows if self._is_ready(row, action, state.clock, waits=waits)]
            fresh = [row for row in ready if not row.losses]
            claimed = worker._replace(phase="CLAIMED", action=action, waits=waits)
            for chosen in ([fresh[:1], fresh] if len(fresh) > 1 else [fresh]) if fresh else [[row] for row in ready]:
                rows = exchanged(state.rows, chosen, [claimed_by(row, number) for row in chosen])
                yield Step(
                    f"worker {number} claims {told(chosen)}", with_worker(state._replace(rows=rows), number, claimed)
                )
        if worker.phase == "READ":
            yield Step(f"worker {number} finds nothing to claim", with_worker(state, number, Worker()))

    def _is_ready(self, row: Row, action: int, clock: int, *, waits: bool) -> bool:
        is_here = row.action == action and (row.waits == waits or self.without is Rule.PHASES_APART)
        return is_here and not row.leased and row.ready <= clock

    def _act(self, state: State, number: int, worker: Worker) -> Step:
        """Do the action of a claim, with its one event; the claim is over then, and the barrier given back."""
        locked = [row for row in state.rows if self._is_locked(row, number)]
        name = f"worker {number} acts on {told(locked)}"
        if not locked:
            return Step(name, let_go(state, number))
        if state.switch == "ANSWERED" and worker.saw_on:
            return Step(name, Broken.BEGAN_AFTER_THE_ANSWER)
        leaving = set() if self.without is Rule.REQUESTS_READ else set(state.requests)
        truth = {(stand.occurrence, stand.record): stand for stand in state.truth}
        for row in locked:
            for record in row.records:
                broken = _judge(state, row, worker, truth.get((row.occurrence, record)), record)
                if broken is None and record in state.requests and record not in leaving:
                    broken = Broken.ACTED_THOUGH_TO_LEAVE
                if broken is not None:
                    return Step(name, broken)
        return Step(name, let_go(self._advanced(state, locked, frozenset(leaving)), number))

    def _is_locked(self, row: Row, number: int) -> bool:
        """Tell whether the action's transaction locks a row (`lock`)."""
        is_named = row.claimant == number or (self.without is Rule.EPOCH_COMPARED and number in row.stale)
        return row.leased and is_named

    def _advanced(self, state: State, locked: Sequence[Row], leaving: frozenset[int]) -> State:
        """Let the records leave or go their ways, in truth and in the rows."""
        here = {(row.occurrence, record) for row in locked for record in row.records}
        ways = tuple(
            sorted(
                (stand.record, Way(0) if stand.record in leaving else self.world.way(stand))
                for stand in state.truth
                if (stand.occurrence, stand.record) in here
            )
        )
        truth = _walked(state.truth, here, dict(ways))
        made = settled(tuple(locked), ways, self.without)
        requests = tuple(record for record in state.requests if record not in dict(ways))
        return state._replace(rows=exchanged(state.rows, locked, made), truth=truth, requests=requests)

    # What others do: handlers.losing, the evaluator, people.

    def _passes(self, state: State) -> Iterator[Step]:
        for row in state.rows:
            if self.without is not Rule.LOSSES_FOUND and _is_expired(state, row):
                yield Step(f"the loss of {told([row])} is found", self._lost(state, row))
        if self.without is not Rule.EVALUATOR_POLLS:
            for record in state.requests:
                yield from _applied(state, record)

    def _lost(self, state: State, row: Row) -> State:
        """Count a loss (`lock_expired`, then `release`, `end` and `add`, or `move` under a new epoch)."""
        match lose(cohort(row)):
            case Released(losses):
                return state._replace(rows=exchanged(state.rows, [row], [row._replace(leased=False, losses=losses)]))
            case Divided(losses, parts):
                fresh = row._replace(leased=False, losses=losses, claimant=NOBODY, stale=())
                made = [fresh._replace(records=tuple(part)) for part in parts]
                return state._replace(rows=exchanged(state.rows, [row], made))
            case Exhausted():
                return self._advanced(state, [row], frozenset())

    def _people(self, state: State) -> Iterator[Step]:
        for record in state.to_ask:
            to_ask = tuple(other for other in state.to_ask if other != record)
            asked = state._replace(to_ask=to_ask, requests=tuple(sorted((*state.requests, record))))
            yield Step(f"record {record} is asked to leave", asked)
        if self.world.switch == "none":
            return
        match state.switch:
            case "RUNNING":
                yield Step(f"{self.world.switch} sets its flag", state._replace(switch="SET"))
            case "SET":
                if not any(self._holds_barrier(worker) for worker in state.workers):
                    yield Step(f"{self.world.switch} answers", state._replace(switch="ANSWERED"))
            case "ANSWERED" if self.world.switch == "pause":
                yield Step("resume", state._replace(switch="RESUMED"))
            case "ANSWERED" | "RESUMED":
                pass

    def _holds_barrier(self, worker: Worker) -> bool:
        if not worker.has_session or worker.phase == "IDLE":
            return False
        if self.without is Rule.FLAGS_AFTER_BARRIER:
            return worker.phase != "BEHIND"
        return self.without is not Rule.BARRIER_HELD

    def _while_standing(self, state: State, number: int, worker: Worker) -> Iterator[Step]:
        if worker.has_session and self.without is not Rule.SESSION_ENDED:
            yield Step(
                f"the session of worker {number} is ended",
                with_worker(state, number, worker._replace(has_session=False)),
            )
        if worker.phase == "CLAIMED" and not worker.lease_out:
            yield Step(
                f"the lease of worker {number} runs out", with_worker(state, number, worker._replace(lease_out=True))
            )
        goes_on = worker._replace(stands=False)
        if worker.has_session or self.without is Rule.ON_ITS_SESSION:
            yield Step(f"worker {number} goes on", with_worker(state, number, goes_on), helps=False)
        else:
            yield Step(f"worker {number} goes on without a session", let_go(state, number), helps=False)


def _judge(state: State, row: Row, worker: Worker, stand: Stand | None, record: int) -> Broken | None:
    """Return what is wrong about acting on a record, which in truth is at `stand`."""
    if stand is None:
        is_elsewhere = any(each.record == record for each in state.truth)
        return Broken.ACTED_FOR_ANOTHER_OCCURRENCE if is_elsewhere else Broken.ACTED_TWICE
    if (stand.action, stand.waits) != (worker.action, worker.waits):
        return Broken.ACTED_TWICE
    if stand.visit != row.visit:
        return Broken.ACTED_ON_ANOTHER_VISIT
    if stand.walked != row.walked:
        return Broken.WALKED_ANOTHER_WAY
    return Broken.ACTED_EARLY if stand.ready > state.clock else None


def _faults(state: State, number: int, worker: Worker) -> Iterator[Step]:
    if worker.phase == "IDLE":
        return
    if state.kills:
        killed = let_go(state, number)._replace(kills=state.kills - 1)
        yield Step(f"worker {number} is killed", killed, helps=False)
    if state.stops:
        stopped = with_worker(state, number, worker._replace(stands=True))._replace(stops=state.stops - 1)
        yield Step(f"worker {number} stands still", stopped, helps=False)


def _applied(state: State, record: int) -> Iterator[Step]:
    """Apply a request as the evaluator does: to a cohort that nobody owns; a record active nowhere ends it."""
    row = next((row for row in state.rows if record in row.records), None)
    requests = tuple(other for other in state.requests if other != record)
    if row is None:
        yield Step(f"the evaluator finds record {record} nowhere", state._replace(requests=requests))
    elif not row.leased:
        rest = tuple(other for other in row.records if other != record)
        left = row._replace(records=rest, claimant=NOBODY, stale=stale(row))
        rows = exchanged(state.rows, [row], [left] if rest else [])
        truth = tuple(stand for stand in state.truth if stand.record != record)
        yield Step(
            f"the evaluator lets record {record} leave", state._replace(rows=rows, truth=truth, requests=requests)
        )


def _walked(truth: Iterable[Stand], here: Iterable[tuple[int, int]], ways: Mapping[int, Way]) -> tuple[Stand, ...]:
    walked = []
    for stand in truth:
        if (stand.occurrence, stand.record) not in here:
            walked.append(stand)
        elif (way := ways[stand.record]).action:
            walked.append(
                stand._replace(
                    action=way.action,
                    waits=way.waits,
                    visit=stand.visit + way.again,
                    walked=stand.walked + (not way.waits),
                    ready=way.ready,
                )
            )
    return tuple(walked)


def _is_expired(state: State, row: Row) -> bool:
    return row.leased and (row.claimant == NOBODY or state.workers[row.claimant].lease_out)
