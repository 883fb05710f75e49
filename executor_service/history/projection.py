"""From an event of the log to changes of rows; pure, and the same code live and in a rebuild."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from executor_service.events import (
    AccountChanged,
    AccountPaused,
    AccountResumed,
    ActionDone,
    BranchTaken,
    ClaimEvent,
    CommandRefused,
    DelayEnded,
    DelayStarted,
    Group,
    KeyCreated,
    KeyRevoked,
    OccurrenceCompleted,
    OccurrenceEvaluated,
    OccurrenceFailed,
    OccurrenceRecorded,
    OccurrenceSkipped,
    OccurrencesSkipped,
    PublishFailed,
    RecordsEnrolled,
    RecordsNotEnrolled,
    RecordsUnenrolled,
    RequestEnded,
    UnenrollmentRequested,
    WorkflowDeleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowSaved,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
    parse_event,
)
from executor_service.history.domain.rows import (
    Change,
    GroupName,
    LogRow,
    OccurrenceAdded,
    OccurrenceChanged,
    PageEnrolled,
    RecordsLogged,
    RecordsMoved,
    Status,
    WorkflowChanged,
)
from shared.event_store import RecordedEvent

# What tells apart the log rows of one event: each of its runs has so many numbers.
LOG_ROWS_AT_MOST = 2

_ENROLLED = LogRow("ENROLLED", "PROGRESS", "Enrolled")
_COMPLETED = LogRow("COMPLETED", "PROGRESS", "Completed the workflow")
_NOT_ENROLLED = {
    "ALREADY_ENROLLED": LogRow("ALREADY_ENROLLED", "ALERT", "Not enrolled: still active in this workflow"),
    "SUPPRESSED": LogRow("SUPPRESSED", "ALERT", "Not enrolled: suppressed"),
    "MISSING": LogRow("MISSING", "ALERT", "Not enrolled: archived before the evaluation"),
}


def project(recorded: RecordedEvent) -> list[Change]:
    """Return what an event changes, in order; raises pydantic's ValidationError for a type nobody knows."""
    match parse_event(recorded):
        case WorkflowSaved() | WorkflowTurnedOn() | WorkflowTurnedOff() | WorkflowDeleted() as event:
            return [_workflow_changed(recorded.position, event)]
        case OccurrencesSkipped() as event:
            return [_skipped_by_scheduler(recorded, event)]
        case OccurrenceRecorded() as event:
            return [_recorded(recorded, event)]
        case OccurrenceEvaluated() | OccurrenceSkipped() | OccurrenceFailed() | OccurrenceCompleted() as event:
            return [_occurrence_changed(recorded, event)]
        case RecordsEnrolled() as event:
            return [_enrolled(recorded, event)]
        case RecordsNotEnrolled() as event:
            return [_not_enrolled(recorded, event)]
        case ActionDone() | DelayStarted() | DelayEnded() | BranchTaken() | RecordsUnenrolled() as event:
            return list(_moved(recorded, event))
        case (
            WorkflowPaused()
            | WorkflowResumed()
            | UnenrollmentRequested()
            | RequestEnded()
            | CommandRefused()
            | AccountChanged()
            | AccountPaused()
            | AccountResumed()
            | KeyCreated()
            | KeyRevoked()
            | PublishFailed()
        ):
            return []


def _occurrence_changed(
    recorded: RecordedEvent, event: OccurrenceEvaluated | OccurrenceSkipped | OccurrenceFailed | OccurrenceCompleted
) -> OccurrenceChanged:
    which, at = event.occurrence_id, recorded.recorded_at
    match event:
        case OccurrenceEvaluated():
            return _evaluated(event)
        case OccurrenceSkipped():
            return OccurrenceChanged(
                which, "SKIPPED", skip_reason=event.reason, revision_id=event.revision_id, completed_at=at
            )
        case OccurrenceFailed():
            failure = {"reason": event.reason, "attempts": event.attempts}
            return OccurrenceChanged(which, "FAILED", failure=failure, completed_at=at)
        case OccurrenceCompleted():
            return OccurrenceChanged(which, "COMPLETED", completed_at=at)


def _workflow_changed(
    position: int, event: WorkflowSaved | WorkflowTurnedOn | WorkflowTurnedOff | WorkflowDeleted
) -> WorkflowChanged:
    workflow_id, revision_id = int(event.workflow_id), event.revision_id
    match event:
        case WorkflowSaved():
            document = event.document
            return WorkflowChanged(
                position,
                workflow_id,
                revision_id,
                sets_document=True,
                name=document.get("name"),
                object_type_id=document["objectTypeId"],
                schedule=document.get("enrollmentSchedule"),
                time_zone_id=event.time_zone_id,
            )
        case WorkflowTurnedOn():
            zone = event.time_zone_id
            return WorkflowChanged(position, workflow_id, revision_id, is_enabled=True, time_zone_id=zone)
        case WorkflowTurnedOff():
            return WorkflowChanged(position, workflow_id, revision_id, is_enabled=False)
        case WorkflowDeleted():
            deleted_at = event.effective_at
            return WorkflowChanged(position, workflow_id, revision_id, is_enabled=False, deleted_at=deleted_at)


def _recorded(recorded: RecordedEvent, event: OccurrenceRecorded) -> OccurrenceAdded:
    return OccurrenceAdded(
        position=recorded.position,
        occurrence_id=event.occurrence_id,
        workflow_id=int(event.workflow_id),
        revision_id=event.revision_id,
        trigger=event.trigger,
        state="DUE",
        recorded_at=recorded.recorded_at,
        due_at=event.due_at,
        local_time=event.local_time,
        time_zone_id=event.time_zone_id,
    )


def _skipped_by_scheduler(recorded: RecordedEvent, event: OccurrencesSkipped) -> OccurrenceAdded:
    return OccurrenceAdded(
        position=recorded.position,
        occurrence_id=UUID(recorded.metadata["eventId"]),
        workflow_id=int(event.workflow_id),
        revision_id=event.revision_id,
        trigger="SCHEDULE",
        state="SKIPPED",
        recorded_at=recorded.recorded_at,
        skip_reason=event.reason,
        skip={"first": event.first, "last": event.last, "count": event.count},
        completed_at=recorded.recorded_at,
    )


def _evaluated(event: OccurrenceEvaluated) -> OccurrenceChanged:
    counts = event.counts
    return OccurrenceChanged(
        event.occurrence_id,
        "EVALUATED",
        revision_id=event.revision_id,
        matched=counts.matched,
        enrolled=counts.enrolled,
        already_enrolled=counts.already_enrolled,
        suppressed=counts.suppressed,
        missing=counts.missing,
        evaluated_at=event.evaluated_at,
    )


def _enrolled(recorded: RecordedEvent, event: RecordsEnrolled) -> PageEnrolled:
    ends_at_once = event.first_action_id is None
    return PageEnrolled(
        position=recorded.position,
        workflow_id=int(event.workflow_id),
        occurrence_id=event.occurrence_id,
        revision_id=event.revision_id,
        at=recorded.recorded_at,
        record_ids=recorded.record_ids or (),
        action_id=event.first_action_id,
        log=(_ENROLLED, _COMPLETED) if ends_at_once else (_ENROLLED,),
    )


def _not_enrolled(recorded: RecordedEvent, event: RecordsNotEnrolled) -> RecordsLogged:
    return RecordsLogged(
        position=recorded.position,
        n=0,
        workflow_id=int(event.workflow_id),
        occurrence_id=event.occurrence_id,
        revision_id=event.revision_id,
        at=recorded.recorded_at,
        record_ids=recorded.record_ids or (),
        log=(_NOT_ENROLLED[event.reason],),
    )


def runs(event: ClaimEvent, record_ids: Sequence[int]) -> Iterator[tuple[UUID, Group, list[int]]]:
    """Yield the records of a claim cut where its occurrence or its group changes, in order."""
    position, index = 0, 0
    left = event.groups[0].count if event.groups else 0
    for cohort in event.cohorts:
        end = position + cohort.size
        while position < end:
            taken = min(left, end - position)
            yield cohort.occurrence_id, event.groups[index], list(record_ids[position : position + taken])
            position, left = position + taken, left - taken
            if not left and position < len(record_ids):
                index += 1
                left = event.groups[index].count


def _moved(recorded: RecordedEvent, event: ClaimEvent) -> Iterator[RecordsMoved]:
    for n, (occurrence_id, group, ids) in enumerate(runs(event, recorded.record_ids or ())):
        yield RecordsMoved(
            position=recorded.position,
            n=n * LOG_ROWS_AT_MOST,
            workflow_id=int(event.workflow_id),
            occurrence_id=occurrence_id,
            revision_id=event.revision_id,
            at=recorded.recorded_at,
            record_ids=ids,
            from_action_id=event.action_id,
            action_type_id=event.action_type_id,
            status=_status(group),
            action_id=group.next,
            reason=group.reason if _status(group) == "UNENROLLED" else None,
            log=_log_rows(group),
        )


def _status(group: Group) -> Status:
    if group.outcome in {"MISSING", "UNENROLLED"}:
        return "UNENROLLED"
    return "ACTIVE" if group.next is not None else "COMPLETED"


_LOGGED: dict[str, tuple[str, GroupName, str]] = {
    "SUCCEEDED": ("ACTION_COMPLETED", "SUCCESS", "Action completed"),
    "FAILED": ("ACTION_FAILED", "ALERT", "Action failed"),
    "SKIPPED": ("ACTION_SKIPPED", "ALERT", "Action skipped"),
    "WAITING": ("ACTION_WAITING", "PROGRESS", "Action waits"),
    "MISSING": ("UNENROLLED", "PROGRESS", "Unenrolled"),
    "UNENROLLED": ("UNENROLLED", "PROGRESS", "Unenrolled"),
}


def _log_rows(group: Group) -> tuple[LogRow, ...]:
    event, name, words = _LOGGED[group.outcome]
    details = dict(group.details or {}) | ({"reason": group.reason} if group.reason else {})
    row = LogRow(event, name, f"{words}: {group.reason}" if group.reason else words, details)
    return (row, _COMPLETED) if _status(group) == "COMPLETED" else (row,)
