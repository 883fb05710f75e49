"""`CALENDAR_DATE`: in this, the last or the next day, week, month, quarter or year.

Weeks begin on Monday. Quarters and years begin in January unless `useFiscalYear` is set; then in the month of
`fiscalYearStart`, without which that is January too.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from executor_service.records.criteria.dates import DateOperation, MonthName
from executor_service.records.criteria.ranges import Bound, Day, Instant, Range, day_of
from executor_service.records.domain.days import add_months, quarter_start, week_start, year_start

_DAY: Final = timedelta(days=1)
_MAX_UNITS: Final = 1_000
_MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}

Unit = Literal["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]


class CalendarDateOperation(DateOperation):
    """Within whole units of the calendar, or of this one up to now."""

    operation_type = "CALENDAR_DATE"

    operator: Literal[
        "IN_THIS_TIME_UNIT",
        "IN_THIS_TIME_UNIT_SO_FAR",
        "IN_LAST_TIME_UNIT",
        "IN_LAST_TIME_UNIT_SO_FAR",
        "IN_NEXT_TIME_UNIT",
    ]
    time_unit: Unit
    time_unit_count: Annotated[int, Field(ge=1, le=_MAX_UNITS)] = 1
    use_fiscal_year: bool = False
    fiscal_year_start: MonthName = 1

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return the units, or the part of them that has passed."""
        present = Instant(now, zone)
        first = self._unit_start(day_of(present))
        match self.operator:
            case "IN_THIS_TIME_UNIT":
                return self._units(first, 0, 1, zone)
            case "IN_THIS_TIME_UNIT_SO_FAR":
                return Range(Bound(Day(first, zone)), Bound(present))
            case "IN_LAST_TIME_UNIT":
                return self._units(first, -self.time_unit_count, 0, zone)
            case "IN_LAST_TIME_UNIT_SO_FAR":
                return Range(Bound(Day(self._later(first, -self.time_unit_count), zone)), Bound(present))
            case "IN_NEXT_TIME_UNIT":
                return self._units(first, 1, self.time_unit_count + 1, zone)

    def _units(self, first: date, start: int, end: int, zone: str) -> Range:
        """Return the units from number `start` to before number `end`, counted from the one that begins at `first`."""
        last = self._later(first, end) - _DAY
        return Range(Bound(Day(self._later(first, start), zone)), Bound(Day(last, zone)))

    def _unit_start(self, today: date) -> date:
        year_begins = self.fiscal_year_start if self.use_fiscal_year else 1
        match self.time_unit:
            case "DAY":
                return today
            case "WEEK":
                return week_start(today)
            case "MONTH":
                return today.replace(day=1)
            case "QUARTER":
                return quarter_start(today, year_begins)
            case "YEAR":
                return year_start(today, year_begins)

    def _later(self, first: date, units: int) -> date:
        match self.time_unit:
            case "DAY":
                return first + timedelta(days=units)
            case "WEEK":
                return first + timedelta(weeks=units)
            case "MONTH" | "QUARTER" | "YEAR":
                return add_months(first, units * _MONTHS[self.time_unit])
