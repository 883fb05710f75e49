"""Which outcomes lie where: for the scheduler's tick, the executor's check, the next runs of a list.

All of it is one walk along the timeline, begun where it is needed and left when enough is known; nothing walks from
the start of a schedule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.recurrence.clock import WallClock, wall_clock
from shared.recurrence.forms import CalendarForm
from shared.recurrence.outcomes import Occurrence, Outcome, Skip
from shared.recurrence.progress import Progress, earliest_position
from shared.recurrence.timeline import walk

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be decided now, in order, and where to go on.

    `next_at` is the instant of the first outcome left, due or skipped, None when there is none. It lies at or before
    the `until` asked for exactly when the limit cut the plan off: ask again at once, with `progress`.
    """

    outcomes: tuple[Outcome, ...]
    progress: Progress
    next_at: datetime | None

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """The outcomes that are due."""
        return tuple(each for each in self.outcomes if isinstance(each, Occurrence))

    @property
    def skips(self) -> tuple[Skip, ...]:
        """The outcomes that fall away."""
        return tuple(each for each in self.outcomes if isinstance(each, Skip))


def plan(
    schedule: CalendarForm,
    zone_id: str,
    *,
    since: datetime,
    until: datetime,
    progress: Progress | None = None,
    limit: int,
) -> Planned:
    """Return what is undecided after `since` (exclusive) up to `until` (inclusive), at most `limit` outcomes.

    `since` is the instant the schedule took effect; `progress` what an earlier plan of the same schedule ended with,
    None for none. Deciding the outcomes and storing the progress belong in one transaction; until then the same call
    gives the same plan.
    """
    clock = _clock(schedule, zone_id)
    done = progress or Progress()
    start = clock.start_before(since)
    taken: list[Outcome] = []
    for outcome, waiting in walk(schedule, clock, max(start, done.through or start), done):
        if outcome.at <= since:
            continue
        if outcome.at <= until and len(taken) < limit:
            taken.append(outcome)
        else:
            first_left = earliest_position(outcome)
            undecided = min(first_left, waiting or first_left)
            return Planned(tuple(taken), done.advanced(taken, undecided), outcome.at)
    return Planned(tuple(taken), done.advanced(taken, None), None)


def outcomes(schedule: CalendarForm, zone_id: str, *, after: datetime) -> Iterator[Outcome]:
    """Yield occurrences and skips after an instant (exclusive), in order, without end unless the schedule has one."""
    clock = _clock(schedule, zone_id)
    for outcome, _ in walk(schedule, clock, clock.start_before(after)):
        if outcome.at > after:
            yield outcome


def next_occurrence(schedule: CalendarForm, zone_id: str, after: datetime) -> Occurrence | None:
    """Return the first occurrence after an instant (exclusive), None when there is none."""
    clock = _clock(schedule, zone_id)
    first = next(schedule.nominal_from(clock.start_before(after)), None)
    if isinstance(first, datetime):
        # The usual case, without the timeline: nothing earlier can be due once a time far from clock changes is.
        exact = clock.exact(first)
        if exact is not None and exact.due_at > after:
            return exact
    return next((each for each in outcomes(schedule, zone_id, after=after) if isinstance(each, Occurrence)), None)


def occurrence_at(schedule: CalendarForm, zone_id: str, due_at: datetime) -> Occurrence | None:
    """Return the occurrence of exactly that instant, None when the schedule has none there."""
    for outcome in outcomes(schedule, zone_id, after=due_at - _INSTANT):
        if outcome.at > due_at:
            return None
        if isinstance(outcome, Occurrence):
            return outcome
    return None


def names_instant(schedule: CalendarForm, zone_id: str, due_at: datetime) -> bool:
    """Say whether a schedule is due at exactly that instant."""
    return occurrence_at(schedule, zone_id, due_at) is not None


def names_nominal(schedule: CalendarForm, nominal: datetime) -> bool:
    """Say whether a wall time, given without zone, is one that the rule names, whatever the clocks do there."""
    wall = nominal.replace(fold=0)
    return next(schedule.nominal_from(wall), None) == wall


def _clock(schedule: CalendarForm, zone_id: str) -> WallClock:
    return wall_clock(zone_id, schedule.on_gap, schedule.on_fold)
