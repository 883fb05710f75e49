"""When a schedule is due: pure functions of schedule, zone and instants.

Nothing here knows what time it is. Every function takes the zone by name, already resolved: the schedule's own, else
the account's (`zone_of`).
"""

from __future__ import annotations

from shared.recurrence.forms import CalendarForm, CatchUp
from shared.recurrence.outcomes import Occurrence, Outcome, Resolution, Skip, SkipReason
from shared.recurrence.planning import (
    Planned,
    names_instant,
    names_nominal,
    next_occurrence,
    occurrence_at,
    outcomes,
    plan,
)
from shared.recurrence.preview import Preview, occurrence_json, preview, preview_json
from shared.recurrence.progress import Progress
from shared.recurrence.sentence import sentence
from shared.recurrence.zones import TZDATA_VERSION, UnknownZoneError, load_zone, zone_names

__all__ = [
    "TZDATA_VERSION",
    "CalendarForm",
    "CatchUp",
    "Occurrence",
    "Outcome",
    "Planned",
    "Preview",
    "Progress",
    "Resolution",
    "Skip",
    "SkipReason",
    "UnknownZoneError",
    "load_zone",
    "names_instant",
    "names_nominal",
    "next_occurrence",
    "occurrence_at",
    "occurrence_json",
    "outcomes",
    "plan",
    "preview",
    "preview_json",
    "sentence",
    "zone_names",
    "zone_of",
]


def zone_of(schedule: CalendarForm, account_zone: str) -> str:
    """Return the name of the zone a schedule is read in."""
    return schedule.time_zone_id or account_zone
