"""The words that sentences are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time

from shared.recurrence.days import MONTHS, WEEKDAYS

_MOST_TIMES = 6
_FIRST_TIMES = 3
_TEENS = range(11, 14)


def times_in_words(times: Sequence[time]) -> str:
    """Return "at 08:00 and 12:00"; of more than six times the first three and the number of the others."""
    written = [f"{each:%H:%M}" for each in times]
    if len(written) > _MOST_TIMES:
        written = [*written[:_FIRST_TIMES], f"{len(written) - _FIRST_TIMES} more times"]
    return f"at {listing(written)}"


def weekdays_in_words(days: Iterable[str]) -> str:
    """Return "Monday and Friday", Monday first."""
    return listing([day.capitalize() for day in sorted(days, key=WEEKDAYS.index)])


def date_in_words(day: date) -> str:
    """Return "4 January 2027"."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def counted(every: int, unit: str) -> str:
    """Return "Every day" or "Every 2nd day"."""
    return f"Every {unit}" if every == 1 else f"Every {ordinal(every)} {unit}"


def of_month(every: int) -> str:
    """Return "of the month" or "of every 3rd month"."""
    return "of the month" if every == 1 else f"of every {ordinal(every)} month"


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "23rd", "111th"."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in _TEENS else endings.get(number % 10, "th")
    return f"{number}{ending}"


def listing(parts: Sequence[str]) -> str:
    """Join with commas, the last by "and"; `parts` is not empty."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
