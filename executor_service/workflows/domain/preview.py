"""What is asked of a preview: a schedule, an instant, how many."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from executor_service.workflows.domain import checks
from executor_service.workflows.domain.document import InvalidFlowError
from executor_service.workflows.domain.problems import Findings, wrong_type
from shared.recurrence import CalendarForm
from shared.schedule import ScheduleError, parse_schedule

DEFAULT_COUNT: Final = 10
MOST: Final = 1_000

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A preview that can be made; `after` is exclusive, null for now."""

    schedule: CalendarForm
    after: datetime | None
    count: int


def read_preview(body: Any) -> PreviewRequest:
    """Return what a body asks for; raise InvalidFlowError with every mistake in it."""
    found = Findings()
    if not isinstance(body, Mapping):
        wrong_type(found, "", "an object")
        raise InvalidFlowError(found.first())
    checks.unknown_fields(body, ("schedule", "after", "count"), "", found)
    schedule = _read_schedule(body, found)
    after = _read_instant(body.get("after"), found)
    count = body.get("count", DEFAULT_COUNT)
    _check_count(count, found)
    if schedule is None or found.problems:
        raise InvalidFlowError(found.first())
    return PreviewRequest(schedule, after, count)


def _read_schedule(body: Mapping[str, Any], found: Findings) -> CalendarForm | None:
    if body.get("schedule") is None:
        found.add("INCOMPLETE", "schedule", "is required")
        return None
    try:
        return parse_schedule(body["schedule"])
    except ScheduleError as error:
        found.take(error.problems)
        return None


def _read_instant(value: Any, found: Findings) -> datetime | None:
    if value is None:
        return None
    expected = "an instant with its offset, such as 2026-11-23T00:00:00Z"
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
        wrong_type(found, "after", expected)
        return None
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        found.add("OUT_OF_BOUNDS", "after", f"must be {expected}, and exist", expected=expected)
        return None


def _check_count(count: Any, found: Findings) -> None:
    if not isinstance(count, int) or isinstance(count, bool):
        wrong_type(found, "count", f"a whole number from 1 to {MOST}")
    elif not 1 <= count <= MOST:
        found.add("OUT_OF_BOUNDS", "count", f"must be from 1 to {MOST}")
