"""Mistakes in a request: where each is, and what is wrong with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic_core import ErrorDetails

MAX_PROBLEMS: Final = 100


class AnyProblem(Protocol):
    """What every package's problems have in common; some also say what was `expected`."""

    @property
    def code(self) -> str:
        """One of the closed codes."""
        ...

    @property
    def field(self) -> str:
        """A dotted path with positions; empty: the whole."""
        ...

    @property
    def reason(self) -> str:
        """A sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `field` is a dotted path with positions: `actions[2].fields.value`; empty: the whole."""

    code: str
    field: str
    reason: str
    expected: str | None = None


_BOUNDS = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"})
_LENGTHS = frozenset({"string_too_long", "too_long", "string_too_short", "too_short"})
_WRONG_VALUE = frozenset({"literal_error", "enum", "string_pattern_mismatch", "value_error"})


def _code(kind: str) -> str:
    if kind == "extra_forbidden":
        return "UNKNOWN_FIELD"
    if kind == "missing":
        return "INCOMPLETE"
    if kind in _BOUNDS:
        return "OUT_OF_BOUNDS"
    if kind in _LENGTHS:
        return "TOO_MANY"
    return "NOT_ALLOWED" if kind in _WRONG_VALUE else "WRONG_TYPE"


def dotted_path(location: Sequence[str | int]) -> str:
    """Return a place as a dotted path: `("inputs", 3, "id")` is `inputs[3].id`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def problems_of(errors: Iterable[ErrorDetails | dict[str, Any]], *, skip: int = 0) -> list[Problem]:
    """Return pydantic's errors as problems; `skip` leading parts of each place are left out (FastAPI's `query`)."""
    return [Problem(_code(error["type"]), dotted_path(error["loc"][skip:]), error["msg"]) for error in errors]
