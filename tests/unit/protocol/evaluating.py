"""Evaluating: two evaluators, two occurrences of one workflow, a record that both would enroll, and a change beside.

What becomes of an occurrence is decided by the product's own `decide_occurrence`, from the rows as they are when it is
asked. A change (an edit, another zone, off, pause) is three steps: it locks the workflow's row, reads the clock, and
commits; its instant counts for every `due_at` after it, strictly. The record's enrollment may end at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from executor_service.execution.domain.occurrences import (
    ATTEMPTS_AT_MOST,
    Evaluate,
    Skip,
    UnlessLater,
    Verdict,
    Wait,
)
from tests.unit.protocol.evaluating_world import (
    Change,
    Evaluator,
    Held,
    Occurrence,
    Plan,
    Rule,
    State,
    World,
    decide,
    plan_of,
)
from tests.unit.protocol.explorer import Broken, Step

_BEFORE: Final = Plan(1, "Europe/Oslo")
_AFTER: Final = {"edit": Plan(2, "Europe/Oslo"), "zone": Plan(1, "Asia/Tokyo")}


@dataclass(frozen=True, slots=True)
class Evaluating:
    """The model; see Model."""

    world: World
    without: Rule | None = None

    def begin(self) -> State:
        """See Model."""
        world = self.world
        change = Change("ANSWERED") if world.change == "none" else Change()
        return State((Occurrence(),) * len(world.due), (Evaluator(),) * 2, change, kills=world.kills, stops=world.stops)

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return not state.active and all(each.state != "DUE" for each in state.occurrences)

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        for number, evaluator in enumerate(state.evaluators):
            if evaluator.stands:
                yield from self._while_standing(state, number, evaluator)
            else:
                yield from self._evaluate(state, number, evaluator)
                yield from _faults(state, number, evaluator)
        yield from self._changes(state)
        for active in state.active:
            left = tuple(each for each in state.active if each != active)
            yield Step(f"the enrollment for {active} ends", state._replace(active=left))
        if state.clock < max(self.world.due):
            yield Step("time passes", state._replace(clock=state.clock + 1))

    # What held: workflows.store.lookup, in_force.

    def _in_force(self, state: State, due: int) -> Held:
        kind, change = self.world.change, state.change
        is_committed = change.phase in ("COMMITTED", "ANSWERED", "RESUMED")
        counts = is_committed and change.effective < due
        plan = _AFTER[kind] if counts and kind in _AFTER else _BEFORE
        is_off = is_committed and kind == "off"
        is_paused = is_committed and kind == "pause" and change.phase != "RESUMED"
        return Held(plan, not (is_off and counts), not is_off, is_paused)

    def _decide(self, state: State, number: int) -> Verdict:
        return decide(self._in_force(state, self.world.due[number]), was_paused=state.change.phase == "RESUMED")

    # What an evaluator does: handlers.evaluating.

    def _evaluate(self, state: State, number: int, evaluator: Evaluator) -> Iterator[Step]:
        name = f"evaluator {number}"
        match evaluator.phase:
            case "AWAY" | "SEEN":
                yield from self._begin(state, number, evaluator)
            case "HOLDS":
                yield from self._take(state, number, evaluator)
            case "HEAD":
                yield self._judge(state, number, evaluator)
            case "DECIDED" if self.world.deadly:
                yield Step(f"{name} is killed by the work", _with(state, number, Evaluator()))
            case "DECIDED":
                already = evaluator.already if self.without is Rule.SNAPSHOT_AFTER_LOCK else bool(state.active)
                found = evaluator._replace(phase="FOUND", already=already)
                yield Step(f"{name} takes its snapshot", _with(state, number, found))
            case "FOUND" | "SKIPS":
                if not self._is_row_held(state):
                    yield self._write(state, number, evaluator)

    def _begin(self, state: State, number: int, evaluator: Evaluator) -> Iterator[Step]:
        """Try to hold EVALUATE, without waiting (`try_lock`)."""
        if not any(each.state == "DUE" and due <= state.clock for each, due in self._all(state)):
            return
        if self.without is Rule.SNAPSHOT_AFTER_LOCK and evaluator.phase == "AWAY":
            seen = evaluator._replace(phase="SEEN", already=bool(state.active))
            yield Step(f"evaluator {number} reads who is active", _with(state, number, seen))
        elif self.without is Rule.ONE_EVALUATOR or not any(_holds(other) for other in state.evaluators):
            yield Step(f"evaluator {number} holds EVALUATE", _with(state, number, evaluator._replace(phase="HOLDS")))

    def _take(self, state: State, number: int, evaluator: Evaluator) -> Iterator[Step]:
        """Take the head (`occurrence`), and count the attempt (`count_attempt`)."""
        ready = [
            place for place, (each, due) in enumerate(self._all(state)) if each.state == "DUE" and due <= state.clock
        ]
        for place in ready if self.without is Rule.IN_ORDER else ready[:1]:
            taken = _with(state, number, evaluator._replace(phase="HEAD", taken=place))
            yield Step(f"evaluator {number} takes {place}", self._counted(taken, number, place))
        if not ready:
            yield Step(f"evaluator {number} finds nothing due", _with(state, number, Evaluator()))

    def _counted(self, state: State, number: int, place: int) -> State:
        occurrence = state.occurrences[place]
        if not self.world.deadly or self.without is Rule.ATTEMPTS_COUNTED:
            return state
        if occurrence.attempts >= ATTEMPTS_AT_MOST:
            return _with(_put(state, place, occurrence._replace(state="FAILED")), number, Evaluator())
        return _put(state, place, occurrence._replace(attempts=occurrence.attempts + 1))

    def _judge(self, state: State, number: int, evaluator: Evaluator) -> Step:
        name = f"evaluator {number} decides"
        match self._decide(state, evaluator.taken):
            case Evaluate(revision) | UnlessLater(revision):
                decided = evaluator._replace(phase="DECIDED", plan=plan_of(revision))
                return Step(name, _with(state, number, decided))
            case Skip():
                return Step(name, _with(state, number, evaluator._replace(phase="SKIPS")))
            case Wait():
                return Step(name, _with(state, number, Evaluator()))

    def _write(self, state: State, number: int, evaluator: Evaluator) -> Step:
        """Decide again and write, in one transaction that keeps the row as it is (`lock_shared`)."""
        name, place = f"evaluator {number} writes {evaluator.taken}", evaluator.taken
        verdict = self._decide(state, place)
        if evaluator.phase == "SKIPS":
            if not isinstance(verdict, Skip):
                return Step(name, _with(state, number, evaluator._replace(phase="HEAD")))
            return Step(name, self._settled(state, number, place, Occurrence("SKIPPED")))
        if self.without is not Rule.DECIDED_AGAIN and not self._is_same(verdict, evaluator.plan):
            return Step(name, _with(state, number, evaluator._replace(phase="HEAD")))
        settled = self._settled(state, number, place, Occurrence("EVALUATED", evaluator.plan))
        if isinstance(settled, Broken) or evaluator.already:
            return Step(name, settled)
        active = Broken.ACTIVE_TWICE if state.active else settled._replace(active=(place,))
        return Step(name, active)

    def _is_same(self, verdict: Verdict, plan: Plan) -> bool:
        if not isinstance(verdict, Evaluate | UnlessLater):
            return False
        found = plan_of(verdict.revision)
        return found.revision == plan.revision if self.without is Rule.ZONE_COMPARED else found == plan

    def _settled(self, state: State, number: int, place: int, occurrence: Occurrence) -> State | Broken:
        if state.occurrences[place].state != "DUE":
            return Broken.ENDED_TWICE
        if any(each.state == "DUE" for each in state.occurrences[:place]):
            return Broken.OUT_OF_ORDER
        is_answered = state.change.phase == "ANSWERED" and occurrence.state == "EVALUATED"
        if is_answered and self.world.change in ("off", "pause"):
            return Broken.RAN_WHILE_OFF if self.world.change == "off" else Broken.RAN_WHILE_PAUSED
        return self._checked(_with(_put(state, place, occurrence), number, Evaluator()))

    def _checked(self, state: State) -> State | Broken:
        """Hold what was evaluated against what is known now to have been in force."""
        for occurrence, due in self._all(state):
            held = self._in_force(state, due)
            if occurrence.state == "EVALUATED" and not held.was_on:
                return Broken.RAN_WHILE_OFF
            if occurrence.state == "EVALUATED" and occurrence.plan != held.plan:
                return Broken.WRONG_REVISION
        return state

    def _all(self, state: State) -> Iterator[tuple[Occurrence, int]]:
        return zip(state.occurrences, self.world.due, strict=True)

    # What a change does: workflows.handlers.

    def _is_row_held(self, state: State) -> bool:
        return state.change.phase in ("LOCKED", "DECIDED") and self.without is not Rule.ROW_LOCKED

    def _changes(self, state: State) -> Iterator[Step]:
        kind, change = self.world.change, state.change
        match change.phase:
            case "BEFORE" if self.without is Rule.CLOCK_UNDER_ROW:
                yield Step(f"{kind} reads the clock", state._replace(change=Change("READ", state.clock)))
            case "BEFORE":
                yield Step(f"{kind} locks the row", state._replace(change=Change("LOCKED")))
            case "READ":
                yield Step(f"{kind} locks the row", state._replace(change=change._replace(phase="DECIDED")))
            case "LOCKED":
                yield Step(f"{kind} reads the clock", state._replace(change=Change("DECIDED", state.clock)))
            case "DECIDED":
                committed = state._replace(change=change._replace(phase="COMMITTED"))
                yield Step(f"{kind} commits", self._checked(committed))
            case "COMMITTED":
                yield Step(f"{kind} answers", state._replace(change=change._replace(phase="ANSWERED")))
            case "ANSWERED" if kind == "pause":
                yield Step("resume", state._replace(change=change._replace(phase="RESUMED")))
            case "ANSWERED" | "RESUMED":
                pass

    def _while_standing(self, state: State, number: int, evaluator: Evaluator) -> Iterator[Step]:
        if evaluator.has_session and self.without is not Rule.SESSION_ENDED:
            ended = evaluator._replace(has_session=False)
            yield Step(f"the session of evaluator {number} is ended", _with(state, number, ended))
        keeps = evaluator.has_session or self.without is Rule.ON_ITS_SESSION
        following = evaluator._replace(stands=False) if keeps else Evaluator()
        yield Step(f"evaluator {number} goes on", _with(state, number, following), helps=False)


def _holds(evaluator: Evaluator) -> bool:
    return evaluator.has_session and evaluator.phase not in ("AWAY", "SEEN")


def _faults(state: State, number: int, evaluator: Evaluator) -> Iterator[Step]:
    if evaluator.phase == "AWAY":
        return
    if state.kills:
        killed = _with(state, number, Evaluator())._replace(kills=state.kills - 1)
        yield Step(f"evaluator {number} is killed", killed, helps=False)
    if state.stops:
        stopped = _with(state, number, evaluator._replace(stands=True))._replace(stops=state.stops - 1)
        yield Step(f"evaluator {number} stands still", stopped, helps=False)


def _with(state: State, number: int, evaluator: Evaluator) -> State:
    """Put an evaluator in its place; which of the two is which makes no difference."""
    return state._replace(evaluators=tuple(sorted((evaluator, state.evaluators[1 - number]))))


def _put(state: State, place: int, occurrence: Occurrence) -> State:
    occurrences = (*state.occurrences[:place], occurrence, *state.occurrences[place + 1 :])
    return state._replace(occurrences=occurrences)
