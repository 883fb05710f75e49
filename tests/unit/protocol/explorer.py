"""Explores every state that a model can reach, breadth first, so that what it finds first is shortest.

A model is a few processes that share a database. A state is everything that can be told apart, frozen and hashable; a
step is one transaction, or one statement that takes a lock or a snapshot, since whatever happens between two of these
can happen in either order. A step may break a promise: then it leads to a `Broken` instead of a state.

Besides the promises there is one for all models: from every state an end can be reached without another fault, and
without a process that stands still going on. A state from which none can is `Broken.NEVER_ENDS`.

A rule of the product is taken away by giving the model a `without`. All rules on, nothing may be found; with one taken
away, what it is good for.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

State = TypeVar("State", bound=Hashable)


class Broken(StrEnum):
    """The promises that a step, or the lack of one, can break."""

    NEVER_ENDS = "no end can be reached any more"
    ACTED_TWICE = "a record was acted on where it was not any more"
    ACTED_FOR_ANOTHER_OCCURRENCE = "a record was acted on under an occurrence that did not enroll it"
    ACTED_EARLY = "a record was acted on before its instant"
    ACTED_ON_ANOTHER_VISIT = "a record was acted on under another visit"
    WALKED_ANOTHER_WAY = "a record was acted on that came by another number of actions"
    ACTED_THOUGH_TO_LEAVE = "a record was acted on although the request that it leave was visible"
    BEGAN_AFTER_THE_ANSWER = "an action began after pause, or turning off, had answered"
    STREAM_WRITTEN_TWICE = "one version of a stream was written twice"
    COHORT_MADE_TWICE = "one cohort id was made twice"
    ACTIVE_TWICE = "a record is active twice in one workflow"
    WRONG_REVISION = "an occurrence ran under a plan that was not in force at its instant"
    RAN_WHILE_OFF = "an occurrence ran whose workflow was off at its instant"
    RAN_WHILE_PAUSED = "an occurrence ran after pause had answered"
    OUT_OF_ORDER = "an occurrence was decided before an older one"
    ENDED_TWICE = "an occurrence ended twice"
    COMPLETED_EARLY = "an occurrence was completed while it had an active enrollment"
    RAN_UNDER_NONE = "an occurrence of a pause ran although the policy is NONE"
    RAN_THE_OLDER = "an older occurrence of a pause ran although the newest was known"
    NEWEST_NOT_RUN = "the newest valid occurrence of a pause was skipped"
    SPANS_OVERLAP = "two pauses of one workflow overlap"
    UNENROLLMENT_MISSED = "a record is active that was asked to leave after it was asked to be enrolled"
    YOUNGER_ENDED = "a request ended an enrollment that was asked for after it"
    WRONGLY_REFUSED = "a record was already enrolled that was asked to leave before"
    HEALTHY_FAILED = "a record failed that no action ever raised for"
    TOO_MANY_LOSSES = "one record cost more than five losses"
    LEFT_OUT = "the cursor passed a message that does not stand in the topic"
    REORDERED = "a reader got a message of a key after a younger one, and dropped it"
    FAILURE_TWICE = "one message was recorded as not published twice"
    REPUBLISHING_LOST = "the topic was asked for from the start and is not published again"
    TAKEN_OUT = "a message was deleted that the cursor had passed"


class Step(NamedTuple):
    """What happens, and what is then. `helps`: it counts as a way to an end; a fault does not."""

    name: str
    state: Hashable | Broken
    helps: bool = True


class Model(Protocol[State]):
    """What the explorer asks of a model."""

    def begin(self) -> State:
        """Return the state in which everything begins."""
        ...

    def steps(self, state: State) -> Iterable[Step]:
        """Return what may happen next, in any order."""
        ...

    def has_ended(self, state: State) -> bool:
        """Tell whether everything that was promised has come about."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What an exploration found: how many states there are, and the shortest way to what is broken, if anything is."""

    states: int
    broken: Broken | None = None
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{number:>3} {name}" for number, name in enumerate(self.path, 1)]
        return "\n".join([f"{self.states} states; {self.broken or 'nothing is broken'}", *lines])


class TooManyStatesError(Exception):
    """A model whose states are more than a test may take."""

    def __init__(self, states: int) -> None:
        super().__init__(f"more than {states} states")
        self.states = states


def explore(model: Model[State], *, most: int = 400_000) -> Found:
    """Explore a model; raises TooManyStatesError beyond `most` states."""
    begin = model.begin()
    came_from: dict[Hashable, tuple[Hashable, str] | None] = {begin: None}
    helped_from: dict[Hashable, list[Hashable]] = {}
    ends: list[Hashable] = []
    waiting: deque[State] = deque([begin])
    while waiting:
        state = waiting.popleft()
        if model.has_ended(state):
            ends.append(state)
        for name, following, helps in model.steps(state):
            if isinstance(following, Broken):
                return Found(len(came_from), following, (*_path(came_from, state), name))
            if helps:
                helped_from.setdefault(following, []).append(state)
            if following not in came_from:
                came_from[following] = (state, name)
                waiting.append(following)  # type: ignore[arg-type] # a model leads from its states to its states
        if len(came_from) > most:
            raise TooManyStatesError(most)
    stuck = _first_stuck(came_from, helped_from, ends)
    return Found(len(came_from)) if stuck is None else Found(len(came_from), Broken.NEVER_ENDS, _path(came_from, stuck))


def _path(came_from: Mapping[Hashable, tuple[Hashable, str] | None], state: Hashable) -> tuple[str, ...]:
    return tuple(reversed(list(_backwards(came_from, state))))


def _backwards(came_from: Mapping[Hashable, tuple[Hashable, str] | None], state: Hashable) -> Iterator[str]:
    while (before := came_from[state]) is not None:
        state, name = before
        yield name


def _first_stuck(
    states: Iterable[Hashable], helped_from: Mapping[Hashable, Sequence[Hashable]], ends: Sequence[Hashable]
) -> Hashable | None:
    """Return the state nearest to the beginning from which no end can be reached; None when there is none."""
    can_end = set(ends)
    waiting = list(ends)
    while waiting:
        for before in helped_from.get(waiting.pop(), ()):
            if before not in can_end:
                can_end.add(before)
                waiting.append(before)
    return next((state for state in states if state not in can_end), None)
