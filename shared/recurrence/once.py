"""`ONCE`: one date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.recurrence.days import Day
from shared.recurrence.fields import CivilDate
from shared.recurrence.forms import DayForm
from shared.recurrence.problems import Problem
from shared.recurrence.words import date_in_words, times_in_words


class Once(DayForm):
    """Due on one date; in the past, or in a gap that is skipped, it has no occurrence."""

    type: Literal["ONCE"]
    on: Annotated[CivilDate, Field(alias="date")]

    repeats: ClassVar[bool] = False

    def days_from(self, day: date) -> Iterator[Day]:
        """Yield the date, unless it has gone by."""
        if self.on.calendar_date >= day:
            yield self.on.calendar_date

    def words(self) -> str:
        """Return "Once, on 4 January 2027 at 10:00"."""
        return f"Once, on {date_in_words(self.on.calendar_date)} {times_in_words(self.times)}"

    def never_due(self, path: str) -> Problem:
        """Name the date as what cannot be."""
        return Problem("OUT_OF_BOUNDS", f"{path}.date", f"must lie from {self._span()}")
