"""`YEARLY`: on one date of every year or every n-th."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Literal

from shared.recurrence.days import LAST_DAY, MONTHS, Day, MissingDay, month_length
from shared.recurrence.fields import MonthDay, MonthName, OnMissingDay
from shared.recurrence.forms import CountedForm
from shared.recurrence.problems import Problem
from shared.recurrence.words import counted, times_in_words

_A_LEAP_YEAR = 2000


class Yearly(CountedForm):
    """Due once a year; 29 February in leap years only, or on the month's last day in the others."""

    type: Literal["YEARLY"]
    month: MonthName
    day_of_month: MonthDay
    on_missing_day: OnMissingDay = "SKIP"

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield the date of every n-th year."""
        start = day.year + (self.first_day.year - day.year) % self.every
        for year in range(start, LAST_DAY.year + 1, self.every):
            named = self._day_of(year)
            if (named.month_end if isinstance(named, MissingDay) else named) >= day:
                yield named

    def words(self) -> str:
        """Return "Every year on 4 July at 08:00"."""
        return f"{counted(self.every, 'year')} on {self._date_words()} {times_in_words(self.times)}"

    def never_due(self, path: str) -> Problem:
        """Name the day, when no year has it."""
        if self.day_of_month > month_length(_A_LEAP_YEAR, self._month_number):
            return Problem("OUT_OF_BOUNDS", f"{path}.dayOfMonth", f"must exist: {self._date_words()} never comes")
        return super().never_due(path)

    def _date_words(self) -> str:
        return f"{self.day_of_month} {self.month.capitalize()}"

    @cached_property
    def _month_number(self) -> int:
        return MONTHS.index(self.month) + 1

    def _day_of(self, year: int) -> Day:
        month = self._month_number
        length = month_length(year, month)
        if self.day_of_month <= length:
            return date(year, month, self.day_of_month)
        if self.on_missing_day == "LAST_DAY":
            return date(year, month, length)
        return MissingDay(f"{year}-{month:02}-{self.day_of_month:02}", year, month)
