"""`DATETIME` and `RANGED_DATE`: before, at, after or between instants, or outside of the days they lie on."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, Field

from executor_service.records.criteria.dates import DateOperation, EpochInstant, wrong_order
from executor_service.records.criteria.problems import Problem
from executor_service.records.criteria.ranges import Bound, Day, Instant, Range, day_of
from executor_service.records.domain.values import PropertyDefinition


class DatetimeOperation(DateOperation):
    """A comparison with one instant, or with the day on which it lies."""

    operation_type = "DATETIME"

    operator: Literal["IS_EQUAL_TO", "IS_BEFORE", "IS_AFTER", "IS_BEFORE_DATE", "IS_AFTER_DATE"]
    timestamp: EpochInstant
    requires_time_zone_conversion: bool = False

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return what lies at, before or after the instant, or before or after its day."""
        del now
        instant = Instant(self.timestamp, zone)
        day = Day(day_of(instant), zone)
        match self.operator:
            case "IS_EQUAL_TO":
                return Range(Bound(instant), Bound(instant))
            case "IS_BEFORE":
                return Range(upper=Bound(instant, included=False))
            case "IS_AFTER":
                return Range(lower=Bound(instant, included=False))
            case "IS_BEFORE_DATE":
                return Range(upper=Bound(day, included=False))
            case "IS_AFTER_DATE":
                return Range(lower=Bound(day, included=False))


class RangedDateOperation(DateOperation):
    """Between two instants, both included, or not between them; the guide has longer names for the bounds."""

    operation_type = "RANGED_DATE"

    operator: Literal["IS_BETWEEN", "IS_NOT_BETWEEN"]
    lower_bound: EpochInstant = Field(validation_alias=AliasChoices("lowerBound", "lowerBoundTimestamp"))
    upper_bound: EpochInstant = Field(validation_alias=AliasChoices("upperBound", "upperBoundTimestamp"))
    requires_time_zone_conversion: bool = False

    @property
    def is_outside(self) -> bool:
        """Whether what lies outside of the bounds is meant."""
        return self.operator == "IS_NOT_BETWEEN"

    def check(self, definition: PropertyDefinition) -> Iterator[Problem]:
        """Refuse bounds in the wrong order."""
        del definition
        if self.lower_bound > self.upper_bound:
            yield from wrong_order("upperBound")

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return what lies between the bounds."""
        del now
        return Range(Bound(Instant(self.lower_bound, zone)), Bound(Instant(self.upper_bound, zone)))
