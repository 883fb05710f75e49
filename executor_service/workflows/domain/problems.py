"""Mistakes in what was sent: where each is and what is wrong with it, gathered so that a refusal names all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

MOST_PROBLEMS = 100
"""A refusal names every mistake, but no more than this many (ACTIONS.md A8)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `field` is a dotted path with positions: `actions[2].fields.value`; empty: the whole."""

    code: str
    field: str
    reason: str
    expected: str | None = None


class ProblemLike(Protocol):
    """A mistake as another package tells it."""

    @property
    def code(self) -> str:
        """Which kind of mistake."""
        ...

    @property
    def field(self) -> str:
        """Where it is."""
        ...

    @property
    def reason(self) -> str:
        """What is wrong, in words that read on from the field's name."""
        ...


@dataclass(slots=True)
class Findings:
    """The mistakes found so far, in the order of finding."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, place: str, reason: str, *, expected: str | None = None) -> None:
        """Note a mistake."""
        self.problems.append(Problem(code, place, reason, expected))

    def take(self, others: Iterable[ProblemLike]) -> None:
        """Note what another package found."""
        self.problems.extend(
            Problem(each.code, each.field, each.reason, getattr(each, "expected", None)) for each in others
        )

    def first(self) -> tuple[Problem, ...]:
        """Return the mistakes that a refusal names: each once, at most a hundred."""
        return tuple(dict.fromkeys(self.problems))[:MOST_PROBLEMS]


def wrong_type(found: Findings, place: str, expected: str) -> None:
    """Note that a value has another JSON type than it must have."""
    found.add("WRONG_TYPE", place, f"must be {expected}", expected=expected)


def below(path: str, name: str) -> str:
    """Return the place of a field of the object at `path`."""
    return f"{path}.{name}" if path else name
