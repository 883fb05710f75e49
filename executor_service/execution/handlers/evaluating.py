"""Evaluating: the head of a workflow's queue is taken, an occurrence or a request for unenrollment (see `leaving`).

Only the evaluator of a workflow enrolls into it, and only while its session holds `EVALUATE(workflow)`. For an
occurrence it finds who matches, or who of those named is there, and who of them is enrolled, or why nobody is. It

1. counts the attempt in a statement that commits by itself, so that an evaluation which kills its process ends too;
2. decides by what held at `due_at`;
3. reads, in one snapshot younger than the lock, who matches and who is active. A record is `ALREADY_ENROLLED` if and
   only if it was in a cohort of this workflow in that snapshot; while the lock is held that set only shrinks, so nobody
   is enrolled twice;
4. locks the workflow's row against changes, decides again (another revision than was evaluated: anew), stores the
   cohorts and appends the events, on the same session. A crash before the commit leaves nothing, after it everything
   stands; an evaluator whose session was ended has lost the lock and cannot write.

While the workflow is paused, by itself or with the account, nothing of it is evaluated: what came due in a pause is
decided when the pause has ended, by the catch-up policy of its end, and never by whoever resumes; a due message that
arrives later is treated alike.

An evaluation that fails is tried again after 1, 4, 16, 64 s; the fifth failure ends the occurrence as `FAILED`, for a
property that its criteria name and nobody has any more as well: until then it may be put back.
"""

from datetime import datetime, timedelta

from executor_service.events import OccurrenceFailed, OccurrenceSkipped, to_new_event
from executor_service.execution.domain.enrollment import Evaluation
from executor_service.execution.domain.occurrences import (
    ATTEMPTS_AT_MOST,
    Evaluate,
    Occurrence,
    Skip,
    UnlessLater,
    Verdict,
    Wait,
    backoff,
    decide_occurrence,
)
from executor_service.execution.domain.requests import Request
from executor_service.execution.handlers.finding import find_matches, find_named
from executor_service.execution.handlers.leaving import apply_request
from executor_service.execution.ports import EvaluationTooSlowError, Occurrences, Seat, Session, Work
from executor_service.records.criteria import CriteriaError
from executor_service.workflows.domain.revision import InForce, Revision
from executor_service.workflows.ports import Workflows
from shared.event_store import Append, NewEvent
from shared.failpoints import failpoint
from shared.logs import get_logger

LONGEST_IDLE_SECONDS = 1.0
_EVALUATED = frozenset({"EVALUATED", "COMPLETED", "FAILED"})
_logger = get_logger("evaluator")


async def evaluate_next(*, session: Session) -> float:
    """Take one head of a queue, and return for how many seconds there is nothing to do.

    A workflow that another evaluator has is passed over, as is one that is paused or whose head waits for a worker.
    """
    async with session.seat() as seat:
        waiting = await seat.queue.waiting()
        paused = await seat.workflows.paused_among([each.workflow_id for each in waiting]) if waiting else frozenset()
        for each in waiting:
            if each.workflow_id in paused and not each.has_requests:
                continue
            async with seat.evaluating(each.workflow_id) as is_evaluator:
                if is_evaluator and await _take_head(seat, each.workflow_id):
                    return 0.0
        seconds = await seat.queue.seconds_until_next()
    return LONGEST_IDLE_SECONDS if seconds is None else min(max(seconds, 0.01), LONGEST_IDLE_SECONDS)


async def _take_head(seat: Seat, workflow_id: int) -> bool:
    """Take the head of a queue; false when there is nothing to take now."""
    standing = await seat.workflows.standing(workflow_id)
    match await seat.queue.head(workflow_id, is_paused=standing.is_paused):
        case None:
            return False
        case Request() as request:
            return await _apply(seat, request)
        case Occurrence() as occurrence:
            return await _evaluate_head(seat, occurrence)


async def _apply(seat: Seat, request: Request) -> bool:
    try:
        return await apply_request(seat, request)
    except Exception:  # the edge of one request: whatever it was, it stays pending and other workflows go on
        _logger.exception("A request was not applied", request_id=str(request.id))
        return False


async def _evaluate_head(seat: Seat, occurrence: Occurrence) -> bool:
    attempt = await seat.occurrences.count_attempt(occurrence.id)
    if attempt > ATTEMPTS_AT_MOST:
        await _fail(seat, occurrence, occurrence.failure or "INTERNAL")
        return True
    try:
        await _evaluate(seat, occurrence)
    except Exception as error:  # the edge of one evaluation: whatever it was, it is counted and the others go on
        _logger.exception("An evaluation failed", occurrence_id=str(occurrence.id), attempt=attempt)
        await _put_off(seat, occurrence, attempt, _failure(error))
    return True


async def _evaluate(seat: Seat, occurrence: Occurrence) -> None:
    while True:
        verdict = await _decide(seat.occurrences, seat.workflows, occurrence)
        match verdict:
            case Wait():
                await seat.occurrences.take_back_attempt(occurrence.id)
                return
            case Skip():
                if await _skip(seat, occurrence):
                    return
            case Evaluate(revision):
                if await _enroll(seat, await _find(seat, occurrence, revision)):
                    return


async def _decide(occurrences: Occurrences, workflows: Workflows, occurrence: Occurrence) -> Skip | Evaluate | Wait:
    workflow_id = occurrence.workflow_id
    verdict = await _judge(occurrences, workflows, workflow_id, occurrence.due_at, occurrence.nominal)
    if not isinstance(verdict, UnlessLater):
        return verdict
    if await _has_valid_later(occurrences, workflows, workflow_id, after=occurrence.due_at, upto=verdict.upto):
        return Skip("PAUSED", verdict.revision.revision)
    return Evaluate(verdict.revision)


async def _judge(
    occurrences: Occurrences, workflows: Workflows, workflow_id: int, due_at: datetime, nominal: str | None
) -> Verdict:
    """Decide by what held at an instant; what is asked for has no nominal time."""
    in_force = await workflows.in_force(workflow_id, due_at)
    is_skipped = nominal is not None and await _is_skipped(occurrences, workflow_id, in_force, due_at, nominal)
    return decide_occurrence(in_force, is_skipped=is_skipped, is_asked=nominal is None)


async def _is_skipped(
    occurrences: Occurrences, workflow_id: int, in_force: InForce | None, due_at: datetime, nominal: str
) -> bool:
    if in_force is None or in_force.revision is None:
        return False
    revision = in_force.revision.revision
    return await occurrences.is_skipped(workflow_id, revision=revision, nominal=nominal, due_at=due_at)


async def _has_valid_later(
    occurrences: Occurrences, workflows: Workflows, workflow_id: int, *, after: datetime, upto: datetime
) -> bool:
    """Tell whether a later occurrence of the same pause runs, or ran: one that will be skipped does not count."""
    while (later := await occurrences.newest(workflow_id, after=after, upto=upto)) is not None:
        if later.state in _EVALUATED:
            return True
        if later.state == "DUE":
            verdict = await _judge(occurrences, workflows, workflow_id, later.due_at, later.nominal)
            if isinstance(verdict, Evaluate | UnlessLater):
                return True
        upto = later.due_at - timedelta(microseconds=1)
    return False


async def _find(seat: Seat, occurrence: Occurrence, revision: Revision) -> Evaluation:
    async with seat.snapshot() as snapshot:
        evaluated_at, text = await snapshot.begin()
        if occurrence.names_records:
            matches = await find_named(snapshot, occurrence)
        else:
            matches = await find_matches(
                snapshot,
                revision.tree,
                workflow_id=revision.workflow_id,
                object_type_id=revision.object_type_id,
                now=evaluated_at,
                zone=revision.time_zone_id,
            )
    return Evaluation(occurrence, revision, evaluated_at, text, matches)


async def _enroll(seat: Seat, evaluation: Evaluation) -> bool:
    """Write what was found; false when another revision, or zone, was in force, or none: all is to be done anew."""
    revision = evaluation.revision
    async with seat.work() as work:
        await work.workflows.lock_for_evaluation(evaluation.occurrence.workflow_id)
        verdict = await _decide(work.occurrences, work.workflows, evaluation.occurrence)
        if not isinstance(verdict, Evaluate) or not verdict.revision.decides_like(revision):
            return False
        occurrence = await work.occurrences.lock(evaluation.occurrence.id)
        await work.cohorts.add(
            evaluation.cohorts(),
            workflow_id=occurrence.workflow_id,
            revision=revision.revision,
            object_type_id=revision.object_type_id,
        )
        state = "COMPLETED" if evaluation.is_over else "EVALUATED"
        await _settle(work, occurrence, state=state, revision=revision.revision, events=evaluation.events())
        failpoint("executor.evaluated_before_commit")
        await work.commit()
    failpoint("executor.evaluated_after_commit")
    return True


async def _skip(seat: Seat, occurrence: Occurrence) -> bool:
    """End an occurrence without an evaluation; false when it is to be evaluated after all."""
    async with seat.work() as work:
        await work.workflows.lock_for_evaluation(occurrence.workflow_id)
        verdict = await _decide(work.occurrences, work.workflows, occurrence)
        if not isinstance(verdict, Skip):
            return False
        locked = await work.occurrences.lock(occurrence.id)
        skipped = OccurrenceSkipped(
            workflow_id=str(locked.workflow_id),
            occurrence_id=locked.id,
            revision_id=locked.revision_id if verdict.revision is None else str(verdict.revision),
            reason=verdict.reason,
        )
        await _settle(work, locked, state="SKIPPED", revision=verdict.revision, events=[to_new_event(skipped)])
        await work.commit()
    return True


async def _put_off(seat: Seat, occurrence: Occurrence, attempt: int, failure: str) -> None:
    if attempt >= ATTEMPTS_AT_MOST:
        await _fail(seat, occurrence, failure)
    else:
        await seat.occurrences.put_off(occurrence.id, seconds=backoff(attempt).total_seconds(), failure=failure)


async def _fail(seat: Seat, occurrence: Occurrence, reason: str) -> None:
    async with seat.work() as work:
        locked = await work.occurrences.lock(occurrence.id)
        failed = OccurrenceFailed(
            workflow_id=str(locked.workflow_id),
            occurrence_id=locked.id,
            revision_id=locked.revision_id,
            reason=reason,
            attempts=min(locked.attempts, ATTEMPTS_AT_MOST),
        )
        await _settle(work, locked, state="FAILED", revision=locked.revision, events=[to_new_event(failed)])
        await work.commit()


def _failure(error: Exception) -> str:
    match error:
        case EvaluationTooSlowError():
            return "TOO_SLOW"
        case CriteriaError():
            return "REFERENCE_GONE"
        case _:
            return "INTERNAL"


async def _settle(
    work: Work, occurrence: Occurrence, *, state: str, revision: int | None, events: list[NewEvent]
) -> None:
    version = occurrence.version + len(events)
    await work.occurrences.settle(occurrence.id, state=state, revision=revision, version=version)
    await work.events.append([Append(occurrence.stream, occurrence.version, events)])
