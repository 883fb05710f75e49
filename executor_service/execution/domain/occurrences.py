"""What becomes of an occurrence when it is taken from the head of its workflow's queue; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from executor_service.events import SkipReason, Trigger
from executor_service.workflows.domain.revision import InForce, Revision

ATTEMPTS_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence as its row holds it. `attempts`: evaluations begun, `version`: that of its stream."""

    id: UUID
    workflow_id: int
    object_type_id: str
    trigger: str
    due_at: datetime
    nominal: str | None
    named_revision: str
    revision: int | None
    state: str
    attempts: int
    failure: str | None
    version: int
    names_records: bool = False
    """Whether whoever asked for it named the records; else those that match are enrolled."""

    @property
    def is_scheduled(self) -> bool:
        """Whether its schedule made it due; else somebody asked for it."""
        return self.trigger == "SCHEDULE"

    @property
    def stream(self) -> str:
        """The stream of its events."""
        return f"occurrence-{self.id}"

    @property
    def revision_id(self) -> str:
        """The revision decided for it, until then the one that its message named."""
        return self.named_revision if self.revision is None else str(self.revision)


@dataclass(frozen=True, slots=True)
class AskedOccurrence:
    """An occurrence that somebody asked for; `due_at` is the instant of asking, `record_ids` ascend."""

    id: UUID
    workflow_id: int
    object_type_id: str
    trigger: Trigger
    due_at: datetime
    local_time: str
    time_zone_id: str
    revision_id: str
    command_id: str
    record_ids: Sequence[int] | None

    @property
    def stream(self) -> str:
        """The stream of its events."""
        return f"occurrence-{self.id}"


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Whom it is for is found, by this revision."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Skip:
    """The occurrence ends without an evaluation; `revision` is the one in force at its instant, if there was one."""

    reason: SkipReason
    revision: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """The workflow is paused: it is decided after the pause."""


@dataclass(frozen=True, slots=True)
class UnlessLater:
    """It came due in a pause, of which only the newest runs: it is evaluated if no later valid one came due in it.

    `upto` is the end of the pause, inclusive.
    """

    revision: Revision
    upto: datetime


Verdict = Evaluate | Skip | Wait | UnlessLater


def decide_occurrence(in_force: InForce | None, *, is_skipped: bool, is_asked: bool = False) -> Verdict:
    """Decide by what held at the occurrence's instant; to enroll, the workflow must still be on as well.

    `is_skipped`: the scheduler recorded a skip over it. What nobody's schedule names is not due, whoever says so; what
    was asked for needs no schedule, and is not weighed against others of a pause.
    """
    if in_force is None:
        return Skip("NOT_DUE", None)
    revision = in_force.revision
    number = None if revision is None else revision.revision
    if in_force.deleted:
        return Skip("DELETED", number)
    if in_force.paused_now:
        return Wait()
    if revision is None or is_skipped or (in_force.schedule == "NOT_NAMED" and not is_asked):
        return Skip("NOT_DUE", number)
    if not (in_force.on and in_force.on_now):
        return Skip("TURNED_OFF", number)
    if is_asked:
        return Evaluate(revision)
    return Skip("EDITED", number) if in_force.schedule == "EDITED" else _after_pause(in_force, revision)


def _after_pause(in_force: InForce, revision: Revision) -> Verdict:
    if in_force.pause is None:
        return Evaluate(revision)
    match in_force.pause.policy:
        case "ALL":
            return Evaluate(revision)
        case "LATEST":
            return UnlessLater(revision, in_force.pause.resumed_at)
        case "NONE":
            return Skip("PAUSED", revision.revision)


def backoff(attempts: int) -> timedelta:
    """Return the wait after the evaluation that was the `attempts`-th begun: 1, 4, 16, 64 s."""
    return timedelta(seconds=4 ** (attempts - 1))
