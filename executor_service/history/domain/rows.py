"""What a projection says is to be written: one class a kind of change, in the order of the log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from executor_service.history.domain.causes import CauseKind, cause_id

Status = Literal["ACTIVE", "COMPLETED", "UNENROLLED"]
GroupName = Literal["PROGRESS", "SUCCESS", "ALERT"]


@dataclass(frozen=True, slots=True)
class WorkflowChanged:
    """Columns of a workflow's row; those that are None stay as they are.

    `name` and `schedule` go by `sets_document`, `paused_at` by `sets_pause`.
    """

    position: int
    workflow_id: int
    revision_id: str
    sets_document: bool = False
    sets_pause: bool = False
    name: str | None = None
    object_type_id: str | None = None
    schedule: dict[str, Any] | None = None
    time_zone_id: str | None = None
    is_enabled: bool | None = None
    in_force_since: datetime | None = None
    paused_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountPauseChanged:
    """The account is paused since an instant, or, without one, no more."""

    position: int
    paused_at: datetime | None


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

    `status` other than ACTIVE ends them; `action_id` is where they stand afterwards, which may be where they stood, and
    `next_action_at` the instant until which they wait there.
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
    next_action_at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class CauseMet:
    """Something went wrong `count` times by one cause; `sample` are ids of records, at most ten."""

    position: int
    kind: CauseKind
    workflow_id: int | None
    reason: str
    at: datetime
    count: int
    occurrence_id: UUID | None = None
    sample: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The id of its cause."""
        return cause_id(self.kind, self.workflow_id, self.reason)


Change = (
    WorkflowChanged
    | AccountPauseChanged
    | OccurrenceAdded
    | OccurrenceChanged
    | PageEnrolled
    | RecordsMoved
    | RecordsLogged
    | CauseMet
)
