"""`MONTHLY_SPECIFIC_DAYS`: on listed days of the month, of every month or every n-th."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Literal

from shared.recurrence.days import SHORTEST_MONTH, Day, MissingDay, month_length, months_from
from shared.recurrence.fields import MonthDays, OnMissingDay
from shared.recurrence.forms import CountedForm
from shared.recurrence.words import counted, listing, ordinal, times_in_words


class MonthlySpecificDays(CountedForm):
    """Due on each listed day; a month that lacks one is skipped, or uses its last day."""

    type: Literal["MONTHLY_SPECIFIC_DAYS"]
    days_of_month: MonthDays
    on_missing_day: OnMissingDay = "SKIP"

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield the listed days of every n-th month."""
        for year, month in months_from(day, anchor=self.starts_on, every=self.every):
            length = month_length(year, month)
            for number in self._numbers(length):
                if number > length:
                    yield MissingDay(f"{year}-{month:02}-{number:02}", year, month)
                else:
                    named = date(year, month, number)
                    if named >= day:
                        yield named

    def words(self) -> str:
        """Return "Monthly on the 1st and 15th at 08:00"."""
        which = "Monthly" if self.every == 1 else counted(self.every, "month")
        days = listing([ordinal(day) for day in self._sorted])
        moved = self.on_missing_day == "LAST_DAY" and self._sorted[-1] > SHORTEST_MONTH
        remainder = ", or the last day of a shorter month," if moved else ""
        return f"{which} on the {days}{remainder} {times_in_words(self.times)}"

    @cached_property
    def _sorted(self) -> tuple[int, ...]:
        return tuple(sorted(self.days_of_month))

    def _numbers(self, length: int) -> Sequence[int]:
        if self.on_missing_day == "SKIP" or self._sorted[-1] <= length:
            return self._sorted
        return sorted({min(number, length) for number in self._sorted})
