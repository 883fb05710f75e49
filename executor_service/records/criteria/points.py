"""Time points: a date of the calendar, or a place relative to the moment of evaluation.

A date without an hour, and every reference but `NOW` that names none, is a day; with an hour it is an instant.
Offsets are added on the calendar in the point's zone, years, quarters and months together first, then weeks and days;
hours and below in elapsed time, from a day's first instant.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from executor_service.records.criteria.dates import DayThere, Year, ZoneId
from executor_service.records.criteria.documents import Document, picked
from executor_service.records.criteria.ranges import Day, Instant, Point
from executor_service.records.criteria.references import Clocked, DayReference, NowReference, Reference
from executor_service.records.domain.days import add_months, first_instant, instant_of, local_day, local_time

_MAX_YEARS: Final = 200
TimezoneSource = Literal["CUSTOM", "USER", "PORTAL"]
"""Where the author took the zone from; `zoneId` alone decides."""


def _amount(most: int) -> Any:
    return Field(default=0, ge=-most, le=most)


class Offset(Document):
    """A way on the calendar, and then by the clock; negative is back. No unit alone leads further than 200 years."""

    years: int = _amount(_MAX_YEARS)
    quarters: int = _amount(_MAX_YEARS * 4)
    months: int = _amount(_MAX_YEARS * 12)
    weeks: int = _amount(_MAX_YEARS * 52)
    days: int = _amount(_MAX_YEARS * 365)
    hours: int = _amount(_MAX_YEARS * 8_760)
    minutes: int = _amount(_MAX_YEARS * 525_600)
    seconds: int = _amount(_MAX_YEARS * 31_536_000)
    milliseconds: int = _amount(_MAX_YEARS * 31_536_000_000)

    def on_calendar(self, day: date) -> date:
        """Return the day that years to days lead to."""
        months = self.years * 12 + self.quarters * 3 + self.months
        return add_months(day, months) + timedelta(weeks=self.weeks, days=self.days)

    @property
    def elapsed(self) -> timedelta:
        """What hours to milliseconds come to."""
        return timedelta(hours=self.hours, minutes=self.minutes, seconds=self.seconds, milliseconds=self.milliseconds)

    @property
    def names_time(self) -> bool:
        """Whether hours or less are named, so that a day becomes an instant."""
        return bool(self.hours or self.minutes or self.seconds or self.milliseconds)


class DatePoint(Clocked):
    """A day of the calendar, or a time of it."""

    time_type: Literal["DATE"]
    year: Year
    month: Annotated[int, Field(ge=1, le=12)]
    day: DayThere
    zone_id: ZoneId | None = None
    timezone_source: TimezoneSource | None = None

    def resolve(self, *, now: datetime, zone: str) -> Point:
        """Return the point; `zone` is the one it is asked in."""
        del now
        return self.point(zone)

    def point(self, zone: str) -> Point:
        """Return the point, which does not depend on the moment."""
        return _at(date(self.year, self.month, self.day), self.clock_time, self.zone_id or zone)


class IndexedPoint(Document):
    """A place relative to the moment of evaluation."""

    time_type: Literal["INDEXED"]
    index_reference: Reference
    offset: Offset = Offset()
    zone_id: ZoneId | None = None
    timezone_source: TimezoneSource | None = None

    def resolve(self, *, now: datetime, zone: str) -> Point:
        """Return the point as it is at an instant; `zone` is the one it is asked in."""
        zone = self.zone_id or zone
        match self.index_reference:
            case NowReference():
                return Instant(self._from_now(now, zone) + self.offset.elapsed, zone)
            case DayReference() as reference:
                day = self.offset.on_calendar(reference.day_from(local_day(now, zone)))
                return self._with_time(_at(day, reference.clock_time, zone))

    def _from_now(self, now: datetime, zone: str) -> datetime:
        """Move now on the calendar; where that leads nowhere, it stays the instant it is."""
        wall = local_time(now, zone)
        day = self.offset.on_calendar(wall.date())
        return now if day == wall.date() else instant_of(datetime.combine(day, wall.time()), zone)

    def _with_time(self, point: Point) -> Point:
        match point:
            case Instant():
                return Instant(point.at + self.offset.elapsed, point.zone)
            case Day() if self.offset.names_time:
                return Instant(first_instant(point.day, point.zone) + self.offset.elapsed, point.zone)
            case Day():
                return point


def _at(day: date, clock_time: time | None, zone: str) -> Point:
    if clock_time is None:
        return Day(day, zone)
    return Instant(instant_of(datetime.combine(day, clock_time), zone), zone)


TimePoint = Annotated[
    DatePoint | IndexedPoint,
    picked("timeType", {"DATE": DatePoint, "INDEXED": IndexedPoint}, not_held=frozenset({"PROPERTY_REFERENCED"})),
]
