"""What pydantic found wrong with a schedule, in our codes, paths and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.recurrence.problems import Problem, ProblemCode

_SHOWN_LENGTH = 60
_OWN_CODES: Mapping[str, ProblemCode] = {code: code for code in get_args(ProblemCode)}


def problems_of(error: ValidationError, path: str) -> Iterator[Problem]:
    """Yield the problems behind a validation error, in the order of the fields."""
    for details in error.errors(include_url=False):
        field = path + "".join(_step(part) for part in details["loc"])
        if (code := _OWN_CODES.get(details["type"])) is not None:
            yield from _own(code, field, details)
        else:
            code, reason = _in_our_words(details)
            yield Problem(code, field, reason)


def shown(value: object) -> str:
    """Return a value as a reason may show it: short, and nothing of what it holds."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return repr(_short(value))
        case int() if abs(value) >= 10**18:
            return "a number of more than 18 digits"
        case int() | float():
            return str(value)
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "something else"


def _step(part: int | str) -> str:
    return f"[{part}]" if isinstance(part, int) else f".{_short(part)}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _own(code: ProblemCode, field: str, details: ErrorDetails) -> Iterator[Problem]:
    context = details.get("ctx", {})
    places = [f"[{place}]" for place in context["at"]] or [""]
    for place in places:
        yield Problem(code, field + place, context["reason"])


def _in_our_words(details: ErrorDetails) -> tuple[ProblemCode, str]:
    came = shown(details["input"])
    context: dict[str, Any] = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return "INCOMPLETE", "is required"
        case "extra_forbidden":
            return "UNKNOWN_FIELD", "is not a field of this type of schedule"
        case "greater_than_equal":
            return "OUT_OF_BOUNDS", f"must be at least {context['ge']}, not {came}"
        case "less_than_equal":
            return "OUT_OF_BOUNDS", f"must be at most {context['le']}, not {came}"
        case "literal_error" if isinstance(details["input"], str):
            return "NOT_ALLOWED", f"must be one of {context['expected']}, not {came}"
        case "literal_error":
            return "WRONG_TYPE", f"must be text, not {came}"
        case "int_type":
            return "WRONG_TYPE", f"must be a whole number, not {came}"
        case "tuple_type":
            return "WRONG_TYPE", f"must be a list, not {came}"
        case "model_type":
            return "WRONG_TYPE", f"must be an object, not {came}"
        case _:
            return "WRONG_TYPE", f"must be something else than {came}"
