"""Every event class of the executor's log; no logic.

A class is the shape of an event's `data`; its `type` is the event's. Record ids travel beside the data, in the event's
`record_ids`, in the order that the class says. Data only gains optional fields; anything else is a new class.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from shared.contracts import Wire
from shared.event_store import NewEvent, RecordedEvent

SkipReason = Literal["TURNED_OFF", "EDITED", "DELETED", "HELD", "PAUSED", "NOT_DUE"]
Trigger = Literal["SCHEDULE", "MANUAL", "RUN_NOW", "WORKFLOW", "COMMAND", "BACKFILL"]


class WorkflowSaved(Wire):
    """A revision of a workflow; `document` is the flow as it was sent. `is_enabled`: it takes effect at once."""

    type: Literal["WorkflowSaved"] = "WorkflowSaved"
    workflow_id: str
    revision_id: str
    document: dict[str, Any]
    effective_at: datetime
    is_enabled: bool
    time_zone_id: str
    """The zone of its schedule, resolved."""


class WorkflowTurnedOn(Wire):
    """A workflow is on for every `due_at` after `effective_at`."""

    type: Literal["WorkflowTurnedOn"] = "WorkflowTurnedOn"
    workflow_id: str
    revision_id: str
    effective_at: datetime
    schedule: dict[str, Any] | None
    time_zone_id: str


class WorkflowTurnedOff(Wire):
    """A workflow is off for every `due_at` after `effective_at`."""

    type: Literal["WorkflowTurnedOff"] = "WorkflowTurnedOff"
    workflow_id: str
    revision_id: str
    effective_at: datetime


class WorkflowDeleted(Wire):
    """A workflow is gone; its history stays."""

    type: Literal["WorkflowDeleted"] = "WorkflowDeleted"
    workflow_id: str
    revision_id: str
    effective_at: datetime


class WorkflowPaused(Wire):
    """Nothing of a workflow begins from `effective_at` on; what comes due meanwhile is recorded and waits."""

    type: Literal["WorkflowPaused"] = "WorkflowPaused"
    workflow_id: str
    revision_id: str
    effective_at: datetime


class WorkflowResumed(Wire):
    """A pause of a workflow has ended: it held for paused_at < due_at <= effective_at."""

    type: Literal["WorkflowResumed"] = "WorkflowResumed"
    workflow_id: str
    revision_id: str
    effective_at: datetime
    paused_at: datetime


class OccurrencesSkipped(Wire):
    """What the scheduler skipped, taken over; first and last are nominal times."""

    type: Literal["OccurrencesSkipped"] = "OccurrencesSkipped"
    workflow_id: str
    revision_id: str
    source_event_id: str
    reason: Literal["MISSED", "MERGED", "HOLIDAY", "GAP", "NO_SUCH_DAY", "CATCH_UP_LIMIT"]
    first: str
    last: str
    count: int


class OccurrenceRecorded(Wire):
    """An occurrence is known: due, or asked for. Version 1 of its stream.

    The records named by a manual one stand in the event's record ids, ascending.
    """

    type: Literal["OccurrenceRecorded"] = "OccurrenceRecorded"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str
    object_type_id: str
    trigger: Trigger
    due_at: datetime
    nominal: str | None = None
    local_time: str
    time_zone_id: str
    tzdata: str | None = None
    command_id: str | None = None
    """What it was asked for by; null for a scheduled one."""


class Counts(Wire):
    """What an evaluation found; matched = enrolled + already enrolled + suppressed + missing."""

    matched: int
    enrolled: int
    already_enrolled: int = 0
    suppressed: int = 0
    missing: int = 0


class OccurrenceEvaluated(Wire):
    """The criteria were evaluated; followed by one RecordsEnrolled a cohort and RecordsNotEnrolled.

    `snapshot` is PostgreSQL's text of it; `digest` the SHA-256 of the enrolled ids, ascending, in decimal, with commas.
    """

    type: Literal["OccurrenceEvaluated"] = "OccurrenceEvaluated"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str
    object_type_id: str
    evaluated_at: datetime
    snapshot: str
    counts: Counts
    digest: str
    first_action_id: str | None
    """Where the enrolled records stand; null: the workflow has no actions and they are completed at once."""


class RecordsEnrolled(Wire):
    """A page of up to 1,000 records was enrolled as one cohort; `page` counts from 0. Ids ascend."""

    type: Literal["RecordsEnrolled"] = "RecordsEnrolled"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str
    object_type_id: str
    page: int
    first_action_id: str | None


class RecordsNotEnrolled(Wire):
    """Up to 1,000 records that matched and were not enrolled, with one reason. Ids ascend."""

    type: Literal["RecordsNotEnrolled"] = "RecordsNotEnrolled"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str
    object_type_id: str
    reason: Literal["ALREADY_ENROLLED", "SUPPRESSED", "MISSING"]


class OccurrenceSkipped(Wire):
    """An occurrence ends without an evaluation."""

    type: Literal["OccurrenceSkipped"] = "OccurrenceSkipped"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str
    reason: SkipReason


class OccurrenceFailed(Wire):
    """An occurrence ends because its evaluation failed, for the last time."""

    type: Literal["OccurrenceFailed"] = "OccurrenceFailed"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str
    reason: str
    attempts: int


class OccurrenceCompleted(Wire):
    """None of an occurrence's enrollments is active any more."""

    type: Literal["OccurrenceCompleted"] = "OccurrenceCompleted"
    workflow_id: str
    occurrence_id: UUID
    revision_id: str


class ClaimedCohort(Wire):
    """A run of a claim's records that belong to one occurrence."""

    occurrence_id: UUID
    size: int
    visit: int = 1
    attempt: int = 1


class Group(Wire):
    """A run of a claim's records that became the same; `next` null is the enrollment's end."""

    outcome: Literal["SUCCEEDED", "FAILED", "SKIPPED", "MISSING", "UNENROLLED", "WAITING"]
    reason: str | None = None
    branch: str | None = None
    until: datetime | None = None
    next: str | None
    count: int
    details: dict[str, Any] | None = None


class _ClaimEvent(Wire):
    """What became of a claim's records at an action.

    `cohorts` and `groups` are run lengths over the record ids, which stand by cohort and within a cohort by group; a
    run of one group may cross cohorts.
    """

    workflow_id: str
    revision_id: str
    object_type_id: str
    action_id: str
    action_type_id: str
    cohorts: tuple[ClaimedCohort, ...]
    groups: tuple[Group, ...]


class ActionDone(_ClaimEvent):
    """An action inside the database was done, or passed over."""

    type: Literal["ActionDone"] = "ActionDone"


class DelayStarted(_ClaimEvent):
    """Records came to a delay: groups that are WAITING stay at it until `until`."""

    type: Literal["DelayStarted"] = "DelayStarted"


class DelayEnded(_ClaimEvent):
    """Records whose delay is over go on; `details.outcome` says how it ended (WAITED, PASSED, NO_VALUE)."""

    type: Literal["DelayEnded"] = "DelayEnded"


class BranchTaken(_ClaimEvent):
    """Records were sent along a branch each; `branch` null is the default, `details.index` the branch's place."""

    type: Literal["BranchTaken"] = "BranchTaken"


class RecordsUnenrolled(_ClaimEvent):
    """Enrollments ended by a request, while nobody had their cohorts."""

    type: Literal["RecordsUnenrolled"] = "RecordsUnenrolled"


class UnenrollmentRequested(Wire):
    """Somebody wishes that records leave a workflow; version 1 of `request-<id>`. The record ids ascend."""

    type: Literal["UnenrollmentRequested"] = "UnenrollmentRequested"
    workflow_id: str
    request_id: UUID
    reason: str
    command_id: str


class RequestEnded(Wire):
    """A request is done with: `unenrolled` records left by it; none: `NOTHING_TO_DO`."""

    type: Literal["RequestEnded"] = "RequestEnded"
    workflow_id: str
    request_id: UUID
    outcome: Literal["APPLIED", "NOTHING_TO_DO"]
    unenrolled: int


class CommandRefused(Wire):
    """A command from Kafka was understood and not allowed; version 1 of `command-<id>`."""

    type: Literal["CommandRefused"] = "CommandRefused"
    workflow_id: str
    command_id: str
    reason: str


class AccountChanged(Wire):
    """The account's settings after a change."""

    type: Literal["AccountChanged"] = "AccountChanged"
    time_zone_id: str


class AccountPaused(Wire):
    """Nothing of any workflow begins from `effective_at` on."""

    type: Literal["AccountPaused"] = "AccountPaused"
    effective_at: datetime


class AccountResumed(Wire):
    """A pause of the account has ended: it held for paused_at < due_at <= effective_at."""

    type: Literal["AccountResumed"] = "AccountResumed"
    effective_at: datetime
    paused_at: datetime


class KeyCreated(Wire):
    """An API key was made; never the key itself."""

    type: Literal["KeyCreated"] = "KeyCreated"
    key_id: str
    name: str
    role: str


class KeyRevoked(Wire):
    """An API key opens nothing any more."""

    type: Literal["KeyRevoked"] = "KeyRevoked"
    key_id: str


class PublishFailed(Wire):
    """The relay stepped over an event that its topic does not take."""

    type: Literal["PublishFailed"] = "PublishFailed"
    position: int
    topic: str
    reason: str


WorkflowEvent = (
    WorkflowSaved
    | WorkflowTurnedOn
    | WorkflowTurnedOff
    | WorkflowPaused
    | WorkflowResumed
    | WorkflowDeleted
    | OccurrencesSkipped
)
OccurrenceEvent = (
    OccurrenceRecorded
    | OccurrenceEvaluated
    | RecordsEnrolled
    | RecordsNotEnrolled
    | OccurrenceSkipped
    | OccurrenceFailed
    | OccurrenceCompleted
)
ClaimEvent = ActionDone | DelayStarted | DelayEnded | BranchTaken | RecordsUnenrolled
RequestEvent = UnenrollmentRequested | RequestEnded | CommandRefused
AccountEvent = AccountChanged | AccountPaused | AccountResumed | KeyCreated | KeyRevoked
Event = WorkflowEvent | OccurrenceEvent | ClaimEvent | RequestEvent | AccountEvent | PublishFailed

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def to_new_event(event: Event, record_ids: Sequence[int] | None = None) -> NewEvent:
    """Return an event as it is appended."""
    data = event.model_dump(mode="json", by_alias=True, exclude={"type"}, exclude_none=False)
    return NewEvent(type=event.type, data=data, record_ids=record_ids)


def parse_event(recorded: RecordedEvent) -> Event:
    """Return the event that a row of the log holds; raises pydantic's ValidationError for a type nobody knows."""
    return _ADAPTER.validate_python({"type": recorded.type, **recorded.data})
