"""The queue of a workflow: what people ask for one record, to be enrolled and to leave, and a worker beside.

A person asks one wish after the other, each once the one before has its answer. The evaluator takes the head of the
queue; the product's own `first_of` says which that is. A worker that has the record's cohort lets it leave by a request
that is filed, wherever that stands in the queue. An enrollment remembers which wish it came from, so it can be told
whether a request ended one that was asked for after it, or missed one that was asked for before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from uuid import UUID

from executor_service.execution.domain.occurrences import Occurrence
from executor_service.execution.domain.requests import Request, first_of
from tests.unit.protocol.explorer import Broken, Step

_BEGIN: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)
_NONE: Final = -1


class Rule(StrEnum):
    """What keeps wishes in their order; each can be taken away."""

    ONE_ORDER = "occurrences and requests of a workflow are one queue"
    ONE_SNAPSHOT = "the first occurrence and the first request are read in one snapshot"
    ENDED_AT_HEAD = "a request by which a record has left stays pending until it is at the head"
    OWNED_WAITS = "a request waits for a cohort that has an owner"


class State(NamedTuple):
    """The wishes still to be asked, those that wait, what the evaluator has read, and the record's enrollment.

    Wishes are numbered from 0. `active`: the wish that the record's enrollment came from; `owned`: a worker has its
    cohort; `seen`: the first occurrence that was read, or that there was none; `head`: what is taken from the queue.
    """

    asked: int = 0
    waiting: tuple[int, ...] = ()
    active: int = _NONE
    owned: bool = False
    seen: int | None = None
    head: int = _NONE
    ended: tuple[int, ...] = ()
    kills: int = 0


@dataclass(frozen=True, slots=True)
class Queues:
    """The model; see Model. `wishes`: `+` to be enrolled, `-` to leave, in the order in which they are asked."""

    wishes: str
    kills: int = 0
    without: Rule | None = None

    def begin(self) -> State:
        """See Model."""
        return State(kills=self.kills)

    def has_ended(self, state: State) -> bool:
        """See Model."""
        return state.asked == len(self.wishes) and not state.waiting and state.active == _NONE

    def steps(self, state: State) -> Iterator[Step]:
        """See Model."""
        if state.asked < len(self.wishes):
            asked = state._replace(asked=state.asked + 1, waiting=(*state.waiting, state.asked))
            yield Step(f"{self._told(state.asked)} is asked", asked)
        yield from self._take(state)
        yield from self._work(state)
        if state.kills and (state.owned or state.seen is not None or state.head != _NONE):
            killed = state._replace(seen=None, head=_NONE, kills=state.kills - 1)
            yield Step("the evaluator is killed", killed, helps=False)

    # What the evaluator does: handlers.evaluating and leaving, store.queue.

    def _take(self, state: State) -> Iterator[Step]:
        if state.head != _NONE:
            yield from self._apply(state, state.head)
        elif self.without is Rule.ONE_ORDER:
            for kind in "+-":
                if (first := self._first(state, kind)) != _NONE:
                    yield Step(f"the evaluator takes {self._told(first)}", state._replace(head=first))
        elif self.without is not Rule.ONE_SNAPSHOT:
            yield from self._chosen(state, self._first(state, "+"))
        elif state.seen is None:
            if state.waiting or state.asked < len(self.wishes):
                yield Step("the evaluator reads the first occurrence", state._replace(seen=self._first(state, "+")))
        else:
            yield from self._chosen(state, state.seen)

    def _first(self, state: State, kind: str) -> int:
        return next((wish for wish in state.waiting if self.wishes[wish] == kind), _NONE)

    def _chosen(self, state: State, occurrence: int) -> Iterator[Step]:
        """Take the one of the first occurrence and the first request that stands before the other."""
        head = _head(occurrence, self._first(state, "-"))
        if head != _NONE:
            yield Step(f"the evaluator takes {self._told(head)}", state._replace(head=head, seen=None))
        elif state.seen is not None:
            yield Step("the evaluator finds nothing", state._replace(seen=None))

    def _apply(self, state: State, wish: int) -> Iterator[Step]:
        done = state._replace(waiting=tuple(each for each in state.waiting if each != wish), head=_NONE)
        if self.wishes[wish] == "+":
            yield self._enroll(done, wish)
        elif state.active == _NONE:
            yield Step(f"{self._told(wish)} finds nobody", self._left(done, wish))
        elif state.owned and self.without is not Rule.OWNED_WAITS:
            yield Step(f"{self._told(wish)} waits for the cohort's owner", state._replace(head=_NONE))
        elif state.owned:
            yield Step(f"{self._told(wish)} passes the cohort that has an owner", self._left(done, wish))
        else:
            yield Step(f"{self._told(wish)} lets the record leave", self._leave(done, wish, ends=True))

    def _enroll(self, state: State, wish: int) -> Step:
        if state.active == _NONE:
            enrolled = state._replace(active=wish)
            missed = any(request > wish for request in state.ended)
            return Step(f"{self._told(wish)} enrolls", Broken.UNENROLLMENT_MISSED if missed else enrolled)
        between = range(state.active + 1, wish)
        is_wrong = any(self.wishes[each] == "-" for each in between)
        return Step(f"{self._told(wish)} is refused", Broken.WRONGLY_REFUSED if is_wrong else state)

    def _leave(self, state: State, wish: int, *, ends: bool) -> State | Broken:
        if state.active > wish:
            return Broken.YOUNGER_ENDED
        left = state._replace(active=_NONE, owned=False)
        return self._left(left, wish) if ends else left

    def _left(self, state: State, wish: int) -> State | Broken:
        """End a request: no enrollment may be active that was asked for before it."""
        if _NONE < state.active < wish:
            return Broken.UNENROLLMENT_MISSED
        return state._replace(ended=(*state.ended, wish))

    # What a worker does: handlers.advancing and departing.

    def _work(self, state: State) -> Iterator[Step]:
        if state.active == _NONE:
            return
        if not state.owned:
            yield Step("a worker claims the record's cohort", state._replace(owned=True))
            return
        request = self._first(state, "-")
        if request == _NONE:
            yield Step("the worker's action is the last", state._replace(active=_NONE, owned=False))
            return
        name = f"the worker lets the record leave by {self._told(request)}"
        if self.without is Rule.ENDED_AT_HEAD:
            waiting = tuple(each for each in state.waiting if each != request)
            yield Step(name, self._leave(state._replace(waiting=waiting, head=_NONE), request, ends=True))
        else:
            yield Step(name, self._leave(state, request, ends=False))

    def _told(self, wish: int) -> str:
        word: Literal["enrollment", "unenrollment"] = "enrollment" if self.wishes[wish] == "+" else "unenrollment"
        return f"{word} {wish}"


@lru_cache
def _head(occurrence: int, request: int) -> int:
    first = first_of(
        None if occurrence == _NONE else _occurrence(occurrence),
        None if request == _NONE else Request(UUID(int=request), 1, _BEGIN + timedelta(seconds=request)),
    )
    return _NONE if first is None else first.id.int


def _occurrence(wish: int) -> Occurrence:
    return Occurrence(
        id=UUID(int=wish),
        workflow_id=1,
        object_type_id="0-1",
        trigger="MANUAL",
        due_at=_BEGIN + timedelta(seconds=wish),
        nominal=None,
        named_revision="1",
        revision=None,
        state="DUE",
        attempts=0,
        failure=None,
        version=1,
        names_records=True,
    )
