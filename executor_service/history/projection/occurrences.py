"""What becomes of an occurrence, and which records it enrolls."""

from uuid import UUID

from executor_service.events import (
    OccurrenceCompleted,
    OccurrenceEvaluated,
    OccurrenceFailed,
    OccurrenceRecorded,
    OccurrenceSkipped,
    OccurrencesSkipped,
    RecordsEnrolled,
    RecordsNotEnrolled,
)
from executor_service.history.domain.rows import (
    CauseMet,
    Change,
    LogRow,
    OccurrenceAdded,
    OccurrenceChanged,
    PageEnrolled,
    RecordsLogged,
)
from executor_service.history.projection.claims import COMPLETED
from shared.event_store import RecordedEvent

_ENROLLED = LogRow("ENROLLED", "PROGRESS", "Enrolled")
_NOT_ENROLLED = {
    "ALREADY_ENROLLED": LogRow("ALREADY_ENROLLED", "ALERT", "Not enrolled: still active in this workflow"),
    "SUPPRESSED": LogRow("SUPPRESSED", "ALERT", "Not enrolled: suppressed"),
    "MISSING": LogRow("MISSING", "ALERT", "Not enrolled: archived before the evaluation"),
}


def occurrence_added(recorded: RecordedEvent, event: OccurrenceRecorded | OccurrencesSkipped) -> OccurrenceAdded:
    """Return the row of an occurrence that is known now, or of some that the scheduler skipped together."""
    match event:
        case OccurrenceRecorded():
            return _recorded(recorded, event)
        case OccurrencesSkipped():
            return _skipped_by_scheduler(recorded, event)


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


def occurrence_changed(
    recorded: RecordedEvent, event: OccurrenceEvaluated | OccurrenceSkipped | OccurrenceFailed | OccurrenceCompleted
) -> list[Change]:
    """Return how an occurrence goes on, or ends."""
    which, at = event.occurrence_id, recorded.recorded_at
    match event:
        case OccurrenceEvaluated():
            return [_evaluated(event)]
        case OccurrenceSkipped():
            revision_id = event.revision_id
            return [OccurrenceChanged(which, "SKIPPED", revision_id, skip_reason=event.reason, completed_at=at)]
        case OccurrenceFailed():
            failure = {"reason": event.reason, "attempts": event.attempts}
            return [
                OccurrenceChanged(which, "FAILED", failure=failure, completed_at=at),
                _cause_of_failure(recorded, event),
            ]
        case OccurrenceCompleted():
            return [OccurrenceChanged(which, "COMPLETED", completed_at=at)]


def records_enrolled(recorded: RecordedEvent, event: RecordsEnrolled) -> PageEnrolled:
    """Return a page."""
    ends_at_once = event.first_action_id is None
    return PageEnrolled(
        position=recorded.position,
        workflow_id=int(event.workflow_id),
        occurrence_id=event.occurrence_id,
        revision_id=event.revision_id,
        at=recorded.recorded_at,
        record_ids=recorded.record_ids or (),
        action_id=event.first_action_id,
        log=(_ENROLLED, COMPLETED) if ends_at_once else (_ENROLLED,),
    )


def records_not_enrolled(recorded: RecordedEvent, event: RecordsNotEnrolled) -> RecordsLogged:
    """Return what the log says of records that matched and stay out."""
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


def _cause_of_failure(recorded: RecordedEvent, event: OccurrenceFailed) -> CauseMet:
    return CauseMet(
        position=recorded.position,
        kind="OCCURRENCE_FAILED",
        workflow_id=int(event.workflow_id),
        reason=event.reason,
        at=recorded.recorded_at,
        count=1,
        occurrence_id=event.occurrence_id,
        sample=(str(event.occurrence_id),),
        details={"attempts": event.attempts},
    )
