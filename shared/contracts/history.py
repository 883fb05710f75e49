"""`workflows.history.v1`: what became of occurrences and of records, one message each.

A producer makes these by the thousand out of bytes that records have in common, so nothing there goes through these
classes: they say what a reader finds, and a test holds the bytes to them.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.wire import Wire, Word, WorkflowId


class OccurrenceCounts(Wire):
    """What an evaluation found; matched = enrolled + already enrolled + suppressed + missing."""

    matched: int
    enrolled: int
    already_enrolled: int
    suppressed: int
    missing: int


class _OfOccurrence(Wire):
    workflow_id: WorkflowId
    occurrence_id: UUID
    revision_id: Word


class OccurrenceEvaluated(_OfOccurrence):
    """The criteria of an occurrence were evaluated; one message follows for each record that was enrolled.

    `snapshot` is PostgreSQL's text of what was visible; `digest` the SHA-256 of the enrolled ids, ascending, in
    decimal, with commas.
    """

    type: Literal["workflows.occurrence.evaluated.v1"] = "workflows.occurrence.evaluated.v1"
    object_type_id: Word
    evaluated_at: datetime
    snapshot: str
    counts: OccurrenceCounts
    digest: str
    first_action_id: str | None
    """Where the enrolled records stand; null: there are no actions, and they are completed at once."""


class OccurrenceCompleted(_OfOccurrence):
    """None of an occurrence's enrollments is active any more."""

    type: Literal["workflows.occurrence.completed.v1"] = "workflows.occurrence.completed.v1"


class OccurrenceFailed(_OfOccurrence):
    """The evaluation of an occurrence failed for the last time."""

    type: Literal["workflows.occurrence.failed.v1"] = "workflows.occurrence.failed.v1"
    reason: str
    attempts: int


class OccurrenceSkippedByExecutor(_OfOccurrence):
    """A due occurrence ended without an evaluation; what the scheduler skips it tells itself, on its own topic."""

    type: Literal["workflows.occurrence.skipped.v1"] = "workflows.occurrence.skipped.v1"
    reason: Literal["TURNED_OFF", "EDITED", "DELETED", "HELD", "PAUSED", "NOT_DUE"]


class CommandRefused(Wire):
    """A command from Kafka was understood and not allowed; `command_id` is its `ce_id`."""

    type: Literal["workflows.command.refused.v1"] = "workflows.command.refused.v1"
    workflow_id: WorkflowId
    command_id: str
    reason: str


class _OfRecord(_OfOccurrence):
    object_type_id: Word
    record_id: WorkflowId


class RecordEnrolled(_OfRecord):
    """A record began its passage through a workflow."""

    type: Literal["workflows.record.enrolled.v1"] = "workflows.record.enrolled.v1"


class RecordUnenrolled(_OfRecord):
    """A record's passage ended before its last action."""

    type: Literal["workflows.record.unenrolled.v1"] = "workflows.record.unenrolled.v1"
    reason: str | None = None


class RecordCompleted(_OfRecord):
    """A record's passage ended with its last action; the message of that action stands before it."""

    type: Literal["workflows.record.completed.v1"] = "workflows.record.completed.v1"


class _AtAction(_OfRecord):
    action_id: str
    action_type_id: str


class ActionCompleted(_AtAction):
    """An action was done to a record, or a delay has ended."""

    type: Literal["workflows.action.completed.v1"] = "workflows.action.completed.v1"
    reason: str | None = None


class ActionFailed(_AtAction):
    """An action failed at a record, for the last time."""

    type: Literal["workflows.action.failed.v1"] = "workflows.action.failed.v1"
    reason: str | None = None


class ActionSkipped(_AtAction):
    """An action was passed over for a record."""

    type: Literal["workflows.action.skipped.v1"] = "workflows.action.skipped.v1"
    reason: str | None = None


class ActionRescheduled(_AtAction):
    """An action is tried again later, not before `until`."""

    type: Literal["workflows.action.rescheduled.v1"] = "workflows.action.rescheduled.v1"
    reason: str | None = None
    until: datetime | None = None


class BranchTaken(_AtAction):
    """A record was sent along a branch."""

    type: Literal["workflows.branch.taken.v1"] = "workflows.branch.taken.v1"
    branch: str | None
    """Its name; null is the default one."""
    index: int | None
    """Its place, counted from 0; null is the default one."""


AnyHistoryMessage = (
    OccurrenceEvaluated
    | OccurrenceCompleted
    | OccurrenceFailed
    | OccurrenceSkippedByExecutor
    | CommandRefused
    | RecordEnrolled
    | RecordUnenrolled
    | RecordCompleted
    | ActionCompleted
    | ActionFailed
    | ActionSkipped
    | ActionRescheduled
    | BranchTaken
)
HistoryMessage = Annotated[AnyHistoryMessage, Field(discriminator="type")]
