"""`DAILY`: every day, or every n-th."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from shared.recurrence.days import LAST_DAY, Day
from shared.recurrence.forms import CountedForm
from shared.recurrence.words import counted, times_in_words


class Daily(CountedForm):
    """Due on every n-th day counted from `startsOn`; days that a zone left out count."""

    type: Literal["DAILY"]

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield every n-th day."""
        first = day.toordinal()
        start = first + (self.first_day.toordinal() - first) % self.every
        for ordinal in range(start, LAST_DAY.toordinal() + 1, self.every):
            yield date.fromordinal(ordinal)

    def words(self) -> str:
        """Return "Every day at 08:00"."""
        return f"{counted(self.every, 'day')} {times_in_words(self.times)}"
