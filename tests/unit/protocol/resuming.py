"""Pauses and what came due in them: spans of the workflow and of the account, resumed, with messages that come late.

An instant is a number; an occurrence is due at one, and its message arrives then or later. What becomes of it is
decided by the product's own `end_of_pause` and `decide_occurrence`, and judged by counting instants. Evaluating is one
step, as `evaluating` shows that it may be.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from executor_service.execution.domain.occurrences import Evaluate, Skip, UnlessLater, Verdict, Wait, decide_occurrence
from executor_service.workflows.domain.pauses import PauseSpan, end_of_pause
from executor_service.workflows.domain.revision import EndedPause, Graph, InForce, Revision
from tests.unit.protocol.explorer import Broken, Step

_BEGIN: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)
_OPEN: Final = -1
_REVISION: Final = Revision(
    workflow_id=1,
    revision=1,
    object_type_id="0-1",
    tree=None,
    graph=Graph(None, {}),
    schedule=None,
    time_zone_id="UTC",
)

Policy = Literal["LATEST", "ALL", "NONE"]
Fate = Literal["", "DUE", "RAN", "PAUSED", "EDITED"]
"""What an occurrence is: its message has not arrived, waits, ran, was skipped."""


class Rule(StrEnum):
    """What keeps pauses right; each can be taken away."""

    EVALUATOR_DECIDES = "resuming stores the span alone, and the evaluator decides"
    VALID_ONES_COUNT = "only a later occurrence that is valid stands in the way of an older one"
    ROW_LOCKED = "pause and resume lock the row before they read whether it is paused"
    SPANS_UNITED = "spans of the workflow and of the account that meet are one pause"


class Span(NamedTuple):
    """A pause, of the workflow or of the account; `end` is -1 while it goes on."""

    whose: int
    begin: int
    end: int = _OPEN


class State(NamedTuple):
    """The clock, what became of each occurrence, the spans, pauses still to come, what was read without a lock."""

    clock: int
    fates: tuple[Fate, ...]
    spans: tuple[Span, ...] = ()
    pauses: tuple[int, ...] = ()
    read: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Resuming:
    """The model; see Model. `due`: when each occurrence is; `edited`: which are not valid; `pauses`: of each kind."""

    due: tuple[int, ...]
    policy: Policy
    edited: tuple[int, ...] = ()
    pauses: tuple[int, ...] = (1,)
    last: int = 4
    without: Rule | None = None

    def begin(self) -> State:
        """See Model."""
        unknown: Fate = ""
        return State(0, (unknown,) * len(self.due), pauses=self.pauses)

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return state.clock == self.last and not any(each in ("", "DUE") for each in state.fates)

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        if state.clock < self.last:
            yield Step("time passes", state._replace(clock=state.clock + 1))
        for place, due in enumerate(self.due):
            if not state.fates[place] and due <= state.clock:
                yield Step(f"the message of {due} arrives", _put(state, place, "DUE"))
        for whose in range(len(self.pauses)):
            yield from self._switch(state, whose)
        head = next((place for place in range(len(self.due)) if state.fates[place] == "DUE"), None)
        if head is not None:
            yield from self._evaluate(state, head)

    # What pause and resume do: workflows.handlers, account.handlers.

    def _switch(self, state: State, whose: int) -> Iterator[Step]:
        name = "the account" if whose else "the workflow"
        is_paused = any(span.whose == whose and span.end == _OPEN for span in state.spans)
        if self.without is Rule.ROW_LOCKED and state.pauses[whose] and not is_paused:
            yield Step(f"{name} is read not to be paused", _spent(state, whose)._replace(read=(*state.read, whose)))
        elif state.pauses[whose] and not is_paused:
            yield Step(f"{name} is paused", _paused(_spent(state, whose), whose))
        if whose in state.read:
            read = list(state.read)
            read.remove(whose)
            yield Step(f"{name} is paused", _paused(state._replace(read=tuple(read)), whose))
        if is_paused:
            yield Step(f"{name} is resumed", self._resumed(state, whose))

    def _resumed(self, state: State, whose: int) -> State | Broken:
        spans = tuple(
            span._replace(end=state.clock) if span.whose == whose and span.end == _OPEN else span
            for span in state.spans
        )
        resumed = state._replace(spans=spans)
        if self.without is not Rule.EVALUATOR_DECIDES:
            return resumed
        for place, fate in enumerate(state.fates):
            if fate == "DUE" and self._pause_of(resumed, place) is not None:
                decided = self._decided(resumed, place, self._verdict(resumed, place))
                if isinstance(decided, Broken):
                    return decided
                resumed = decided
        return resumed

    # What the evaluator does: handlers.evaluating.

    def _evaluate(self, state: State, place: int) -> Iterator[Step]:
        verdict = self._verdict(state, place)
        if self.without is Rule.EVALUATOR_DECIDES and not isinstance(verdict, Wait):
            verdict = _decide(None, self.policy, is_paused=False, is_edited=place in self.edited)
        if not isinstance(verdict, Wait):
            yield Step(f"the evaluator decides {self.due[place]}", self._decided(state, place, verdict))

    def _verdict(self, state: State, place: int) -> Verdict:
        """Decide by the rows (`in_force`, `pauses`)."""
        is_partial = self.without is Rule.SPANS_UNITED
        spans = tuple(span for span in state.spans if not (is_partial and span.whose))
        is_paused = any(span.end == _OPEN for span in state.spans)
        end = _end_of(self.due[place], spans)
        return _decide(end, self.policy, is_paused=is_paused, is_edited=place in self.edited)

    def _decided(self, state: State, place: int, verdict: Verdict) -> State | Broken:
        match verdict:
            case Skip("PAUSED"):
                return self._judged(state, place, "PAUSED")
            case Skip():
                return _put(state, place, "EDITED")
            case Evaluate():
                return self._judged(state, place, "RAN")
            case UnlessLater(_, upto):
                is_passed = self._has_later(state, place, _number(upto))
                return self._judged(state, place, "PAUSED" if is_passed else "RAN")
            case Wait():
                return state

    def _has_later(self, state: State, place: int, upto: int) -> bool:
        """Tell whether a later occurrence of the pause runs or ran (`newest`)."""
        return any(
            self.due[place] < self.due[later] <= upto
            and (self._runs(state, later) or self._counts_anyhow(state, later))
            for later in range(len(self.due))
        )

    def _runs(self, state: State, place: int) -> bool:
        return state.fates[place] == "RAN" or (state.fates[place] == "DUE" and place not in self.edited)

    def _counts_anyhow(self, state: State, place: int) -> bool:
        return self.without is Rule.VALID_ONES_COUNT and bool(state.fates[place])

    # What was promised, by counting instants.

    def _pause_of(self, state: State, place: int) -> int | None:
        """Return the last instant of the pause that an occurrence came due in; None for none, or one that goes on."""
        at = self.due[place]
        if not _covers(state.spans, at):
            return None
        while _covers(state.spans, at + 1):
            at += 1
            if at > self.last:
                return None
        return at

    def _judged(self, state: State, place: int, fate: Fate) -> State | Broken:
        end = self._pause_of(state, place)
        if any(span.end == _OPEN for span in state.spans):
            return Broken.RAN_WHILE_PAUSED
        if end is not None:
            is_passed = any(
                self.due[place] < self.due[later] <= end and self._runs(state, later) for later in range(len(self.due))
            )
            if fate == "RAN" and self.policy == "NONE":
                return Broken.RAN_UNDER_NONE
            if fate == "RAN" and self.policy == "LATEST" and is_passed:
                return Broken.RAN_THE_OLDER
            if fate == "PAUSED" and (self.policy == "ALL" or (self.policy == "LATEST" and not is_passed)):
                return Broken.NEWEST_NOT_RUN
        return _put(state, place, fate)


def _paused(state: State, whose: int) -> State | Broken:
    if any(span.whose == whose and span.end in (_OPEN, state.clock + 1) for span in state.spans):
        return Broken.SPANS_OVERLAP
    return state._replace(spans=tuple(sorted((*state.spans, Span(whose, state.clock)))))


def _spent(state: State, whose: int) -> State:
    pauses = tuple(left - (kind == whose) for kind, left in enumerate(state.pauses))
    return state._replace(pauses=pauses)


def _put(state: State, place: int, fate: Fate) -> State:
    return state._replace(fates=(*state.fates[:place], fate, *state.fates[place + 1 :]))


def _covers(spans: Iterable[Span], at: int) -> bool:
    """Tell whether an instant lies in a span: after its begin, strictly, and up to its end."""
    return any(span.begin < at and (span.end == _OPEN or at <= span.end) for span in spans)


@lru_cache
def _end_of(due: int, spans: tuple[Span, ...]) -> datetime | None:
    told = [PauseSpan(_instant(span.begin), None if span.end == _OPEN else _instant(span.end)) for span in spans]
    return end_of_pause(_instant(due), told)


@lru_cache
def _decide(end: datetime | None, policy: Policy, *, is_paused: bool, is_edited: bool) -> Verdict:
    in_force = InForce(
        on=True,
        on_now=True,
        deleted=False,
        schedule="EDITED" if is_edited else "NAMED",
        revision=_REVISION,
        paused_now=is_paused,
        pause=None if end is None else EndedPause(end, policy),
    )
    return decide_occurrence(in_force, is_skipped=False)


def _instant(number: int) -> datetime:
    return _BEGIN + timedelta(hours=number)


def _number(instant: datetime) -> int:
    return int((instant - _BEGIN) / timedelta(hours=1))
