"""`DATE`: before, on or after a day."""

from datetime import date, datetime
from typing import Literal

from executor_service.records.criteria.dates import DateOperation, DayThere, MonthName, Year
from executor_service.records.criteria.ranges import Bound, Day, Range


class DayOperation(DateOperation):
    """A comparison with one day of the calendar."""

    operation_type = "DATE"

    operator: Literal["EQUAL", "BEFORE", "AFTER"]
    year: Year
    month: MonthName
    day: DayThere

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return what lies on, before or after the day."""
        del now
        day = Day(date(self.year, self.month, self.day), zone)
        match self.operator:
            case "EQUAL":
                return Range(Bound(day), Bound(day))
            case "BEFORE":
                return Range(upper=Bound(day, included=False))
            case "AFTER":
                return Range(lower=Bound(day, included=False))
