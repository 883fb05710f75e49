"""What the filters do with days and instants."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from executor_service.execution.actions.templates.values import FormulaError, Value, text_of
from executor_service.execution.actions.times import (
    ELAPSED_UNITS,
    UnknownUnitError,
    add_to_day,
    add_to_instant,
    wall_of,
)
from executor_service.records.domain.values import (
    FieldType,
    InvalidValueError,
    PropertyDefinition,
    PropertyType,
    parse_value,
)
from shared.recurrence import UnknownZoneError

_DAY: Final = PropertyDefinition("", "", PropertyType.DATE, FieldType.DATE)
_INSTANT: Final = PropertyDefinition("", "", PropertyType.DATETIME, FieldType.DATE)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PATTERN: Final = re.compile("yyyy|MMMM|MM|dd|d|EEEE|HH|mm|ss")
_ELAPSED: Final = {"MINUTES": timedelta(minutes=1), "HOURS": timedelta(hours=1)}
_WHOLE_DAYS: Final = {"DAYS": timedelta(days=1), "WEEKS": timedelta(weeks=1)}
_MONTHS_OF: Final = {"MONTHS": 1, "YEARS": 12}


def to_day(value: Value, zone: str) -> date:
    """Return a day: of an instant its local one, of a text the one that it writes; raises FormulaError."""
    when = _to_time(value)
    return wall_of(when, zone).date() if isinstance(when, datetime) else when


def add_time(value: Value, delta: int, unit: str, zone: str) -> date | datetime:
    """Return a day or instant later; raises FormulaError."""
    when = _to_time(value)
    try:
        if isinstance(when, datetime):
            return add_to_instant(when, delta, unit, zone)
        return add_to_day(when, delta, unit)
    except UnknownUnitError as error:
        raise FormulaError(str(error)) from error
    except (ValueError, OverflowError) as error:
        raise FormulaError(f"there is no time {delta} {unit} from {text_of(when)}") from error


def subtract_time(value: Value, delta: int, unit: str, zone: str) -> date | datetime:
    """Return a day or instant before; raises FormulaError."""
    return add_time(value, -delta, unit, zone)


def time_between(value: Value, other: Value, unit: str, zone: str) -> int:
    """Return the other minus the value in whole units, toward zero; raises FormulaError."""
    first, second = _to_time(value), _to_time(other)
    if unit in ELAPSED_UNITS:
        if isinstance(first, datetime) and isinstance(second, datetime):
            return _toward_zero(second - first, _ELAPSED[unit])
        raise FormulaError(f"{unit} are asked of instants only")
    begin, end = _wall(first, zone), _wall(second, zone)
    if unit in _WHOLE_DAYS:
        return _toward_zero(end - begin, _WHOLE_DAYS[unit])
    if unit in _MONTHS_OF:
        months = _whole_months(begin, end) if begin <= end else -_whole_months(end, begin)
        return abs(months) // _MONTHS_OF[unit] * (1 if months >= 0 else -1)
    raise FormulaError(f"{unit[:40]} is no unit here")


def format_date(value: Value, pattern: str, zone: str) -> str:
    """Return a day or instant as a pattern writes it, in the zone, with English names; raises FormulaError."""
    wall = _wall(_to_time(value), zone)
    parts = {
        "yyyy": f"{wall.year:04d}",
        "MMMM": _MONTHS[wall.month - 1],
        "MM": f"{wall.month:02d}",
        "dd": f"{wall.day:02d}",
        "d": str(wall.day),
        "EEEE": _WEEKDAYS[wall.weekday()],
        "HH": f"{wall.hour:02d}",
        "mm": f"{wall.minute:02d}",
        "ss": f"{wall.second:02d}",
    }
    return _PATTERN.sub(lambda found: parts[found[0]], pattern)


def _to_time(value: Value) -> date | datetime:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        for definition, read in ((_DAY, date.fromisoformat), (_INSTANT, datetime.fromisoformat)):
            try:
                return read(str(parse_value(definition, value)))
            except (InvalidValueError, ValueError):
                continue
    raise FormulaError(f"{text_of(value)[:40]} is no day and no instant")


def _wall(when: date | datetime, zone: str) -> datetime:
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=UTC).replace(tzinfo=None)
    try:
        return wall_of(when, zone)
    except UnknownZoneError as error:
        raise FormulaError(str(error)) from error


def _whole_months(begin: datetime, end: datetime) -> int:
    months = (end.year - begin.year) * 12 + end.month - begin.month
    is_short = (end.day, end.time()) < (begin.day, begin.time())
    return months - is_short


def _toward_zero(span: timedelta, unit: timedelta) -> int:
    return span // unit if span >= timedelta(0) else -(-span // unit)
