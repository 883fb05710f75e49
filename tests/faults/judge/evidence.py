"""What the judge sees: the logs, the topics, what the API answers, and the value history; plain data, no judgement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.e2e.flows import Action
from tests.e2e.topics import Seen

LIFECYCLE = "workflows.lifecycle.v1"
DUE = "workflows.due.v1"
HISTORY = "workflows.history.v1"
LOG = "workflows.log.v1"
DEAD_LETTERS = tuple(f"{name}.dead-letter" for name in (LIFECYCLE, DUE, "workflows.commands.v1", "crm.records.v1"))


@dataclass(frozen=True, slots=True)
class Plan:
    """A workflow as the test made it: due every day at a minute of the day (UTC), with these matches and actions.

    `on_from` and `off_at` bound its life; an instant counts when `on_from` < instant ≤ `off_at`. `forked`: who takes
    the branch of a fork, the others go by its default. `failing`: the records at which every write fails.
    """

    workflow_id: int
    minute: int
    on_from: datetime
    matches: frozenset[int]
    actions: Sequence[Action]
    off_at: datetime | None = None
    forked: frozenset[int] = frozenset()
    failing: frozenset[int] = frozenset()

    def action(self, action_id: str) -> Action:
        """The action of an id; ids count from 1 in the order of the path."""
        return self.actions[int(action_id) - 1]


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A row of a service's log."""

    position: int
    stream: str
    version: int
    type: str
    data: Mapping[str, Any]
    record_ids: Sequence[int]
    event_id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A row of the value history that a workflow wrote, in order."""

    record_id: int
    property: str
    value: Any
    workflow_id: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What the API says of one workflow."""

    workflow: Mapping[str, Any]
    occurrences: Sequence[Mapping[str, Any]]
    enrollments: Sequence[Mapping[str, Any]]
    action_log: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Poison:
    """A message that a test put into a topic and that nobody can accept, with the reason it must be kept for."""

    value: bytes | None
    reason: str
    topic: str = DUE


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of a workflow and acknowledged, under an id of the test's own.

    `none`: a command that may not be carried out and must be answered by a refusal.
    """

    word: Literal["enroll", "unenroll", "run", "none"]
    trigger: Literal["MANUAL", "RUN_NOW", "COMMAND"]
    workflow_id: int
    command_id: str
    record_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that was answered: the highest position of the log when the answer had come."""

    workflow_id: int
    answered_at: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is seen, after all was quiet."""

    seen_until: datetime
    scheduler_log: Sequence[LogEvent]
    executor_log: Sequence[LogEvent]
    topics: Mapping[str, Sequence[Seen]]
    changes: Sequence[ValueChange]
    answers: Mapping[int, Answers]
    values: Mapping[int, Mapping[str, Any]]
    """The values of the records at the end, by record, as the API shows them."""
    cohorts_left: int
    live_digests: Mapping[str, str]
    rebuilt_digests: Mapping[str, str]
    poison: Sequence[Poison] = field(default_factory=list)
    wishes: Sequence[Wish] = ()
    pauses: Sequence[Pause] = ()
    told: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """What records must hold that others have told, by record; of properties that no workflow sets."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: which, and where."""

    rule: str
    what: str
