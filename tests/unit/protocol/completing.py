"""Completing: an occurrence whose cohorts end under workers, and passes that look for its end.

What the handlers `evaluating`, `advancing` and `completing` write is written here in single transactions, as theirs
are; a rule taken away cuts one in two, or lets the workers look themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from tests.unit.protocol.explorer import Broken, Step


class Rule(StrEnum):
    """What makes an occurrence end once, and not early; each can be taken away."""

    LOOKED_LATER = "a pass looks for the end, and not the worker that has ended a cohort, after its commit"
    NOT_INSIDE = "nobody looks for the end in the transaction that ends a cohort"
    STATE_READ = "the pass reads the occurrence's state under the lock of its row"
    STORED_AT_ONCE = "the cohorts are stored in the transaction that says that it is evaluated"
    REGROUPED_AT_ONCE = "the cohorts that a claim makes are stored in the transaction that ends the old ones"


class State(NamedTuple):
    """The occurrence, how many actions each of its cohorts still has, what is under way, and kills to come.

    `torn`: cohorts that a transaction cut in two has still to store. `ending`: workers inside a transaction that ends a
    cohort, and whether they saw another one. `looking`: workers that have still to look. `passes`: how far each is.
    """

    stage: Literal["DUE", "EVALUATED", "COMPLETED"] = "DUE"
    cohorts: tuple[int, ...] = ()
    torn: tuple[int, ...] = ()
    ending: tuple[bool, ...] = ()
    looking: int = 0
    passes: tuple[Literal["AWAY", "LISTED", "HOLDS"], ...] = ("AWAY", "AWAY")
    kills: int = 0


@dataclass(frozen=True, slots=True)
class Completing:
    """The model; see Model. `cohorts`: the actions that each cohort of the evaluation has before it."""

    cohorts: tuple[int, ...]
    kills: int = 0
    without: Rule | None = None

    def begin(self) -> State:
        """See Model."""
        return State(kills=self.kills)

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return state.stage == "COMPLETED" and not state.cohorts

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        if state.stage == "DUE":
            yield self._evaluate(state)
        if state.torn:
            stored = state._replace(cohorts=tuple(sorted((*state.cohorts, *state.torn))), torn=())
            is_early = state.stage == "COMPLETED"
            yield Step("the cohorts are stored", Broken.COMPLETED_EARLY if is_early else stored)
        for actions in sorted(set(state.cohorts)):
            yield from self._act(state, actions)
        yield from self._look(state)
        if self.without not in (Rule.LOOKED_LATER, Rule.NOT_INSIDE):
            for number in range(len(state.passes)):
                yield from self._pass(state, number)

    def _evaluate(self, state: State) -> Step:
        if self.without is Rule.STORED_AT_ONCE:
            return Step("the occurrence is evaluated", state._replace(stage="EVALUATED", torn=self.cohorts))
        return Step(
            "the occurrence is evaluated", state._replace(stage="EVALUATED", cohorts=tuple(sorted(self.cohorts)))
        )

    def _act(self, state: State, actions: int) -> Iterator[Step]:
        """Let a worker do the next action of a cohort; after the last the cohort ends."""
        cohorts = list(state.cohorts)
        cohorts.remove(actions)
        left = tuple(cohorts)
        if actions > 1 and self.without is Rule.REGROUPED_AT_ONCE:
            yield Step("a worker ends the old cohort", state._replace(cohorts=left, torn=(*state.torn, actions - 1)))
        elif actions > 1:
            yield Step("a worker acts", state._replace(cohorts=tuple(sorted((*left, actions - 1)))))
        elif self.without is Rule.NOT_INSIDE:
            yield from self._inside(state, left)
        else:
            looking = state.looking + (self.without is Rule.LOOKED_LATER)
            yield Step("a worker ends a cohort", state._replace(cohorts=left, looking=looking))

    def _inside(self, state: State, left: tuple[int, ...]) -> Iterator[Step]:
        """End a cohort in a transaction that also looks: it does not see what others have not committed."""
        if len(state.ending) < state.cohorts.count(1):
            saw_another = bool(left)
            yield Step("a worker looks, and ends a cohort", state._replace(ending=(*state.ending, saw_another)))

    def _look(self, state: State) -> Iterator[Step]:
        for saw_another in sorted(set(state.ending)):
            ending = list(state.ending)
            ending.remove(saw_another)
            committed = state._replace(cohorts=state.cohorts[1:], ending=tuple(ending))
            yield Step("the worker commits", committed if saw_another else _completed(committed))
        if state.looking:
            looked = state._replace(looking=state.looking - 1)
            is_over = not state.cohorts and state.stage == "EVALUATED"
            yield Step("a worker looks", _completed(looked) if is_over else looked)
            if state.kills:
                killed = looked._replace(kills=state.kills - 1)
                yield Step("the worker is killed before it looks", killed, helps=False)

    def _pass(self, state: State, number: int) -> Iterator[Step]:
        """List what may be over (`without_cohorts`), hold EVALUATE, then look again under the row's lock (`lock`)."""
        match state.passes[number]:
            case "AWAY":
                if state.stage == "EVALUATED" and not state.cohorts:
                    yield Step(f"pass {number} lists it", _with(state, number, "LISTED"))
            case "LISTED":
                if "HOLDS" not in state.passes:
                    yield Step(f"pass {number} holds EVALUATE", _with(state, number, "HOLDS"))
            case "HOLDS":
                done = _with(state, number, "AWAY")
                is_over = not state.cohorts and (state.stage == "EVALUATED" or self.without is Rule.STATE_READ)
                yield Step(f"pass {number} looks", _completed(done) if is_over else done)
        if state.kills and state.passes[number] != "AWAY":
            killed = _with(state, number, "AWAY")._replace(kills=state.kills - 1)
            yield Step(f"pass {number} is killed", killed, helps=False)


def _completed(state: State) -> State | Broken:
    return Broken.ENDED_TWICE if state.stage == "COMPLETED" else state._replace(stage="COMPLETED")


def _with(state: State, number: int, phase: Literal["AWAY", "LISTED", "HOLDS"]) -> State:
    passes = tuple(phase if each == number else other for each, other in enumerate(state.passes))
    return state._replace(passes=passes)
