"""Mistakes in criteria, each with its place: a refusal names all of them, at most a hundred."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

MAX_PROBLEMS: Final = 100
_SHOWN_CHARACTERS: Final = 80

# What pydantic calls a mistake, and what it is called here; a name in capitals is one of ours already.
_CODES: Mapping[str, str] = {
    "missing": "INCOMPLETE",
    "too_short": "INCOMPLETE",
    "string_too_short": "INCOMPLETE",
    "extra_forbidden": "UNKNOWN_FIELD",
    "literal_error": "NOT_ALLOWED",
    "string_unicode": "NOT_ALLOWED",
    "string_too_long": "OUT_OF_BOUNDS",
    "greater_than_equal": "OUT_OF_BOUNDS",
    "less_than_equal": "OUT_OF_BOUNDS",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: a closed code, the dotted path of its place with positions, and a sentence."""

    code: str
    field: str
    reason: str


class CriteriaError(ValueError):
    """Criteria that cannot be meant; `problems` holds every mistake found, at most a hundred, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)[:MAX_PROBLEMS]
        first = self.problems[0]
        super().__init__(f"{len(self.problems)} mistakes in the criteria, the first at {first.field}: {first.reason}")


class Problems(list[Problem]):
    """Problems as they are found; what comes after the hundredth is let go."""

    @property
    def is_full(self) -> bool:
        """Whether looking further would add nothing."""
        return len(self) >= MAX_PROBLEMS

    def add(self, code: str, field: str, reason: str) -> None:
        """Note one problem."""
        if not self.is_full:
            self.append(Problem(code, field, reason))

    def add_all(self, error: ValidationError, path: str) -> None:
        """Note every mistake that pydantic found in the document at `path`."""
        for mistake in error.errors(include_url=False, include_context=False):
            kind = mistake["type"]
            code = kind if kind.isupper() else _CODES.get(kind, "WRONG_TYPE")
            told = "" if kind == "missing" else f", got {shown(mistake['input'])}"
            self.add(code, at(path, *mistake["loc"]), f"{mistake['msg']}{told}")


def at(path: str, *steps: str | int) -> str:
    """Return the dotted path of a place below another one: `at("a", "b", 2)` is `a.b[2]`."""
    for step in steps:
        path = _below(path, step)
    return path


def _below(path: str, step: str | int) -> str:
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{_cut(step)}" if path else _cut(step)


def shown(value: object) -> str:
    """Return a short, printable form of what came; lists and objects are only named."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{_cut(value)}"'
        case int() | float():
            return _number(value)
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return f"a {type(value).__name__}"


def _number(value: float) -> str:
    is_huge = isinstance(value, int) and value.bit_length() > _SHOWN_CHARACTERS
    return "a very large number" if is_huge else repr(value)


def _cut(text: str) -> str:
    short = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return short.encode("utf-8", "replace").decode()
