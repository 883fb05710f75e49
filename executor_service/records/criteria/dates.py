"""What the families that ask for a date or an instant have in common: their range, and the fields of their documents.

A family says which points it means; in which zone: its own `zoneId`, else the one that is asked in.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from executor_service.records.criteria.operation import Operation
from executor_service.records.criteria.problems import Problem
from executor_service.records.criteria.ranges import Range
from executor_service.records.criteria.reading import Reading, definition_of
from executor_service.records.criteria.statement import Statement
from executor_service.records.domain.days import FIRST_YEAR, LAST_YEAR
from executor_service.records.domain.values import PropertyType
from shared.recurrence.days import MONTHS, month_length
from shared.recurrence.zones import TZDATA_VERSION, zone_names

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST: Final = (datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST: Final = (datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND - 1
_MILLISECONDS: Final = re.compile(r"-?[0-9]{1,15}")
_MAX_DAYS: Final = 366_000


def _known_zone(name: str) -> str:
    if name not in zone_names():
        reason = f"Input should be a time zone of tzdata {TZDATA_VERSION}, such as Europe/Oslo"
        raise PydanticCustomError("NOT_ALLOWED", "{reason}", {"reason": reason})
    return name


def _instant(value: Any) -> Any:
    if isinstance(value, str) and _MILLISECONDS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("WRONG_TYPE", "Input should be an instant in epoch milliseconds")
    if not _FIRST <= value <= _LAST:
        raise PydanticCustomError("OUT_OF_BOUNDS", f"An instant lies between the years {FIRST_YEAR} and {LAST_YEAR}")
    return _EPOCH + value * _MILLISECOND


_MONTH_NUMBERS: Final = {name: number for number, full in enumerate(MONTHS, 1) for name in (full, full[:3])}


def _month(value: Any) -> Any:
    """Return the number of a month named `JAN` or `JANUARY`."""
    number = _MONTH_NUMBERS.get(value.upper()) if isinstance(value, str) else None
    if number is None:
        raise PydanticCustomError("NOT_ALLOWED", "Input should be a month: JAN, or JANUARY")
    return number


def _day_there(day: int, info: ValidationInfo) -> int:
    if {"year", "month"} <= info.data.keys() and day > month_length(info.data["year"], info.data["month"]):
        raise PydanticCustomError("OUT_OF_BOUNDS", "Input should be a day that the month has")
    return day


ZoneId = Annotated[str, AfterValidator(_known_zone)]
EpochInstant = Annotated[datetime, BeforeValidator(_instant)]
MonthName = Annotated[int, BeforeValidator(_month)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]
DayThere = Annotated[DayOfMonth, AfterValidator(_day_there)]
"""A day of the month that the fields `year` and `month` before it name."""
Days = Annotated[int, Field(ge=0, le=_MAX_DAYS)]


class DateOperation(Operation):
    """An operation that a range of time answers, or what lies outside of it."""

    fits = frozenset({PropertyType.DATE, PropertyType.DATETIME})

    zone_id: ZoneId | None = None

    @property
    def cost(self) -> int:
        """Two extractions, a shape, two comparisons."""
        return 5

    @property
    def is_outside(self) -> bool:
        """Whether what lies outside of the range is meant."""
        return False

    @abstractmethod
    def range(self, *, now: datetime, zone: str) -> Range:
        """Return the range that is meant at an instant; `zone` is the operation's own, or the one it is asked in."""

    def condition(self, name: str, statement: Statement) -> str:
        """Return whether the stored text lies in the span, or outside of it."""
        kind = definition_of(statement.definitions, name).type
        span = self.range(now=statement.now, zone=self.zone_id or statement.zone).span(kind)
        otherwise = self.include_objects_with_no_value_set
        return statement.within(name, span, is_outside=self.is_outside, otherwise=otherwise)

    def accepts(self, name: str, record: Reading) -> bool:
        """Tell whether the stored text lies in the span, or outside of it."""
        text = record.time(name)
        if text is None:
            return self.include_objects_with_no_value_set
        kind = definition_of(record.definitions, name).type
        span = self.range(now=record.now, zone=self.zone_id or record.zone).span(kind)
        return span.holds(text) is not self.is_outside


def wrong_order(place: str) -> Iterator[Problem]:
    """Yield the refusal of bounds in the wrong order; `place` is the upper one's."""
    yield Problem("OUT_OF_BOUNDS", place, "the upper bound lies before the lower bound")
