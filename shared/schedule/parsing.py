"""From decoded JSON to a schedule, with every mistake named; and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from pydantic import ValidationError

from shared.recurrence.problems import MOST_PROBLEMS, Problem, ScheduleError
from shared.schedule.document import SCHEDULE_TYPES, AnySchedule, Schedule
from shared.schedule.refusals import problems_of, shown

_MOST_VALUES = 10_000
"""More than the largest schedule that could be right; no document beyond it is looked at closely."""


def parse_schedule(data: object, *, path: str = "schedule") -> Schedule:
    """Return the schedule that decoded JSON describes; raise `ScheduleError` with the problems found.

    `path` is where the document stands in what was sent: the fields of the problems begin with it.
    """
    if not isinstance(data, dict):
        raise ScheduleError((Problem("WRONG_TYPE", path, f"must be an object, not {shown(data)}"),))
    if _is_larger_than(data, _MOST_VALUES):
        raise ScheduleError((Problem("TOO_MANY", path, f"must hold at most {_MOST_VALUES} values"),))
    form = _form_of(data, path)
    schedule, problems = _read(form, data, path)
    if schedule is not None and not problems:
        problems = tuple(schedule.own_problems(path))
        if not problems and not schedule.names_any_day():
            problems = (schedule.never_due(path),)
        if not problems:
            return schedule
    raise ScheduleError(problems[:MOST_PROBLEMS])


def dump_schedule(schedule: Schedule) -> dict[str, object]:
    """Return the JSON document of a schedule: what was set and nothing else, in HubSpot's order of fields."""
    written = schedule.model_dump(mode="json", by_alias=True, exclude_unset=True)
    own = ["type", *(_alias(schedule, name) for name in type(schedule).__annotations__), "timeOfDay"]
    return {name: written[name] for name in dict.fromkeys([*own, *written]) if name in written}


def _form_of(data: Mapping[str, object], path: str) -> type[AnySchedule]:
    name = data.get("type")
    if isinstance(name, str) and name in SCHEDULE_TYPES:
        return SCHEDULE_TYPES[name]
    field = f"{path}.type"
    if "type" not in data:
        problem = Problem("INCOMPLETE", field, "is required")
    elif not isinstance(name, str):
        problem = Problem("WRONG_TYPE", field, f"must be text, not {shown(name)}")
    else:
        problem = Problem("NOT_ALLOWED", field, f"must be one of {', '.join(SCHEDULE_TYPES)}, not {shown(name)}")
    raise ScheduleError((problem,))


def _read(
    form: type[AnySchedule], data: Mapping[str, object], path: str
) -> tuple[Schedule | None, tuple[Problem, ...]]:
    chosen = tuple(form.presence_problems(frozenset(data), path))
    try:
        return form.model_validate(data), chosen
    except ValidationError as error:
        return None, (*chosen, *islice(problems_of(error, path), MOST_PROBLEMS))


def _is_larger_than(data: object, most: int) -> bool:
    return next(islice(_values(data), most, None), None) is not None


def _values(data: object) -> Iterator[bool]:
    """Yield once for each value of a document, however deep, without recursion."""
    left = [data]
    while left:
        value = left.pop()
        yield True
        if isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _alias(schedule: Schedule, name: str) -> str:
    field = type(schedule).model_fields.get(name)
    return (field.alias or name) if field else name
