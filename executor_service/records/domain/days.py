"""Days, months and years as a zone's calendar counts them, and the instants at which days begin and end.

A local time that does not exist is moved on by the length of the gap, one that exists twice means the first, as a
schedule has it by default. Everything here is safe for the years 2 to 9998, from which no zone's offset and no margin
leads out of `datetime`.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.recurrence.clock import WallClock, wall_clock
from shared.recurrence.days import month_length
from shared.recurrence.zones import load_zone

FIRST_YEAR: Final = 2
LAST_YEAR: Final = 9_998
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_MONTHS_A_YEAR: Final = 12
_MONTHS_A_QUARTER: Final = 3


def _clock(zone: str) -> WallClock:
    return wall_clock(zone, "SHIFT", "FIRST")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 # a wall time


def local_time(at: datetime, zone: str) -> datetime:
    """Return the wall time of an instant, without its zone."""
    return at.astimezone(load_zone(zone)).replace(tzinfo=None, fold=0)


def local_day(at: datetime, zone: str) -> date:
    """Return the day of an instant."""
    return local_time(at, zone).date()


def instant_of(wall: datetime, zone: str) -> datetime:
    """Return the instant of a wall time."""
    return _clock(zone).resolve(wall)[0].at


def first_instant(day: date, zone: str) -> datetime:
    """Return the first instant of a day."""
    return _clock(zone).first_instant(_midnight(day))


def after_last_instant(day: date, zone: str) -> datetime:
    """Return the instant at which a day is over; where clocks go back over midnight, over for the last time."""
    next_midnight = _midnight(day + _DAY)
    first = first_instant(next_midnight.date(), zone)
    last = next_midnight.replace(tzinfo=load_zone(zone), fold=1).astimezone(UTC)
    return last if last > first and local_day(last - _MICROSECOND, zone) == day else first


def on_day(year: int, month: int, day: int) -> date:
    """Return a day of a month, the month's last where it has no such day; months count on over years."""
    index = year * _MONTHS_A_YEAR + month - 1
    year, month = index // _MONTHS_A_YEAR, index % _MONTHS_A_YEAR + 1
    return date(year, month, min(day, month_length(year, month)))


def add_months(day: date, months: int) -> date:
    """Return the day so many months later; a month's end is clamped."""
    return on_day(day.year, day.month + months, day.day)


def week_start(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def quarter_start(day: date, year_start: int = 1) -> date:
    """Return the first day of a day's quarter; `year_start` is the month in which the year begins."""
    return on_day(day.year, day.month - (day.month - year_start) % _MONTHS_A_QUARTER, 1)


def year_start(day: date, month: int = 1) -> date:
    """Return the first day of a day's year, which begins in this month."""
    return date(day.year if day.month >= month else day.year - 1, month, 1)
