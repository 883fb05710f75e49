"""Finding an occurrence's end: it is looked for, not counted, for a counter would be a row that all workers wait at.

Only the workflow's evaluator looks. Looked for by the workers themselves, two that end the last two cohorts at once
complete an occurrence never or twice.
"""

from uuid import UUID

from executor_service.events import OccurrenceCompleted, to_new_event
from executor_service.execution.ports import Seat, Session
from shared.event_store import Append
from shared.failpoints import failpoint

LONGEST_IDLE_SECONDS = 1.0
_OCCURRENCES_AT_ONCE = 100


async def complete_ended(*, session: Session) -> float:
    """Complete the occurrences that have no active enrollment left; return for how long there is nothing to do.

    Those of a workflow that is being evaluated are left to the next pass.
    """
    completed = 0
    async with session.seat() as seat:
        for workflow_id, occurrence_id in await seat.occurrences.without_cohorts(limit=_OCCURRENCES_AT_ONCE):
            async with seat.evaluating(workflow_id) as is_evaluator:
                if is_evaluator:
                    completed += await _complete(seat, occurrence_id)
    return 0.0 if completed else LONGEST_IDLE_SECONDS


async def _complete(seat: Seat, occurrence_id: UUID) -> bool:
    async with seat.work() as work:
        occurrence = await work.occurrences.lock(occurrence_id)
        # In a statement of its own, after the lock: what ended a cohort meanwhile is seen.
        if occurrence.state != "EVALUATED" or await work.cohorts.has_cohorts(occurrence_id):
            return False
        completed = OccurrenceCompleted(
            workflow_id=str(occurrence.workflow_id),
            occurrence_id=occurrence.id,
            revision_id=occurrence.revision_id,
        )
        await work.occurrences.settle(
            occurrence.id, state="COMPLETED", revision=occurrence.revision, version=occurrence.version + 1
        )
        await work.events.append([Append(occurrence.stream, occurrence.version, [to_new_event(completed)])])
        failpoint("executor.completed_before_commit")
        await work.commit()
    return True
