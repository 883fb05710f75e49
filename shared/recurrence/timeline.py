"""A schedule's outcomes in the order of their instants.

A rule names wall times in their own order. Instants follow the same order but near a clock change: a time moved out
of a gap (02:30 → 03:30) comes after 03:00, and the second pass of 02:00 comes after the first of 02:45. So outcomes
wait in a heap until no later nominal time can come before them. That moment is known from the last nominal time
alone: every later one is due no earlier than its wall time under the greater of its two offsets (`WallClock.floor`).
Away from clock changes nothing waits, and an outcome is handed on as it is made.

Outcomes of one instant wait together, and there they are merged (SCHEDULES N12): the nominal time that equals the
local time is kept, else the earliest. Skips come before the occurrence of the same instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from shared.recurrence.clock import WallClock
from shared.recurrence.forms import CalendarForm, MissingTime, NominalTime
from shared.recurrence.outcomes import Occurrence, Outcome, Resolution, Skip, SkipReason
from shared.recurrence.progress import Progress

_INSTANT = timedelta(microseconds=1)


class Step(NamedTuple):
    """An outcome, and the earliest nominal position that was named before it and still waits, if any."""

    outcome: Outcome
    waiting: datetime | None


def walk(schedule: CalendarForm, clock: WallClock, start: datetime, done: Progress | None = None) -> Iterator[Step]:
    """Yield what the nominal times from `start` on come to, ordered by instant, without those already `done`."""
    waiting = _Waiting()
    for nominal in schedule.nominal_from(start):
        outcomes, floor = _place(clock, nominal)
        if done is not None:
            outcomes = tuple(each for each in outcomes if not done.holds(each))
        if not waiting.heap and len(outcomes) == 1 and outcomes[0].at < floor:
            yield Step(outcomes[0], None)
            continue
        for outcome in outcomes:
            waiting.add(outcome)
        yield from waiting.release(floor)
    yield from waiting.release(None)


def _place(clock: WallClock, nominal: NominalTime) -> tuple[tuple[Outcome, ...], datetime]:
    """Return what a nominal time comes to, and an instant before which no later one is due."""
    if isinstance(nominal, MissingTime):
        at = clock.first_instant(nominal.position)
        return (Skip(nominal.text, SkipReason.NO_SUCH_DAY, at, nominal.position),), at
    outcomes = clock.resolve(nominal)
    first = outcomes[0]
    if isinstance(first, Occurrence) and first.resolution is Resolution.EXACT:
        return outcomes, first.due_at + _INSTANT
    return outcomes, clock.floor(nominal)


class _Waiting:
    """Outcomes that a later nominal time may still come before or fall together with."""

    __slots__ = ("heap",)

    def __init__(self) -> None:
        self.heap: list[tuple[datetime, bool, datetime, str, Outcome]] = []

    def add(self, outcome: Outcome) -> None:
        match outcome:
            case Occurrence():
                heappush(self.heap, (outcome.at, True, outcome.nominal, "", outcome))
            case Skip():
                heappush(self.heap, (outcome.at, False, outcome.position, outcome.nominal, outcome))

    def release(self, floor: datetime | None) -> Iterator[Step]:
        """Yield what lies before `floor`; everything when it is None."""
        while self.heap and (floor is None or self.heap[0][0] < floor):
            outcome = heappop(self.heap)[-1]
            if isinstance(outcome, Occurrence):
                outcome = self._merged(outcome)
            yield Step(outcome, min((entry[2] for entry in self.heap), default=None))

    def _merged(self, first: Occurrence) -> Occurrence:
        group = [first]
        while self.heap and self.heap[0][0] == first.at:
            other = heappop(self.heap)[-1]
            if isinstance(other, Occurrence):
                group.append(other)
        if len(group) == 1:
            return first
        shown = (first.due_at + first.offset).replace(tzinfo=None)
        kept = next((each for each in group if each.nominal == shown), first)
        others = tuple(each.nominal for each in group if each is not kept)
        return Occurrence(kept.due_at, kept.nominal, kept.resolution, kept.offset, others)
