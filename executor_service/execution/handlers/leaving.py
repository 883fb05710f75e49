"""Letting records leave cohorts that nobody owns: by a request at the head of its queue, and of a deleted workflow.

A worker that has a record's cohort lets it leave before its next action. Where nobody has the cohort the workflow's
evaluator does, for the request stands in the same queue as what enrolls: it holds `EVALUATE(workflow)`, so nobody is
enrolled meanwhile. Letting leave is a claim: the cohort goes on in a new epoch, or ends, and the claim's stream holds
one event. A cohort that has an owner, expired or not, is left to its next owner, and the queue waits for it, at most a
lease. A request ends in the transaction that finds no cohort left which holds one of its records.
"""

from executor_service.events import RecordsUnenrolled, RequestEnded, to_new_event
from executor_service.execution.domain.requests import Departure, Holder, Leaving, Request, leave
from executor_service.execution.ports import Seat, Session, Work
from shared.event_store import Append
from shared.failpoints import failpoint

LONGEST_IDLE_SECONDS = 1.0
# 64 kB, with arrays of 1,000 ids: a session that holds locks fetches no more at once.
_COHORTS_AT_ONCE = 8


async def apply_request(seat: Seat, request: Request) -> bool:
    """Let records leave by a request at the head of its queue; false when it waits for cohorts that have an owner."""
    async with seat.work() as work:
        # One more than are locked at once, to see whether that is all.
        holding = await work.requests.holding(request.workflow_id, request.id, limit=_COHORTS_AT_ONCE + 1)
        holders = await work.requests.lock_unowned(holding[:_COHORTS_AT_ONCE])
        reasons = await work.requests.take(request.workflow_id, _records_of(holders)) if holders else {}
        leaving = leave(holders, reasons)
        appends = await _write(work, leaving)
        is_over = len(holders) == len(holding)
        if is_over:
            appends.append(await _end(work, request))
        await work.events.append(appends)
        failpoint("executor.unenrolled_before_commit")
        await work.commit()
    return is_over or bool(leaving.departures)


async def end_deleted(*, session: Session) -> float:
    """End enrollments of workflows that are deleted; return for how long there is nothing to do.

    Cohorts that have an owner end by it, or in a later pass.
    """
    ended = 0
    async with session.seat() as seat:
        workflow_ids = await seat.requests.with_unowned()
        for workflow_id in await seat.workflows.deleted_among(workflow_ids) if workflow_ids else ():
            async with seat.evaluating(workflow_id) as is_evaluator:
                if is_evaluator:
                    ended += await _end_enrollments(seat, workflow_id)
    return 0.0 if ended else LONGEST_IDLE_SECONDS


async def _end_enrollments(seat: Seat, workflow_id: int) -> int:
    async with seat.work() as work:
        holders = await work.requests.lock_any_unowned(workflow_id, limit=_COHORTS_AT_ONCE)
        leaving = leave(holders, dict.fromkeys(_records_of(holders), "WORKFLOW_DELETED"))
        await work.events.append(await _write(work, leaving))
        await work.commit()
    return len(leaving.departures)


async def _write(work: Work, leaving: Leaving) -> list[Append]:
    await work.cohorts.end(leaving.ended)
    await work.requests.shrink(leaving.shrunk)
    return [await _departed(work, departure) for departure in leaving.departures]


async def _departed(work: Work, departure: Departure) -> Append:
    place = departure.place
    revision = await work.workflows.revision(place.workflow_id, place.revision)
    unenrolled = RecordsUnenrolled(
        workflow_id=str(place.workflow_id),
        revision_id=str(place.revision),
        object_type_id=departure.object_type_id,
        action_id=place.action_id,
        action_type_id=revision.graph.actions[place.action_id].type_id,
        cohorts=departure.cohorts,
        groups=departure.groups,
    )
    return Append(f"claim-{departure.claim_id}", 0, [to_new_event(unenrolled, departure.record_ids)])


async def _end(work: Work, request: Request) -> Append:
    unenrolled = await work.requests.end(request.id)
    ended = RequestEnded(
        workflow_id=str(request.workflow_id),
        request_id=request.id,
        outcome="APPLIED" if unenrolled else "NOTHING_TO_DO",
        unenrolled=unenrolled,
    )
    return Append(request.stream, 1, [to_new_event(ended)])


def _records_of(holders: list[Holder]) -> list[int]:
    return [record_id for holder in holders for record_id in holder.record_ids]
