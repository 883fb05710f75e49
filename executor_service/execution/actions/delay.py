"""`0-1`, a delay by an amount of time: records wait where they are, and go on at an instant computed on arrival.

`MINUTES` and `HOURS` are elapsed time. `DAYS` and `WEEKS` are added on the calendar of the workflow's zone, at the same
wall time: one that does not exist on that day is shifted by the gap, of one that exists twice it is the first. The
instant is kept as the cohort's `ready_at` and never computed again.

There is exactly one wake-up for each arrival, and it is never early: arriving and waiting are two phases of a cohort,
each claimed by itself, and a claim takes only what is ready. Neither phase does anything to records but group them, so
one claim takes up to 50,000.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from executor_service.execution.actions.fields import fields_of, flag, require, whole_number
from executor_service.execution.actions.kind import Kind, Step, tell_missing
from executor_service.execution.actions.times import add_to_instant
from executor_service.execution.domain.settlement import Outcome
from executor_service.records.ports import Definitions, Records
from executor_service.workflows.domain import checks
from executor_service.workflows.domain.problems import Findings, Problem, below, wrong_type

_FIELDS: Final = ("delta", "time_unit", "business_days_only", "business_calendar")
_UNITS: Final[Mapping[str, timedelta]] = {
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
}
_LONGEST: Final = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Delay:
    """Lets records wait for an amount of time."""

    type_id: str = "0-1"
    kind: Kind = Kind.WAIT
    payload: str | None = None

    def problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:  # noqa: ARG002 # asks no property
        """See ActionKind."""
        found = Findings()
        fields, place = fields_of(action), below(path, "fields")
        checks.unknown_fields(fields, _FIELDS, place, found)
        _check_amount(fields, place, found)
        if fields.get("business_days_only") is not None:
            _check_business_days(fields["business_days_only"], below(place, "business_days_only"), found)
        if fields.get("business_calendar") is not None:
            found.add("UNSUPPORTED", below(place, "business_calendar"), "is not held here")
        return found.problems

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:  # noqa: ARG002 # asks no property
        """See ActionKind."""
        found = Findings()
        needed = {"delta": "must say how long the delay is", "time_unit": "must say in what the delay is counted"}
        require(fields_of(action), needed, below(path, "fields"), found)
        return found.problems

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """See ActionKind."""
        living, missing = await tell_missing(step, records=records)
        if step.phase == "WAITING":
            goes_on = step.went_on("SUCCEEDED", living, details={"outcome": "WAITED"})
        else:
            fields = step.action.fields
            delta, unit = whole_number(fields["delta"]) or 0, fields["time_unit"]
            until = add_to_instant(step.now, delta, unit, step.revision.time_zone_id)
            goes_on = step.stayed(living, until=until)
        return [goes_on, step.missing(missing)]


def _check_amount(fields: Mapping[str, Any], place: str, found: Findings) -> None:
    delta, unit = fields.get("delta"), fields.get("time_unit")
    if unit is not None:
        checks.one_of(*_UNITS)(unit, below(place, "time_unit"), found)
    if delta is None or delta == "":
        return
    if not isinstance(delta, str | int) or isinstance(delta, bool):
        wrong_type(found, below(place, "delta"), "a whole number, also as text")
        return
    number = whole_number(delta)
    most = _LONGEST // _UNITS.get(unit if isinstance(unit, str) else "", timedelta(minutes=1))
    if number is None:
        found.add("NOT_ALLOWED", below(place, "delta"), "must be a whole number")
    elif not 1 <= number <= most:
        found.add("OUT_OF_BOUNDS", below(place, "delta"), f"must be from 1 to {most}, which is at most five years")


def _check_business_days(value: Any, place: str, found: Findings) -> None:
    if flag(value) is None:
        wrong_type(found, place, "true or false, also as text")
    elif flag(value):
        found.add("UNSUPPORTED", place, "must be false: business days are not held here", expected="false")
