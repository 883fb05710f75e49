"""What a review warns of: what a workflow may be turned on with, and somebody should know before; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

from executor_service.workflows.domain.connections import next_ids
from executor_service.workflows.domain.graph import reachable
from executor_service.workflows.domain.problems import ProblemLike
from shared.recurrence import Preview, Resolution, SkipReason

VERY_MANY: Final = 100_000
_UNITS: Final[Mapping[str, timedelta]] = {
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
}
_CRITERIA: Final = "enrollmentCriteria"
_SCHEDULE: Final = "enrollmentSchedule"


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning. `place` is a dotted path as in a refusal, `count` how many things it is about."""

    code: str
    place: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Matching:
    """Whom an evaluation would find now; `sample` are up to ten of them, ascending."""

    total: int
    already_enrolled: int
    would_enroll: int
    sample: Sequence[int]


def unreachable_positions(content: Mapping[str, Any]) -> list[int]:
    """Return the positions of the actions that no enrollment can come to."""
    actions = content["actions"]
    run = reachable(content.get("startActionId"), {each["actionId"]: next_ids(each) for each in actions})
    return [position for position, action in enumerate(actions) if action["actionId"] not in run]


def warn(
    content: Mapping[str, Any],
    *,
    incomplete: Iterable[ProblemLike],
    seen: Preview | None,
    matching: Matching | None,
    is_too_slow: bool,
) -> list[Warned]:
    """Return the warnings, those about whom it enrolls first.

    `incomplete` are the problems of single actions, reachable or not; `seen` what its schedule comes to next, null
    without one; `matching` null where the criteria could not be evaluated.
    """
    return [
        *_of_matching(matching, is_too_slow=is_too_slow),
        *(() if seen is None else _of_schedule(content, seen)),
        *_of_actions(content, incomplete),
    ]


def _of_matching(matching: Matching | None, *, is_too_slow: bool) -> Iterator[Warned]:
    if is_too_slow:
        yield Warned("TOO_SLOW", _CRITERIA, "the records that match could not be counted in time", 1)
    if matching is None:
        return
    if matching.total == 0:
        yield Warned("NO_MATCH", _CRITERIA, "no record matches now", 1)
    if matching.would_enroll > VERY_MANY:
        yield Warned("VERY_MANY", _CRITERIA, f"more than {VERY_MANY} records would be enrolled", matching.would_enroll)


def _of_schedule(content: Mapping[str, Any], seen: Preview) -> Iterator[Warned]:
    if not seen.occurrences:
        yield Warned("NO_NEXT_OCCURRENCE", _SCHEDULE, "the schedule names no time that is still ahead", 1)
    moved = sum(each.resolution is not Resolution.EXACT for each in seen.occurrences)
    moved += sum(each.reason is SkipReason.GAP for each in seen.skipped)
    if moved:
        yield Warned("CLOCK_CHANGE", _SCHEDULE, "next occurrences fall on a change of the clocks", moved)
    intervals = [after.due_at - before.due_at for before, after in pairwise(seen.occurrences)]
    for position, wait in _fixed_delays(content):
        if intervals and wait > min(intervals):
            message = "the delay is longer than the time between two occurrences: those still active are passed over"
            yield Warned("OVERLAPS", f"actions[{position}]", message, 1)


def _of_actions(content: Mapping[str, Any], incomplete: Iterable[ProblemLike]) -> Iterator[Warned]:
    if content.get("startActionId") is None:
        yield Warned("NO_ACTIONS", "startActionId", "nothing is done to the records that are enrolled", 1)
    for position in unreachable_positions(content) if content.get("startActionId") is not None else ():
        yield Warned("UNREACHABLE_ACTION", f"actions[{position}]", "no record ever comes to this action", 1)
    missing: dict[str, int] = {}
    for problem in incomplete:
        place, _, _ = problem.field.partition(".")
        if problem.code == "INCOMPLETE":
            missing[place] = missing.get(place, 0) + 1
    for place, count in missing.items():
        yield Warned("INCOMPLETE_ACTION", place, "the action is not complete", count)


def _fixed_delays(content: Mapping[str, Any]) -> Iterator[tuple[int, timedelta]]:
    """Yield (position, length) of the delays by an amount of time that a record can come to."""
    left_out = set(unreachable_positions(content))
    for position, action in enumerate(content["actions"]):
        fields = action.get("fields") or {}
        unit, delta = _UNITS.get(str(fields.get("time_unit"))), str(fields.get("delta"))
        if action.get("actionTypeId") == "0-1" and position not in left_out and unit and delta.isdecimal():
            yield position, int(delta) * unit
