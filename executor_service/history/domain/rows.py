"""What a projection says is to be written: one class a kind of change, in the order of the log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Status = Literal["ACTIVE", "COMPLETED", "UNENROLLED"]
GroupName = Literal["PROGRESS", "SUCCESS", "ALERT"]


@dataclass(frozen=True, slots=True)
class WorkflowChanged:
    """Columns of a workflow's row; those that are None stay as they are, `schedule` goes by `sets_document`."""

    position: int
    workflow_id: int
    revision_id: str
    sets_document: bool = False
    name: str | None = None
    object_type_id: str | None = None
    schedule: dict[str, Any] | None = None
    time_zone_id: str | None = None
    is_enabled: bool | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OccurrenceAdded:
    """A new row among the occurrences."""

    position: int
    occurrence_id: UUID
    workflow_id: int
    revision_id: str
    trigger: str
    state: str
    recorded_at: datetime
    due_at: datetime | None = None
    local_time: str | None = None
    time_zone_id: str | None = None
    skip_reason: str | None = None
    skip: dict[str, Any] | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OccurrenceChanged:
    """Columns of an occurrence's row; those that are None stay as they are."""

    occurrence_id: UUID
    state: str
    revision_id: str | None = None
    skip_reason: str | None = None
    failure: dict[str, Any] | None = None
    matched: int | None = None
    enrolled: int | None = None
    already_enrolled: int | None = None
    suppressed: int | None = None
    missing: int | None = None
    evaluated_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the action log: the records of one event that became the same."""

    event: str
    group: GroupName
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageEnrolled:
    """Records begin: a page of its own, and a cohort that stands at the first action or has ended at once."""

    position: int
    workflow_id: int
    occurrence_id: UUID
    revision_id: str
    at: datetime
    record_ids: Sequence[int]
    action_id: str | None
    log: tuple[LogRow, ...]


@dataclass(frozen=True, slots=True)
class RecordsMoved:
    """Records of one occurrence leave where they stand; `n` tells apart what one event does.

    `status` other than ACTIVE ends them; `action_id` is where they stand afterwards.
    """

    position: int
    n: int
    workflow_id: int
    occurrence_id: UUID
    revision_id: str
    at: datetime
    record_ids: Sequence[int]
    from_action_id: str
    action_type_id: str
    status: Status
    action_id: str | None
    reason: str | None
    log: tuple[LogRow, ...]


@dataclass(frozen=True, slots=True)
class RecordsLogged:
    """Records that the log speaks of and that do not move: those that matched and were not enrolled."""

    position: int
    n: int
    workflow_id: int
    occurrence_id: UUID
    revision_id: str
    at: datetime
    record_ids: Sequence[int]
    log: tuple[LogRow, ...]


Change = WorkflowChanged | OccurrenceAdded | OccurrenceChanged | PageEnrolled | RecordsMoved | RecordsLogged
