"""`MONTHLY_NTH_WEEKDAY`: on the n-th of a weekday, from the start or the end, of every month or every n-th."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictInt

from shared.recurrence.days import WEEKDAYS, Day, MissingDay, last_of_month, months_from
from shared.recurrence.fields import Weekday, refusal
from shared.recurrence.forms import CountedForm
from shared.recurrence.words import of_month, ordinal, times_in_words

_WEEK = 7
_MOST = 5


def _refuse_zero(nth: int) -> int:
    if nth == 0:
        raise refusal("OUT_OF_BOUNDS", "must be from 1 to 5 or from -1 to -5, not 0")
    return nth


Nth = Annotated[StrictInt, Field(ge=-_MOST, le=_MOST), AfterValidator(_refuse_zero)]


class MonthlyNthWeekday(CountedForm):
    """Due once a month; a fifth that does not exist is skipped."""

    type: Literal["MONTHLY_NTH_WEEKDAY"]
    nth: Nth
    day_of_week: Weekday

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield that weekday of every n-th month."""
        for year, month in months_from(day, anchor=self.starts_on, every=self.every):
            named = self._day_of(year, month)
            if isinstance(named, MissingDay) or named >= day:
                yield named

    def words(self) -> str:
        """Return "On the 2nd Tuesday of the month at 10:00", "On the last Friday …", "On the 2nd to last Friday …"."""
        which = f"{self._nth_words()} {self.day_of_week.capitalize()}"
        return f"On the {which} {of_month(self.every)} {times_in_words(self.times)}"

    def _nth_words(self) -> str:
        if self.nth > 0:
            return ordinal(self.nth)
        return "last" if self.nth == -1 else f"{ordinal(-self.nth)} to last"

    def _day_of(self, year: int, month: int) -> Day:
        last = last_of_month(year, month)
        if self.nth > 0:
            first_weekday = (last.weekday() - last.day + 1) % _WEEK
            number = 1 + (self._weekday - first_weekday) % _WEEK + _WEEK * (self.nth - 1)
        else:
            number = last.day - (last.weekday() - self._weekday) % _WEEK + _WEEK * (self.nth + 1)
        exists = 1 <= number <= last.day
        return date(year, month, number) if exists else MissingDay(f"{year}-{month:02}", year, month)

    @cached_property
    def _weekday(self) -> int:
        return WEEKDAYS.index(self.day_of_week)
