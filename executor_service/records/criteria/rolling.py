"""`ROLLING_DATE_RANGE`: within so many days of now, or beyond them; the days are whole, now is an instant."""

from datetime import datetime, timedelta
from typing import Literal

from executor_service.records.criteria.dates import DateOperation, Days
from executor_service.records.criteria.ranges import Bound, Day, Instant, Range, day_of


class RollingDateRangeOperation(DateOperation):
    """Less, or more, than so many days ago or from now."""

    operation_type = "ROLLING_DATE_RANGE"

    operator: Literal[
        "IS_LESS_THAN_X_DAYS_AGO",
        "IS_MORE_THAN_X_DAYS_AGO",
        "IS_LESS_THAN_X_DAYS_FROM_NOW",
        "IS_MORE_THAN_X_DAYS_FROM_NOW",
    ]
    number_of_days: Days
    requires_time_zone_conversion: bool = False

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return what lies between now and a day, or beyond that day."""
        present, days = Instant(now, zone), timedelta(days=self.number_of_days)
        past, future = Day(day_of(present) - days, zone), Day(day_of(present) + days, zone)
        match self.operator:
            case "IS_LESS_THAN_X_DAYS_AGO":
                return Range(Bound(past), Bound(present))
            case "IS_MORE_THAN_X_DAYS_AGO":
                return Range(upper=Bound(past, included=False))
            case "IS_LESS_THAN_X_DAYS_FROM_NOW":
                return Range(Bound(present), Bound(future))
            case "IS_MORE_THAN_X_DAYS_FROM_NOW":
                return Range(lower=Bound(future, included=False))
