"""References of indexed time points: a day that follows from today, perhaps with a time of the day, or now itself."""

from abc import abstractmethod
from datetime import date, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from executor_service.records.criteria.dates import DayOfMonth
from executor_service.records.criteria.documents import Document, picked
from executor_service.records.domain.days import on_day, quarter_start, week_start, year_start
from shared.recurrence.days import WEEKDAYS

_FISCAL_YEAR_START: Final = 1
"""The account's, which nothing sets yet."""


class Clocked(Document):
    """What may name a time of the day: an hour, and below it what there is beside an hour."""

    hour: Annotated[int, Field(ge=0, le=23)] | None = None
    minute: Annotated[int, Field(ge=0, le=59)] | None = None
    second: Annotated[int, Field(ge=0, le=59)] | None = None
    millisecond: Annotated[int, Field(ge=0, le=999)] | None = None

    @field_validator("minute", "second", "millisecond")
    @classmethod
    def _beside_an_hour(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("hour", 0) is None:
            raise PydanticCustomError("NOT_ALLOWED", "A time of the day begins with its hour")
        return value

    @property
    def clock_time(self) -> time | None:
        """The time of the day, none for the whole day."""
        if self.hour is None:
            return None
        return time(self.hour, self.minute or 0, self.second or 0, (self.millisecond or 0) * 1_000)


class NowReference(Document):
    """The instant of evaluation."""

    reference_type: Literal["NOW"]


class DayReference(Clocked):
    """A day that follows from today."""

    @abstractmethod
    def day_from(self, today: date) -> date:
        """Return the day, in the calendar in which it is `today`."""


class TodayReference(DayReference):
    """The day of evaluation."""

    reference_type: Literal["TODAY"]

    def day_from(self, today: date) -> date:
        """Return today."""
        return today


class WeekReference(DayReference):
    """A day of this week, which begins on Monday."""

    reference_type: Literal["WEEK"]
    day_of_week: Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] = "MONDAY"

    def day_from(self, today: date) -> date:
        """Return the day of this week."""
        return week_start(today) + timedelta(days=WEEKDAYS.index(self.day_of_week))


class MonthReference(DayReference):
    """A day of this month; its last where it has no such day."""

    reference_type: Literal["MONTH"]
    day: DayOfMonth = 1

    def day_from(self, today: date) -> date:
        """Return the day of this month."""
        return on_day(today.year, today.month, self.day)


class QuarterReference(DayReference):
    """A day of this quarter, its months counted from 1 to 3."""

    reference_type: Literal["QUARTER", "FISCAL_QUARTER"]
    month: Annotated[int, Field(ge=1, le=3)] = 1
    day: DayOfMonth = 1

    def day_from(self, today: date) -> date:
        """Return the day of this quarter."""
        first = quarter_start(today, _FISCAL_YEAR_START if self.reference_type == "FISCAL_QUARTER" else 1)
        return on_day(first.year, first.month + self.month - 1, self.day)


class YearReference(DayReference):
    """A day of this year, by the month of the calendar."""

    reference_type: Literal["YEAR", "FISCAL_YEAR"]
    month: Annotated[int, Field(ge=1, le=12)] = 1
    day: DayOfMonth = 1

    def day_from(self, today: date) -> date:
        """Return the day of this year."""
        first = year_start(today, _FISCAL_YEAR_START if self.reference_type == "FISCAL_YEAR" else 1)
        year = first.year if self.month >= first.month else first.year + 1
        return on_day(year, self.month, self.day)


_MODELS = {
    "NOW": NowReference,
    "TODAY": TodayReference,
    "WEEK": WeekReference,
    "MONTH": MonthReference,
    "QUARTER": QuarterReference,
    "FISCAL_QUARTER": QuarterReference,
    "YEAR": YearReference,
    "FISCAL_YEAR": YearReference,
}
Reference = Annotated[NowReference | DayReference, picked("referenceType", _MODELS)]
