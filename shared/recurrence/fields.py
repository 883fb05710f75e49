"""The kinds of value a schedule document is made of, each with its bounds and the words of its refusal.

A refusal is a `PydanticCustomError` whose type is the problem's code; `at` in its context names positions inside a
list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictInt,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from shared.recurrence.days import FIRST_DAY, last_of_month
from shared.recurrence.problems import ProblemCode
from shared.recurrence.zones import TZDATA_VERSION, zone_names

Weekday = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
MonthName = Literal[
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
]
CatchUpPolicy = Literal["LATEST", "ALL", "NONE"]
OnMissingDay = Literal["SKIP", "LAST_DAY"]

LONGEST_WINDOW = timedelta(days=3660)

_DATE = re.compile(r"([0-9]{4,6})-([0-9]{2})-([0-9]{2})")
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,8})W)?(?:([0-9]{1,8})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,8})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,8})S)?)?"
)
_LAST_YEAR = 9999

Item = TypeVar("Item")


def refusal(code: ProblemCode, reason: str, *, at: tuple[int, ...] = ()) -> PydanticCustomError:
    """Build the error a validator raises; braces in `reason` stay as they are."""
    return PydanticCustomError(code, "{reason}", {"reason": reason, "at": at})


class Document(BaseModel):
    """An object of the JSON document: frozen, camelCase on the wire, no field beside its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


def _refuse_null(value: object) -> object:
    if value is None:
        raise refusal("WRONG_TYPE", "must be left out or have a value, not null")
    return value


NotNull = BeforeValidator(_refuse_null)
"""For what may be left out: leaving it out is not the same as writing null."""


def a_list(most: int) -> BeforeValidator:
    """Refuse lists that are empty or hold more than `most` values, before any of them is looked at."""

    def check(value: object) -> object:
        if isinstance(value, list) and not value:
            raise refusal("OUT_OF_BOUNDS", "must not be empty")
        if isinstance(value, list) and len(value) > most:
            raise refusal("TOO_MANY", f"must hold at most {most} values, not {len(value)}")
        return value

    return BeforeValidator(check)


def _refuse_doubles(values: tuple[Item, ...]) -> tuple[Item, ...]:
    first_places: dict[Item, int] = {}
    doubles = tuple(place for place, value in enumerate(values) if first_places.setdefault(value, place) != place)
    if doubles:
        raise refusal("DUPLICATE_ID", "must not repeat a value of the list", at=doubles)
    return values


NoDoubles = AfterValidator(_refuse_doubles)


class TimeOfDay(Document):
    """A time on the wall clock, to the minute."""

    hour: Annotated[StrictInt, Field(ge=0, le=23)]
    minute: Annotated[StrictInt, Field(ge=0, le=59)]

    @property
    def clock_time(self) -> time:
        """The time as Python has it."""
        return time(self.hour, self.minute)


class CivilDate(Document):
    """A date as three numbers; it exists."""

    year: Annotated[StrictInt, Field(ge=FIRST_DAY.year, le=_LAST_YEAR)]
    month: Annotated[StrictInt, Field(ge=1, le=12)]
    day: Annotated[StrictInt, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _exists(self) -> CivilDate:
        last = last_of_month(self.year, self.month).day
        if self.day > last:
            raise refusal("OUT_OF_BOUNDS", f"must be a date that exists: {self.year}-{self.month:02} has {last} days")
        return self

    @property
    def calendar_date(self) -> date:
        """The date as Python has it."""
        return date(self.year, self.month, self.day)


def _read_date(value: object) -> date:
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise refusal("WRONG_TYPE", "must be a date written YYYY-MM-DD")
    year, month, day = map(int, match.groups())
    if not FIRST_DAY.year <= year <= _LAST_YEAR:
        raise refusal("OUT_OF_BOUNDS", "must be a date from 1900-01-01 to 9999-12-31")
    if not 1 <= month <= 12:  # noqa: PLR2004  the months of a year
        raise refusal("OUT_OF_BOUNDS", "must be a date that exists: a year has 12 months")
    last = last_of_month(year, month).day
    if not 1 <= day <= last:
        raise refusal("OUT_OF_BOUNDS", f"must be a date that exists: {year}-{month:02} has {last} days")
    return date(year, month, day)


def _read_zone(value: object) -> str:
    if not isinstance(value, str):
        raise refusal("WRONG_TYPE", "must be text, the name of a time zone")
    if value not in zone_names():
        raise refusal("NOT_ALLOWED", f"must be a time zone of tzdata {TZDATA_VERSION}, such as Europe/Oslo")
    return value


def _read_window(value: object) -> str:
    if not isinstance(value, str) or _DURATION.fullmatch(value) is None:
        expected = "an ISO 8601 duration of whole weeks, days, hours, minutes, seconds, such as P1D or PT90M"
        raise refusal("WRONG_TYPE", f"must be {expected}")
    if duration(value) > LONGEST_WINDOW:
        raise refusal("OUT_OF_BOUNDS", f"must be at most P{LONGEST_WINDOW.days}D")
    return value


def duration(text: str) -> timedelta:
    """Read an ISO 8601 duration that has been checked."""
    match = _DURATION.fullmatch(text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0, 0)
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _plain(read: Callable[[object], Item], schema: type) -> PlainValidator:
    return PlainValidator(read, json_schema_input_type=schema)


LocalDate = Annotated[date, _plain(_read_date, str), PlainSerializer(date.isoformat, return_type=str)]
ZoneName = Annotated[str, _plain(_read_zone, str)]
Window = Annotated[str, _plain(_read_window, str)]
Weekdays = Annotated[tuple[Weekday, ...], NoDoubles, a_list(7)]
MonthDay = Annotated[StrictInt, Field(ge=1, le=31)]
MonthDays = Annotated[tuple[MonthDay, ...], NoDoubles, a_list(31)]
TimesOfDay = Annotated[tuple[TimeOfDay, ...], NoDoubles, a_list(24 * 60)]
Every = Annotated[StrictInt, Field(ge=1, le=9999)]


class CatchUpDocument(Document):
    """What is done about occurrences that were missed, as it is written; what is left out has its default."""

    policy: CatchUpPolicy = "LATEST"
    window: Window = "P1D"
