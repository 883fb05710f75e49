"""The schedule document: HubSpot's `enrollmentSchedule` with fields of our own, read from JSON and given back to it.

`parse_schedule` is the only way in for what comes from outside: it finds every mistake, also those that no single
field shows. What it let through is a frozen model, one class a type, told apart by `type`.
"""

from __future__ import annotations

from shared.recurrence.problems import Problem, ScheduleError
from shared.schedule.document import SCHEDULE_TYPES, Schedule
from shared.schedule.parsing import dump_schedule, parse_schedule

__all__ = ["SCHEDULE_TYPES", "Problem", "Schedule", "ScheduleError", "dump_schedule", "parse_schedule"]
