"""From points in time to the texts that a stored day or instant is compared with.

Days and instants are stored as texts of one width, so that texts compare as they do. What an operation means at one
instant in one zone is therefore a span between two texts, worked out once: the compiled SQL and the evaluator in
memory compare with the same two, and no calendar is asked of the server.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from executor_service.records.domain.days import after_last_instant, first_instant, local_day
from executor_service.records.domain.values import PropertyType

BELOW_ALL: Final = ""
ABOVE_ALL: Final = ":"
"""Less, and greater, than every text that begins with a digit."""

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Instant:
    """A point without length; `zone` says on which day it lies."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Day:
    """A point as long as the day is in `zone`."""

    day: date
    zone: str


Point = Instant | Day


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of a range, with the point itself or without."""

    point: Point
    included: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """The texts from `lower`, included, to `upper`, excluded."""

    lower: str
    upper: str

    def holds(self, text: str) -> bool:
        """Tell whether a stored day or instant lies within."""
        return self.lower <= text < self.upper


@dataclass(frozen=True, slots=True)
class Range:
    """What lies between two bounds; without a bound it goes on for ever."""

    lower: Bound | None = None
    upper: Bound | None = None

    def span(self, kind: PropertyType) -> Span:
        """Return the span of stored texts of a property; of a `date` it consists of whole days."""
        edge = _day_edge if kind is PropertyType.DATE else _instant_edge
        return Span(
            BELOW_ALL if self.lower is None else edge(self.lower.point, is_behind=not self.lower.included),
            ABOVE_ALL if self.upper is None else edge(self.upper.point, is_behind=self.upper.included),
        )


def day_of(point: Point) -> date:
    """Return the day of a point in its zone."""
    match point:
        case Day():
            return point.day
        case Instant():
            return local_day(point.at, point.zone)


def _day_edge(point: Point, *, is_behind: bool) -> str:
    """Return the text of a point's day, or of the day after it."""
    day = day_of(point)
    return (day + _DAY if is_behind else day).isoformat()


def _instant_edge(point: Point, *, is_behind: bool) -> str:
    """Return the text of the first millisecond that a point touches, or of the first one behind it."""
    match point:
        case Day():
            edge = after_last_instant if is_behind else first_instant
            return _text(edge(point.day, point.zone))
        case Instant():
            floor = point.at.replace(microsecond=point.at.microsecond // 1000 * 1000)
            return _text(floor + _MILLISECOND if is_behind or floor < point.at else floor)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
