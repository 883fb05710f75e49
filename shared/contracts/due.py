"""`workflows.due.v1`: what the scheduler has decided, told to the executor and to others."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.wire import Wire, Word, WorkflowId


class OccurrenceDue(Wire):
    """A workflow is due: the scheduler's promise to the executor, once for each occurrence.

    `nominal` is the local wall time that the rule names, `local_time` what it became, with its offset.
    """

    type: Literal["workflows.occurrence.due.v1"] = "workflows.occurrence.due.v1"
    workflow_id: WorkflowId
    revision_id: Word
    occurrence_id: UUID
    due_at: datetime
    nominal: Word
    local_time: Word
    time_zone_id: Word
    tzdata: Word
    nominal_dates: tuple[Word, ...] | None = None


class OccurrencesSkipped(Wire):
    """Consecutive occurrences that will not be due, with one reason; first and last are nominal times.

    `first_at` and `last_at` are the instants at which these stand: a local time that exists twice has one nominal time
    and two instants.
    """

    type: Literal["workflows.occurrence.skipped.v1"] = "workflows.occurrence.skipped.v1"
    workflow_id: WorkflowId
    revision_id: Word
    reason: Literal["MISSED", "MERGED", "HOLIDAY", "GAP", "NO_SUCH_DAY", "CATCH_UP_LIMIT"]
    first: Word
    last: Word
    count: int = Field(ge=1, le=2**31 - 1)
    first_at: datetime | None = None
    last_at: datetime | None = None


class ScheduleChanged(Wire):
    """The scheduler has taken over, dropped, or set aside a workflow's schedule; for information only."""

    type: Literal["workflows.schedule.set.v1", "workflows.schedule.cleared.v1", "workflows.schedule.broken.v1"]
    workflow_id: WorkflowId
    revision_id: Word
    workflow_version: int | None = None
    """Of the workflow's stream: what the change goes back to."""
    effective_at: datetime | None = None
    schedule: dict[str, Any] | None = None
    """What was taken over, with the zone it is read in."""
    time_zone_id: Word | None = None
    error: str | None = None
    """Why one was set aside."""


DueMessage = Annotated[OccurrenceDue | OccurrencesSkipped | ScheduleChanged, Field(discriminator="type")]
