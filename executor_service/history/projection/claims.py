"""What became of the records of a claim: how they moved, what the action log says of it, and which actions failed."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from executor_service.events import BranchTaken, ClaimedCohort, ClaimEvent, DelayEnded, DelayStarted, Group
from executor_service.history.domain.causes import SAMPLE_AT_MOST
from executor_service.history.domain.rows import CauseMet, GroupName, LogRow, RecordsMoved, Status
from shared.contracts import instant_text
from shared.event_store import RecordedEvent

# What tells apart the log rows of one event: each of its runs has so many numbers.
LOG_ROWS_AT_MOST: Final = 2

COMPLETED: Final = LogRow("COMPLETED", "PROGRESS", "Completed the workflow")


def runs(event: ClaimEvent, record_ids: Sequence[int]) -> Iterator[tuple[UUID, Group, list[int]]]:
    """Yield the records of a claim cut where its occurrence or its group changes, in order."""
    for cohort, group, ids in _runs(event, record_ids):
        yield cohort.occurrence_id, group, ids


def _runs(event: ClaimEvent, record_ids: Sequence[int]) -> Iterator[tuple[ClaimedCohort, Group, list[int]]]:
    position, index = 0, 0
    left = event.groups[0].count if event.groups else 0
    for cohort in event.cohorts:
        end = position + cohort.size
        while position < end:
            taken = min(left, end - position)
            yield cohort, event.groups[index], list(record_ids[position : position + taken])
            position, left = position + taken, left - taken
            if not left and position < len(record_ids):
                index += 1
                left = event.groups[index].count


def records_moved(recorded: RecordedEvent, event: ClaimEvent) -> Iterator[RecordsMoved]:
    """Yield a move a run; who waits stays where the event was."""
    for n, (cohort, group, ids) in enumerate(_runs(event, recorded.record_ids or ())):
        status = _status(group)
        yield RecordsMoved(
            position=recorded.position,
            n=n * LOG_ROWS_AT_MOST,
            workflow_id=int(event.workflow_id),
            occurrence_id=cohort.occurrence_id,
            revision_id=event.revision_id,
            at=recorded.recorded_at,
            record_ids=ids,
            from_action_id=event.action_id,
            action_type_id=event.action_type_id,
            status=status,
            action_id=_stands_at(event, group) if status == "ACTIVE" else None,
            reason=group.reason if status == "UNENROLLED" else None,
            log=_log_rows(event, cohort, group),
            next_action_at=group.until if group.outcome == "WAITING" else None,
        )


def _status(group: Group) -> Status:
    if group.outcome in {"MISSING", "UNENROLLED"}:
        return "UNENROLLED"
    return "ACTIVE" if group.outcome == "WAITING" or group.next is not None else "COMPLETED"


def _stands_at(event: ClaimEvent, group: Group) -> str | None:
    return event.action_id if group.outcome == "WAITING" else group.next


_LOGGED: dict[str, tuple[str, GroupName, str]] = {
    "SUCCEEDED": ("ACTION_COMPLETED", "SUCCESS", "Action completed"),
    "FAILED": ("ACTION_FAILED", "ALERT", "Action failed"),
    "SKIPPED": ("ACTION_SKIPPED", "ALERT", "Action skipped"),
    "WAITING": ("ACTION_WAITING", "PROGRESS", "Action waits"),
    "MISSING": ("UNENROLLED", "PROGRESS", "Unenrolled"),
    "UNENROLLED": ("UNENROLLED", "PROGRESS", "Unenrolled"),
}
# What moves an action to another day or hour; every other wait is for something outside.
_RESCHEDULING = frozenset({"PAUSE_DATE", "TIME_WINDOW", "CAP"})


def _log_rows(event: ClaimEvent, cohort: ClaimedCohort, group: Group) -> tuple[LogRow, ...]:
    name, shown, words = _logged(event, group)
    row = LogRow(name, shown, f"{words}: {group.reason}" if group.reason else words, _details(event, cohort, group))
    return (row, COMPLETED) if _status(group) == "COMPLETED" else (row,)


def _logged(event: ClaimEvent, group: Group) -> tuple[str, GroupName, str]:
    match event:
        case DelayStarted() if group.outcome == "WAITING":
            return "DELAY_STARTED", "PROGRESS", "Delay started"
        case DelayStarted() | DelayEnded() if group.outcome == "SUCCEEDED":
            return "DELAY_ENDED", "PROGRESS", "Delay ended"
        case BranchTaken() if group.outcome == "SUCCEEDED":
            return "BRANCH_TAKEN", "PROGRESS", f"Branch taken: {group.branch or 'default'}"
        case _ if group.outcome == "WAITING" and group.reason in _RESCHEDULING:
            return "ACTION_RESCHEDULED", "PROGRESS", "Action rescheduled"
        case _:
            return _LOGGED[group.outcome]


def _details(event: ClaimEvent, cohort: ClaimedCohort, group: Group) -> dict[str, Any]:
    details = dict(group.details or {})
    if group.reason:
        details["reason"] = group.reason
    if isinstance(event, BranchTaken) and group.outcome == "SUCCEEDED":
        details = {"branch": group.branch, "index": None} | details
    if group.until is not None:
        details["until"] = instant_text(group.until)
    counted = {"visit": cohort.visit, "attempt": cohort.attempt}
    return details | {name: number for name, number in counted.items() if number > 1}


def failures(recorded: RecordedEvent, event: ClaimEvent) -> Iterator[CauseMet]:
    """Yield one cause a reason for which an action failed, with the first of its records."""
    failed: dict[str, list[int]] = {}
    occurrences: dict[str, UUID] = {}
    for cohort, group, ids in _runs(event, recorded.record_ids or ()):
        if group.outcome == "FAILED":
            failed.setdefault(group.reason or "", []).extend(ids)
            occurrences[group.reason or ""] = cohort.occurrence_id
    for reason, ids in failed.items():
        yield CauseMet(
            position=recorded.position,
            kind="ACTIONS_FAILED",
            workflow_id=int(event.workflow_id),
            reason=reason,
            at=recorded.recorded_at,
            count=len(ids),
            occurrence_id=occurrences[reason],
            sample=tuple(str(record_id) for record_id in ids[:SAMPLE_AT_MOST]),
            details={"actionId": event.action_id, "actionTypeId": event.action_type_id},
        )
