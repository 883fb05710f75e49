"""B11: the next occurrence of each calendar type, beside naive datetime arithmetic."""

from datetime import UTC, datetime, time, timedelta
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

from shared.recurrence import next_occurrence
from shared.schedule import parse_schedule
from tests.bench.figures import Figure
from tests.bench.ground import Ground

_ZONE = "Europe/Berlin"
_START = datetime(2026, 1, 1, tzinfo=UTC)
_SPAN = timedelta(days=7_305)
_AT_EIGHT = {"timeOfDay": {"hour": 8, "minute": 0}}
_BAR = 100_000
_SCHEDULES: dict[str, dict[str, Any]] = {
    "DAILY": {},
    "WEEKLY": {"daysOfWeek": ["MONDAY", "FRIDAY"]},
    "MONTHLY_SPECIFIC_DAYS": {"daysOfMonth": [1, 15]},
    "MONTHLY_RELATIVE_DAYS": {"monthlyRelativeDays": "LAST_DAY_OF_MONTH"},
    "MONTHLY_NTH_WEEKDAY": {"nth": 2, "dayOfWeek": "TUESDAY"},
    "YEARLY": {"month": "JULY", "dayOfMonth": 4},
}


async def measure(ground: Ground) -> list[Figure]:
    """Return how many next occurrences a second of processor time each type gives, over and over for twenty years."""
    count = ground.sizes.occurrences
    limit = _naive(count)
    return [
        Figure("B11", f"next occurrence, {name}", _rate(name, fields, count), "/s", limit, "naive arithmetic", _BAR)
        for name, fields in _SCHEDULES.items()
    ]


def _rate(name: str, fields: dict[str, Any], count: int) -> float:
    schedule = parse_schedule({"type": name, **_AT_EIGHT, **fields})
    last, at = _START + _SPAN, _START
    began = process_time()
    for _ in range(count):
        found = next_occurrence(schedule, _ZONE, at)
        at = _START if found is None or found.due_at > last else found.due_at
    return count / (process_time() - began)


def _naive(count: int) -> float:
    """Add a day, put the time of day on it, and change the zone."""
    zone, at_eight, day = ZoneInfo(_ZONE), time(8), _START.date()
    began = process_time()
    for _ in range(count):
        day += timedelta(days=1)
        datetime.combine(day, at_eight, zone).astimezone(UTC)
    return count / (process_time() - began)
