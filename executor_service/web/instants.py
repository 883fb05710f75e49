"""Instants in bodies and parameters: RFC 3339 with an offset, inside the calendar also in UTC."""

import re
from datetime import UTC, datetime

from pydantic_core import PydanticCustomError

_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def read_instant(value: object) -> datetime | None:
    """Return an instant in UTC, null for null: a validator of the fields of models and of parameters.

    Raises what pydantic names with its place.
    """
    if value is None:
        return None
    if not isinstance(value, str) or _FORM.fullmatch(value) is None:
        raise _refusal()
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _refusal() from error


def _refusal() -> PydanticCustomError:
    return PydanticCustomError("instant_type", "expected an RFC 3339 instant with its offset: 2026-11-27T07:00:00Z")
