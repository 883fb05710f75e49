"""`TIME_POINT` and `TIME_RANGED`: before, after or between points of the calendar or of the moment of evaluation."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from executor_service.records.criteria.dates import DateOperation, wrong_order
from executor_service.records.criteria.points import DatePoint, TimePoint
from executor_service.records.criteria.problems import Problem
from executor_service.records.criteria.ranges import Bound, Range
from executor_service.records.domain.values import PropertyDefinition

_PARSERS_NOT_HELD: Final = frozenset(
    {
        "UPDATED_AT",
        "ANNIVERSARY",
        "VALUE_WITH_ZONE_SAME_LOCAL_CONVERSION",
        "ANNIVERSARY_WITH_ZONE_SAME_LOCAL_CONVERSION",
    }
)


def _parser(value: Any) -> Any:
    if isinstance(value, str) and value in _PARSERS_NOT_HELD:
        raise PydanticCustomError("UNSUPPORTED", "Input asks for what is not held here")
    return value


Endpoint = Literal["INCLUSIVE", "EXCLUSIVE"]
Parser = Annotated[Literal["VALUE"], BeforeValidator(_parser)]


class TimePointOperation(DateOperation):
    """Before or after a point; the point itself only where its end is inclusive."""

    operation_type = "TIME_POINT"

    operator: Literal["IS_BEFORE", "IS_AFTER"]
    time_point: TimePoint
    endpoint_behavior: Endpoint = "EXCLUSIVE"
    property_parser: Parser = "VALUE"
    type: Literal["TIME_POINT"] = "TIME_POINT"

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return what lies before or after the point."""
        point = self.time_point.resolve(now=now, zone=zone)
        bound = Bound(point, included=self.endpoint_behavior == "INCLUSIVE")
        return Range(upper=bound) if self.operator == "IS_BEFORE" else Range(lower=bound)


class TimeRangedOperation(DateOperation):
    """Between two points, each with it unless exclusive, or not between them."""

    operation_type = "TIME_RANGED"

    operator: Literal["IS_BETWEEN", "IS_NOT_BETWEEN"]
    lower_bound_time_point: TimePoint
    upper_bound_time_point: TimePoint
    lower_bound_endpoint_behavior: Endpoint = "INCLUSIVE"
    upper_bound_endpoint_behavior: Endpoint = "INCLUSIVE"
    property_parser: Parser = "VALUE"
    type: Literal["TIME_RANGED"] = "TIME_RANGED"

    @property
    def is_outside(self) -> bool:
        """Whether what lies outside of the bounds is meant."""
        return self.operator == "IS_NOT_BETWEEN"

    def check(self, definition: PropertyDefinition) -> Iterator[Problem]:
        """Refuse two dates of one zone in the wrong order; where other points lie shows only the evaluation."""
        lower, upper = self.lower_bound_time_point, self.upper_bound_time_point
        if isinstance(lower, DatePoint) and isinstance(upper, DatePoint) and lower.zone_id == upper.zone_id:
            both = Range(Bound(lower.point("UTC")), Bound(upper.point("UTC"))).span(definition.type)
            if both.lower >= both.upper:
                yield from wrong_order("upperBoundTimePoint")

    def range(self, *, now: datetime, zone: str) -> Range:
        """Return what lies between the points."""
        lower = self.lower_bound_time_point.resolve(now=now, zone=zone)
        upper = self.upper_bound_time_point.resolve(now=now, zone=zone)
        return Range(
            Bound(lower, included=self.lower_bound_endpoint_behavior == "INCLUSIVE"),
            Bound(upper, included=self.upper_bound_endpoint_behavior == "INCLUSIVE"),
        )
