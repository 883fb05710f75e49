"""How far a schedule has been decided, said in nominal times.

Instants move when a government changes its clocks and new tz data arrives; nominal times do not. So what is decided is
remembered by name: everything up to `through`, and, around a clock change where instants and nominal times are not in
the same order, some that lie beyond it (with 02:30 → 03:30, 03:00 is decided while 02:30 is not). Whatever becomes of
the instants, a nominal time that is decided is never due again, and one that is not is never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.recurrence.outcomes import Occurrence, Outcome, Skip, wall_text

_SECOND_OF_BOTH = "/2"


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been decided: all nominal times up to `through`, inclusive, and those named in `beyond`.

    `through` is a wall time without zone, None when nothing was decided yet. `beyond` is empty but for the hours
    around a clock change, and where a limit cut between times that stand at one position.
    """

    through: datetime | None = None
    beyond: frozenset[str] = frozenset()

    def holds(self, outcome: Outcome) -> bool:
        """Say whether all nominal times of an outcome are decided."""
        return all(self._holds(place, name) for place, name in _names(outcome))

    def advanced(self, decided: Iterable[Outcome], undecided: datetime | None) -> Progress:
        """Return the progress with `decided` added.

        `undecided` is the position of the earliest nominal time that is left, None when there is none.
        """
        through, beyond = self.through, set(self.beyond)
        for place, name in (each for outcome in decided for each in _names(outcome)):
            if undecided is not None and place >= undecided:
                beyond.add(name)
            elif through is None or place > through:
                through = place
        return Progress(through, frozenset(beyond if through is None else _after(through, beyond)))

    def _holds(self, place: datetime, name: str) -> bool:
        return (self.through is not None and place <= self.through) or name in self.beyond


def earliest_position(outcome: Outcome) -> datetime:
    """Return the position of the earliest nominal time an outcome is made of."""
    return min(place for place, _ in _names(outcome))


def _names(outcome: Outcome) -> Iterator[tuple[datetime, str]]:
    match outcome:
        case Occurrence():
            for nominal in (outcome.nominal, *outcome.merged):
                yield nominal, wall_text(nominal) + (_SECOND_OF_BOTH if nominal.fold else "")
        case Skip():
            yield outcome.position, outcome.nominal


def _after(through: datetime, names: set[str]) -> Iterator[str]:
    """Yield the names that `through` has not reached; text that begins with a date or month sorts as time does."""
    reached = wall_text(through)
    return (name for name in names if name.removesuffix(_SECOND_OF_BOTH) > reached)
