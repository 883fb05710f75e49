"""What a schedule comes to: occurrences and skips, with the words that explain them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum


class Resolution(StrEnum):
    """How a nominal time became an instant."""

    EXACT = "EXACT"
    SHIFTED = "SHIFTED"
    AFTER_GAP = "AFTER_GAP"
    FIRST_OF_TWO = "FIRST_OF_TWO"
    SECOND_OF_TWO = "SECOND_OF_TWO"


class SkipReason(StrEnum):
    """Why a nominal time falls away."""

    GAP = "GAP"
    NO_SUCH_DAY = "NO_SUCH_DAY"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One instant at which a schedule is due.

    `due_at` is in UTC. `nominal` is the local wall time the rule names, without zone; its `fold` is 1 only for the
    second of two passes that are both due. `merged` holds the other nominal times that came to the same instant,
    in order. `offset` is that of the zone at `due_at`.
    """

    due_at: datetime
    nominal: datetime
    resolution: Resolution
    offset: timedelta
    merged: tuple[datetime, ...] = ()

    @property
    def at(self) -> datetime:
        """The instant at which this is to be decided."""
        return self.due_at

    @property
    def local_time(self) -> str:
        """The local time with its offset, `2026-11-27T08:00:00+01:00`; the offset may have seconds."""
        return self.due_at.astimezone(timezone(self.offset)).isoformat()

    @property
    def nominal_text(self) -> str:
        """The nominal time as it is written everywhere, `2026-11-27T08:00`."""
        return wall_text(self.nominal)

    @property
    def nominal_dates(self) -> tuple[date, ...]:
        """The dates of all nominal times of this occurrence, in order, without doubles."""
        return tuple(sorted({each.date() for each in (self.nominal, *self.merged)}))


@dataclass(frozen=True, slots=True)
class Skip:
    """A nominal time that falls away.

    `nominal` is text, since it need not be a date: `2027-02-31T08:00`, `2027-02T08:00`. `at` is the instant at which
    it stands among the occurrences and is to be decided; `position` is where it stands on the wall clock.
    """

    nominal: str
    reason: SkipReason
    at: datetime
    position: datetime


Outcome = Occurrence | Skip


def wall_text(wall: datetime) -> str:
    """Write a wall time to the minute, with seconds only when it has some."""
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")
