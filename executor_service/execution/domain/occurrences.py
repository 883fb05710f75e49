"""What becomes of an occurrence when it is taken from the head of its workflow's queue; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from executor_service.events import SkipReason
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

    @property
    def stream(self) -> str:
        """The stream of its events."""
        return f"occurrence-{self.id}"

    @property
    def revision_id(self) -> str:
        """The revision decided for it, until then the one that its message named."""
        return self.named_revision if self.revision is None else str(self.revision)


@dataclass(frozen=True, slots=True)
class Evaluate:
    """The criteria of this revision are evaluated."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Skip:
    """The occurrence ends without an evaluation; `revision` is the one in force at its instant, if there was one."""

    reason: SkipReason
    revision: int | None


Verdict = Evaluate | Skip


def decide_occurrence(in_force: InForce | None, *, is_skipped: bool) -> Verdict:
    """Decide by what held at the occurrence's instant; to enroll, the workflow must still be on as well.

    `is_skipped`: the scheduler recorded a skip over it. What nobody's schedule names is not due, whoever says so.
    """
    if in_force is None:
        return Skip("NOT_DUE", None)
    revision = in_force.revision
    number = None if revision is None else revision.revision
    if in_force.deleted:
        return Skip("DELETED", number)
    if revision is None or is_skipped or in_force.schedule == "NOT_NAMED":
        return Skip("NOT_DUE", number)
    if not (in_force.on and in_force.on_now):
        return Skip("TURNED_OFF", number)
    return Skip("EDITED", number) if in_force.schedule == "EDITED" else Evaluate(revision)


def backoff(attempts: int) -> timedelta:
    """Return the wait after the evaluation that was the `attempts`-th begun: 1, 4, 16, 64 s."""
    return timedelta(seconds=4 ** (attempts - 1))
