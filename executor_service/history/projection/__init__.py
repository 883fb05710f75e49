"""From an event of the log to changes of rows; pure, and the same code live and in a rebuild."""

from executor_service.events import (
    AccountChanged,
    AccountPaused,
    AccountResumed,
    ActionDone,
    BranchTaken,
    CommandRefused,
    DelayEnded,
    DelayStarted,
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
from executor_service.history.domain.rows import AccountPauseChanged, CauseMet, Change
from executor_service.history.projection.claims import LOG_ROWS_AT_MOST, failures, records_moved, runs
from executor_service.history.projection.occurrences import (
    occurrence_added,
    occurrence_changed,
    records_enrolled,
    records_not_enrolled,
)
from executor_service.history.projection.workflows import workflow_changed
from shared.event_store import RecordedEvent

__all__ = ["LOG_ROWS_AT_MOST", "project", "runs"]


def project(recorded: RecordedEvent) -> list[Change]:
    """Return what an event changes, in order; raises pydantic's ValidationError for a type nobody knows."""
    match parse_event(recorded):
        case (
            WorkflowSaved()
            | WorkflowTurnedOn()
            | WorkflowTurnedOff()
            | WorkflowPaused()
            | WorkflowResumed()
            | WorkflowDeleted()
        ) as event:
            return [workflow_changed(recorded.position, event)]
        case AccountPaused() | AccountResumed() as event:
            paused_at = event.effective_at if isinstance(event, AccountPaused) else None
            return [AccountPauseChanged(recorded.position, paused_at)]
        case OccurrenceRecorded() | OccurrencesSkipped() as event:
            return [occurrence_added(recorded, event)]
        case OccurrenceEvaluated() | OccurrenceSkipped() | OccurrenceFailed() | OccurrenceCompleted() as event:
            return occurrence_changed(recorded, event)
        case PublishFailed() as event:
            return [_publish_failed(recorded, event)]
        case RecordsEnrolled() as event:
            return [records_enrolled(recorded, event)]
        case RecordsNotEnrolled() as event:
            return [records_not_enrolled(recorded, event)]
        case ActionDone() | DelayStarted() | DelayEnded() | BranchTaken() | RecordsUnenrolled() as event:
            return [*records_moved(recorded, event), *failures(recorded, event)]
        case (
            UnenrollmentRequested() | RequestEnded() | CommandRefused() | AccountChanged() | KeyCreated() | KeyRevoked()
        ):
            return []


def _publish_failed(recorded: RecordedEvent, event: PublishFailed) -> CauseMet:
    return CauseMet(
        position=recorded.position,
        kind="PUBLISH_FAILED",
        workflow_id=None,
        reason=f"{event.topic}: {event.reason}",
        at=recorded.recorded_at,
        count=1,
        sample=(str(event.position),),
        details={"topic": event.topic, "position": event.position},
    )
