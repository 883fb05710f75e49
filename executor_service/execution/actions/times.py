"""Amounts of time added to instants and days: minutes and hours elapse, days and longer are added on the calendar.

A wall time that does not exist is shifted by the gap, of one that exists twice it is the first; a month's end is
clamped.
"""

from datetime import date, datetime
from typing import Final

from dateutil.relativedelta import relativedelta

from shared.recurrence import Occurrence, load_zone
from shared.recurrence.clock import wall_clock

ELAPSED_UNITS: Final = frozenset({"MINUTES", "HOURS"})
CALENDAR_UNITS: Final = frozenset({"DAYS", "WEEKS", "MONTHS", "YEARS"})


def amount_of(delta: int, unit: str) -> relativedelta:
    """Return an amount of one of the units."""
    match unit:
        case "MINUTES":
            return relativedelta(minutes=delta)
        case "HOURS":
            return relativedelta(hours=delta)
        case "DAYS":
            return relativedelta(days=delta)
        case "WEEKS":
            return relativedelta(weeks=delta)
        case "MONTHS":
            return relativedelta(months=delta)
        case "YEARS":
            return relativedelta(years=delta)
        case _:
            raise UnknownUnitError(unit)


def add_to_instant(instant: datetime, delta: int, unit: str, zone_id: str) -> datetime:
    """Return the instant `delta` units later, of calendar units the one at the same wall time in the zone.

    Raises UnknownUnitError, and ValueError or OverflowError beyond the years that there are.
    """
    amount = amount_of(delta, unit)
    if unit in ELAPSED_UNITS:
        return instant + amount
    return at_wall(wall_of(instant, zone_id) + amount, zone_id)


def add_to_day(day: date, delta: int, unit: str) -> date:
    """Return the day `delta` calendar units later; raises UnknownUnitError, for units that elapse too."""
    if unit not in CALENDAR_UNITS:
        raise UnknownUnitError(unit)
    return day + amount_of(delta, unit)


def wall_of(instant: datetime, zone_id: str) -> datetime:
    """Return what a clock in the zone shows at an instant, without zone."""
    return instant.astimezone(load_zone(zone_id)).replace(tzinfo=None, fold=0)


def at_wall(wall: datetime, zone_id: str) -> datetime:
    """Return the instant at which a clock in the zone shows a wall time."""
    [occurrence] = wall_clock(zone_id, "SHIFT", "FIRST").resolve(wall)
    assert isinstance(occurrence, Occurrence)  # noqa: S101 # under SHIFT no time falls away
    return occurrence.due_at


class UnknownUnitError(ValueError):
    """A unit of time that there is not, or not for a day."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit} is no unit here")
        self.unit = unit
