"""The next occurrences of a schedule, with what falls away between them, as people see them before they save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.recurrence.forms import CalendarForm
from shared.recurrence.outcomes import Occurrence, Skip
from shared.recurrence.planning import outcomes
from shared.recurrence.sentence import sentence
from shared.recurrence.zones import TZDATA_VERSION

FARTHEST = timedelta(days=40 * 366)
"""A preview looks no farther than forty years past `after`."""

MOST_NOMINAL_TIMES = 50_000
MOST_SKIPS = 1_000
_LAST_INSTANT = datetime(9998, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Preview:
    """The first occurrences after an instant, and the earliest 1,000 skips up to the last of them, both in order."""

    sentence: str
    zone_id: str
    tzdata: str
    occurrences: tuple[Occurrence, ...]
    skipped: tuple[Skip, ...]


def preview(schedule: CalendarForm, zone_id: str, *, after: datetime, count: int) -> Preview:
    """Return up to `count` occurrences after an instant (exclusive).

    Fewer when the schedule ends, or names no more within 40 years and 50,000 nominal times; then `skipped` reaches as
    far as was looked.
    """
    found: list[Occurrence] = []
    skipped: list[Skip] = []
    looked = 0
    farthest = after + FARTHEST if after < _LAST_INSTANT - FARTHEST else _LAST_INSTANT
    for outcome in outcomes(schedule, zone_id, after=after) if count > 0 else ():
        if outcome.at > farthest or looked >= MOST_NOMINAL_TIMES:
            break
        match outcome:
            case Occurrence():
                found.append(outcome)
                looked += 1 + len(outcome.merged)
            case Skip():
                skipped.append(outcome)
                looked += 1
        if len(found) == count:
            break
    kept = tuple(skipped[:MOST_SKIPS])
    return Preview(sentence(schedule), zone_id, TZDATA_VERSION, tuple(found), kept)


def preview_json(seen: Preview) -> dict[str, object]:
    """Return a preview as `POST /v1/schedules/preview` answers with it."""
    return {
        "sentence": seen.sentence,
        "timeZoneId": seen.zone_id,
        "tzdata": seen.tzdata,
        "occurrences": [occurrence_json(each) for each in seen.occurrences],
        "skipped": [{"nominal": each.nominal, "reason": each.reason.value} for each in seen.skipped],
    }


def occurrence_json(occurrence: Occurrence) -> dict[str, str]:
    """Return one occurrence as previews and lists of what is ahead show it."""
    return {
        "dueAt": occurrence.due_at.isoformat().replace("+00:00", "Z"),
        "localTime": occurrence.local_time,
        "nominal": occurrence.nominal_text,
        "resolution": occurrence.resolution.value,
    }
