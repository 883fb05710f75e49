"""Dates and months as rules count them, and the dates that a month lacks."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

FIRST_DAY = date(1900, 1, 1)
"""The first local date a schedule can name. A Monday, the first day of a month and of a year."""

LAST_DAY = date(9998, 12, 31)
"""The last local date that is computed, so that no zone's offset leaves the range of `datetime`."""

SHORTEST_MONTH = 28
"""The days that every month has."""

WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
MONTHS = (
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
)

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_FEBRUARY_OF_LEAP_YEARS = 29


@dataclass(frozen=True, slots=True)
class MissingDay:
    """A day that a rule names and the month has not: `label` is `2027-02-31`, or `2027-02` for an n-th weekday.

    It stands after the last day of its month, before the first of the next.
    """

    label: str
    year: int
    month: int

    @property
    def month_end(self) -> date:
        """The last day its month has."""
        return last_of_month(self.year, self.month)

    @property
    def month_after(self) -> datetime:
        """The beginning of the month after, on the wall clock."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1)  # noqa: DTZ001  a wall time


Day = date | MissingDay


def month_length(year: int, month: int) -> int:
    """Return the number of days of a month."""
    return _FEBRUARY_OF_LEAP_YEARS if month == _FEBRUARY and isleap(year) else _LENGTHS[month - 1]


def last_of_month(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, month_length(year, month))


def months_from(day: date, *, anchor: date | None, every: int) -> Iterator[tuple[int, int]]:
    """Yield (year, month) of every n-th month counted from that of `anchor`, from the month of `day` on."""
    start = _month_number(day)
    if every > 1:
        start += (_month_number(anchor or FIRST_DAY) - start) % every
    for number in range(start, _LAST_MONTH + 1, every):
        yield number // 12, number % 12 + 1


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


_LAST_MONTH = _month_number(LAST_DAY)
