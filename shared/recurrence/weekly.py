"""`WEEKLY`: on listed weekdays, of every week or every n-th."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Literal

from shared.recurrence.days import LAST_DAY, WEEKDAYS, Day
from shared.recurrence.fields import Weekdays
from shared.recurrence.forms import CountedForm
from shared.recurrence.words import counted, times_in_words, weekdays_in_words

_WEEK = 7


class Weekly(CountedForm):
    """Due on each listed weekday; weeks start on Monday and are counted from that of `startsOn`."""

    type: Literal["WEEKLY"]
    days_of_week: Weekdays

    @cached_property
    def _places(self) -> tuple[int, ...]:
        return tuple(sorted(WEEKDAYS.index(day) for day in self.days_of_week))

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield the listed weekdays of every n-th week."""
        first = day.toordinal()
        step = _WEEK * self.every
        monday = first - day.weekday()
        monday += (_monday(self.first_day) - monday) % step
        for start in range(monday, LAST_DAY.toordinal() + 1, step):
            for place in self._places:
                if start + place >= first:
                    yield date.fromordinal(start + place)

    def words(self) -> str:
        """Return "Every Monday and Friday at 08:00"."""
        days = weekdays_in_words(self.days_of_week)
        which = f"Every {days}" if self.every == 1 else f"{counted(self.every, 'week')} on {days}"
        return f"{which} {times_in_words(self.times)}"


def _monday(day: date) -> int:
    return day.toordinal() - day.weekday()
