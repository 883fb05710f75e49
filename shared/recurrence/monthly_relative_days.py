"""`MONTHLY_RELATIVE_DAYS`: on the last day, or the first Monday, of every month or every n-th."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from shared.recurrence.days import Day, last_of_month, months_from
from shared.recurrence.forms import CountedForm
from shared.recurrence.words import of_month, times_in_words

_WEEK = 7
_WORDS = {"LAST_DAY_OF_MONTH": "last day", "FIRST_MONDAY_OF_MONTH": "first Monday"}


class MonthlyRelativeDays(CountedForm):
    """Due once a month, on a day that every month has."""

    type: Literal["MONTHLY_RELATIVE_DAYS"]
    monthly_relative_days: Literal["LAST_DAY_OF_MONTH", "FIRST_MONDAY_OF_MONTH"]

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield that day of every n-th month."""
        for year, month in months_from(day, anchor=self.starts_on, every=self.every):
            named = self._day_of(year, month)
            if named >= day:
                yield named

    def words(self) -> str:
        """Return "On the last day of the month at 15:00"."""
        which = _WORDS[self.monthly_relative_days]
        return f"On the {which} {of_month(self.every)} {times_in_words(self.times)}"

    def _day_of(self, year: int, month: int) -> date:
        match self.monthly_relative_days:
            case "LAST_DAY_OF_MONTH":
                return last_of_month(year, month)
            case "FIRST_MONDAY_OF_MONTH":
                return date(year, month, 1 + -date(year, month, 1).weekday() % _WEEK)
