"""From a wall time of a zone to the instants it stands for, by the policies for clock changes.

`datetime` answers with two offsets for a wall time: that before and that after a change near it (PEP 495, `fold`).
They are equal but for two cases. Before is less than after: clocks went forward over this time, it does not exist (a
gap). Before is more than after: clocks went back over it, it exists twice (a fold). That holds for every zone since
1900, for changes of whole days (Apia, 30 December 2011), of half hours (Lord Howe) and of seconds alike, because no
two changes of one zone ever were within two days of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from shared.recurrence.calm import CalmDays, calm_days
from shared.recurrence.outcomes import Occurrence, Outcome, Resolution, Skip, SkipReason, wall_text

OnGap = Literal["SHIFT", "AFTER", "SKIP"]
OnFold = Literal["FIRST", "SECOND", "BOTH"]

LONGEST_CHANGE = timedelta(hours=25)
"""More than any clock change since 1900: a whole day."""

_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_INSTANT = datetime(1899, 12, 1, tzinfo=UTC)
_LAST_INSTANT = datetime(9999, 1, 3, tzinfo=UTC)
_FIRST_ORDINAL = _FIRST_INSTANT.toordinal()
_LAST_ORDINAL = _LAST_INSTANT.toordinal()


@dataclass(frozen=True, slots=True)
class WallClock:
    """The wall clock of a zone, with what to do with times that do not exist or exist twice."""

    calm: CalmDays
    on_gap: OnGap
    on_fold: OnFold

    def start_before(self, after: datetime) -> datetime:
        """Return a wall time from which on every nominal time lies that may be due after an instant.

        Away from clock changes it is the very next microsecond, else some more than a day before.
        """
        if not _FIRST_ORDINAL < after.toordinal() < _LAST_ORDINAL:
            after = min(max(after, _FIRST_INSTANT), _LAST_INSTANT)
        offset = self.calm.offset(after.toordinal())
        if offset is not None:
            return (after.astimezone(UTC) + offset).replace(tzinfo=None) + _MICROSECOND
        return after.astimezone(self.calm.zone).replace(tzinfo=None, fold=0) - LONGEST_CHANGE

    def exact(self, wall: datetime) -> Occurrence | None:
        """Return the one occurrence of a nominal time far from clock changes, None near one."""
        offset = self.calm.offset(wall.toordinal())
        return None if offset is None else Occurrence(_instant(wall, offset), wall, Resolution.EXACT, offset)

    def resolve(self, wall: datetime) -> tuple[Outcome, ...]:
        """Return what a nominal time comes to: one occurrence, two (a fold with BOTH), or a skip."""
        exact = self.exact(wall)
        if exact is not None:
            return (exact,)
        before, after = self._offsets(wall)
        if before == after:
            return (Occurrence(_instant(wall, before), wall, Resolution.EXACT, before),)
        if before < after:
            return (self._in_gap(wall, before, after),)
        return self._in_fold(wall, before, after)

    def first_instant(self, wall: datetime) -> datetime:
        """Return the first instant at which the clock shows `wall` or later."""
        before, after = self._offsets(wall)
        return _instant(wall, before) if before >= after else self._end_of_gap(wall, before, after)

    def floor(self, wall: datetime) -> datetime:
        """Return an instant before which no wall time later than `wall` is due, whatever the policy."""
        return _instant(wall, max(self._offsets(wall)))

    def _offsets(self, wall: datetime) -> tuple[timedelta, timedelta]:
        """Return the offsets before and after a clock change over `wall`; equal when there is none."""
        aware = wall.replace(tzinfo=self.calm.zone)
        return _offset(aware), _offset(aware.replace(fold=1))

    def _in_gap(self, wall: datetime, before: timedelta, after: timedelta) -> Outcome:
        shifted = _instant(wall, before)
        match self.on_gap:
            case "SHIFT":
                return Occurrence(shifted, wall, Resolution.SHIFTED, after)
            case "AFTER":
                return Occurrence(self._end_of_gap(wall, before, after), wall, Resolution.AFTER_GAP, after)
            case "SKIP":
                return Skip(wall_text(wall), SkipReason.GAP, shifted, wall)

    def _in_fold(self, wall: datetime, before: timedelta, after: timedelta) -> tuple[Outcome, ...]:
        first = Occurrence(_instant(wall, before), wall, Resolution.FIRST_OF_TWO, before)
        second = Occurrence(_instant(wall, after), wall, Resolution.SECOND_OF_TWO, after)
        match self.on_fold:
            case "FIRST":
                return (first,)
            case "SECOND":
                return (second,)
            case "BOTH":
                marked = Occurrence(second.due_at, wall.replace(fold=1), second.resolution, after)
                return (first, marked)

    def _end_of_gap(self, wall: datetime, before: timedelta, after: timedelta) -> datetime:
        """Find the instant of the change, which lies in (wall - after, wall - before], to the second."""
        low, high = _instant(wall, after), _instant(wall, before)
        while high - low > _SECOND:
            middle = low + (high - low) // _SECOND // 2 * _SECOND
            if _offset(middle.astimezone(self.calm.zone)) == after:
                high = middle
            else:
                low = middle
        return high


def _instant(wall: datetime, offset: timedelta) -> datetime:
    return (wall - offset).replace(tzinfo=UTC)


def _offset(aware: datetime) -> timedelta:
    return aware.utcoffset() or timedelta(0)


@cache
def wall_clock(zone_id: str, on_gap: OnGap, on_fold: OnFold) -> WallClock:
    """Return the clock of a zone out of `zone_names()` under two policies, always the same."""
    return WallClock(calm_days(zone_id), on_gap, on_fold)
