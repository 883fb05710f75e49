"""What is wrong with a schedule: where, in which way, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProblemCode = Literal[
    "UNKNOWN_FIELD",
    "WRONG_TYPE",
    "NOT_ALLOWED",
    "OUT_OF_BOUNDS",
    "DUPLICATE_ID",
    "INCOMPLETE",
    "TOO_MANY",
]

MOST_PROBLEMS = 100
"""A refusal names every mistake, but no more than this many."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    `field` is a dotted path with positions (`schedule.daysOfWeek[1]`). `reason` says what is expected and what
    came, and reads on from the field's name ("must be …").
    """

    code: ProblemCode
    field: str
    reason: str


class ScheduleError(ValueError):
    """A schedule was refused. `problems` is not empty and holds at most 100."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.field} {problem.reason}" for problem in problems))
