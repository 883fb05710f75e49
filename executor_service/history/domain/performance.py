"""How a workflow does: totals, and the same by day; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on a day of the workflow's zone; `active`: how many are at its end."""

    date: date
    enrolled: int = 0
    active: int = 0
    completed: int = 0
    unenrolled: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """What happened so far."""

    enrolled: int
    active: int
    completed: int
    unenrolled: int
    goals: int

    @property
    def goal_rate(self) -> float | None:
        """The part of those enrolled that met the goal; null while nobody was enrolled."""
        return self.goals / self.enrolled if self.enrolled else None


def by_day(totals: Totals, counted: Mapping[date, Day], *, first: date, last: date) -> Sequence[Day]:
    """Return every day from `first` to `last`, ascending; `counted` holds those since `first` on which anything was.

    How many were active is counted back from now, so that it costs nothing how long ago the first one began.
    """
    days: list[Day] = []
    active = totals.active
    latest = max([last, *counted])
    for back in range((latest - first).days + 1):
        day = latest - timedelta(days=back)
        found = counted.get(day, Day(day))
        days.append(Day(day, found.enrolled, active, found.completed, found.unenrolled))
        active -= found.enrolled - found.completed - found.unenrolled
    return days[::-1]
