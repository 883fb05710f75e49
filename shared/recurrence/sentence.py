"""A schedule in one sentence."""

from __future__ import annotations

from shared.recurrence.forms import ScheduleForm
from shared.recurrence.words import date_in_words


def sentence(schedule: ScheduleForm) -> str:
    """Return "Every Friday at 08:00 until 31 December 2027 (Europe/Oslo)".

    The end and the zone are there only when the schedule names them.
    """
    ends = schedule.ends_on if schedule.repeats else None
    until = f" until {date_in_words(ends)}" if ends else ""
    zone = f" ({schedule.time_zone_id})" if schedule.time_zone_id else ""
    return f"{schedule.words()}{until}{zone}"
