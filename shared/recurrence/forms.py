"""What schedule types have in common: the optional fields, and what each type must say about itself.

A type is one file with one class. It says which fields it has, which days it names (`days_from`) and how it reads
(`words`); parsing, zones, clock changes, planning, previews and sentences follow from that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, ClassVar

from shared.recurrence.clock import OnFold, OnGap
from shared.recurrence.days import FIRST_DAY, LAST_DAY, SHORTEST_MONTH, Day, MissingDay
from shared.recurrence.fields import (
    CatchUpDocument,
    CatchUpPolicy,
    Document,
    Every,
    LocalDate,
    NotNull,
    TimeOfDay,
    TimesOfDay,
    ZoneName,
    duration,
)
from shared.recurrence.problems import Problem

_ONE_DAY = timedelta(days=1)

LAST_PROBED_DAY = date(2199, 12, 31)
"""A rule that names no date until then is refused."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What is done about occurrences that were missed: the policy, and how far back from the decision it looks."""

    policy: CatchUpPolicy = "LATEST"
    window: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MissingTime:
    """A nominal time on a day its month lacks: `text` is `2027-02-31T08:00`; it stands at `position`."""

    text: str
    position: datetime


NominalTime = datetime | MissingTime
"""What a rule names: a wall time without zone, or one on a day that the month lacks."""


class ScheduleForm(Document, ABC):
    """Every schedule: where its times are read, between which dates, and what is done about those missed."""

    time_zone_id: Annotated[ZoneName | None, NotNull] = None
    starts_on: Annotated[LocalDate | None, NotNull] = None
    ends_on: Annotated[LocalDate | None, NotNull] = None
    catch_up: Annotated[CatchUpDocument | None, NotNull] = None

    repeats: ClassVar[bool] = True

    @cached_property
    def first_day(self) -> date:
        """The first local date that may be named."""
        return self.starts_on or FIRST_DAY

    @cached_property
    def last_day(self) -> date:
        """The last local date that may be named."""
        return min(self.ends_on or LAST_DAY, LAST_DAY)

    @property
    def catching_up(self) -> CatchUp:
        """The catch-up policy and window, defaults filled in."""
        written = self.catch_up or CatchUpDocument()
        return CatchUp(written.policy, duration(written.window))

    @abstractmethod
    def words(self) -> str:
        """Return the sentence but for zone and end."""

    @abstractmethod
    def names_any_day(self) -> bool:
        """Say whether the rule names a date until `LAST_PROBED_DAY`; quick whatever the rule."""

    def never_due(self, path: str) -> Problem:
        """Return the problem of a rule that names no date at all."""
        return Problem("NOT_ALLOWED", path, f"must name a date that comes, from {self._span()}")

    @classmethod
    def presence_problems(cls, keys: frozenset[str], path: str) -> Iterator[Problem]:  # noqa: ARG003  for its heirs
        """Yield what is wrong with the choice of fields alone."""
        yield from ()

    def own_problems(self, path: str) -> Iterator[Problem]:
        """Yield what is wrong between fields that are each right."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            yield Problem("OUT_OF_BOUNDS", f"{path}.endsOn", f"must not lie before startsOn, {self.starts_on}")

    def _span(self) -> str:
        return f"{self.first_day} to {min(self.last_day, LAST_PROBED_DAY)}"


class CalendarForm(ScheduleForm):
    """A schedule whose times are read off the wall clock of its zone."""

    on_gap: OnGap = "SHIFT"
    on_fold: OnFold = "FIRST"

    @abstractmethod
    def nominal_from(self, start: datetime) -> Iterator[NominalTime]:
        """Yield the nominal times from `start` on, in order, each once, reaching there in constant time.

        The times of missing days stand where their month ends; those of the month of `start` are always among them.
        """


class DayForm(CalendarForm):
    """A schedule that names days, and one or several times of each."""

    time_of_day: Annotated[TimeOfDay | None, NotNull] = None
    times_of_day: Annotated[TimesOfDay | None, NotNull] = None

    @abstractmethod
    def days_from(self, day: date) -> Iterator[Day]:
        """Yield the days the rule names from `day` on, in order, each once; `startsOn` is not after `day`."""

    @cached_property
    def times(self) -> tuple[time, ...]:
        """The times of a day, in order; never empty."""
        written = self.times_of_day or ((self.time_of_day,) if self.time_of_day else ())
        return tuple(sorted(each.clock_time for each in written))

    def nominal_from(self, start: datetime) -> Iterator[NominalTime]:
        """Combine days and times; see `CalendarForm`."""
        day, clock = start.date(), start.time()
        if day < self.first_day:
            day, clock = self.first_day, time.min
        times, last_day = self.times, self.last_day
        if clock > times[-1] and day.day < SHORTEST_MONTH:  # at a month's end its missing days are still to come
            day, clock = day + _ONE_DAY, time.min
        for each in self.days_from(day):
            if isinstance(each, MissingDay):
                if each.month_end >= last_day:
                    return
                yield from self._missing_times(each)
            elif each > last_day:
                return
            else:
                for at in times:
                    if at >= clock or each != day:
                        yield datetime.combine(each, at)

    def names_any_day(self) -> bool:
        """Look for one date; every day looked at is one that the rule names or that a month lacks."""
        last_day = min(self.last_day, LAST_PROBED_DAY)
        for each in self.days_from(self.first_day):
            if not isinstance(each, MissingDay):
                return each <= last_day
            if each.month_end >= last_day:
                return False
        return False

    @classmethod
    def presence_problems(cls, keys: frozenset[str], path: str) -> Iterator[Problem]:
        """Ask for one of `timeOfDay` and `timesOfDay`, not both."""
        yield from super().presence_problems(keys, path)
        if keys.isdisjoint({"timeOfDay", "timesOfDay"}):
            yield Problem("INCOMPLETE", f"{path}.timeOfDay", "is required")
        if keys.issuperset({"timeOfDay", "timesOfDay"}):
            yield Problem("NOT_ALLOWED", f"{path}.timesOfDay", "must not stand beside timeOfDay")

    def _missing_times(self, day: MissingDay) -> Iterator[MissingTime]:
        for at in self.times:
            yield MissingTime(f"{day.label}T{at:%H:%M}", day.month_after)


class CountedForm(DayForm):
    """A schedule that may take every n-th day, week, month or year only, counted from that of `startsOn`."""

    every: Every = 1

    def own_problems(self, path: str) -> Iterator[Problem]:
        """Ask for the date that is counted from."""
        yield from super().own_problems(path)
        if self.every > 1 and self.starts_on is None:
            yield Problem("INCOMPLETE", f"{path}.startsOn", "is required with every, which is counted from it")
