"""Evaluating an occurrence: who matches, who of them is enrolled, or why nothing is.

Only the evaluator of a workflow enrolls into it, and only while its session holds `EVALUATE(workflow)`. It takes the
head of the workflow's queue and

1. counts the attempt in a statement that commits by itself, so that an evaluation which kills its process ends too;
2. decides by what held at `due_at`;
3. reads, in one snapshot younger than the lock, who matches and who is active. A record is `ALREADY_ENROLLED` if and
   only if it was in a cohort of this workflow in that snapshot; while the lock is held that set only shrinks, so nobody
   is enrolled twice;
4. locks the workflow's row against changes, decides again (another revision than was evaluated: anew), stores the
   cohorts and appends the events, on the same session. A crash before the commit leaves nothing, after it everything
   stands; an evaluator whose session was ended has lost the lock and cannot write.

An evaluation that fails is tried again after 1, 4, 16, 64 s; the fifth failure ends the occurrence as `FAILED`.
"""

from executor_service.events import OccurrenceFailed, OccurrenceSkipped, to_new_event
from executor_service.execution.domain.enrollment import Evaluation, Matches
from executor_service.execution.domain.occurrences import (
    ATTEMPTS_AT_MOST,
    Evaluate,
    Occurrence,
    Skip,
    Verdict,
    backoff,
    decide_occurrence,
)
from executor_service.execution.ports import EvaluationTooSlowError, Occurrences, Seat, Session, Work
from executor_service.workflows.domain.revision import Revision
from executor_service.workflows.ports import Workflows
from shared.event_store import Append, NewEvent
from shared.failpoints import failpoint
from shared.logs import get_logger

LONGEST_IDLE_SECONDS = 1.0
_WORKFLOWS_AT_ONCE = 100
_logger = get_logger("evaluator")


async def evaluate_next(*, session: Session) -> float:
    """Evaluate one occurrence, and return for how many seconds there is nothing to do.

    A workflow that another evaluator has is passed over.
    """
    async with session.seat() as seat:
        for workflow_id in await seat.occurrences.waiting_workflows(limit=_WORKFLOWS_AT_ONCE):
            async with seat.evaluating(workflow_id) as is_evaluator:
                if is_evaluator and await _evaluate_head(seat, workflow_id):
                    return 0.0
        seconds = await seat.occurrences.seconds_until_next()
    # At least a little, for what is due now has an evaluator that we passed over.
    return LONGEST_IDLE_SECONDS if seconds is None else min(max(seconds, 0.05), LONGEST_IDLE_SECONDS)


async def _evaluate_head(seat: Seat, workflow_id: int) -> bool:
    occurrence = await seat.occurrences.head(workflow_id)
    if occurrence is None:
        return False
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
            case Skip():
                if await _skip(seat, occurrence):
                    return
            case Evaluate(revision):
                if await _enroll(seat, await _find(seat, occurrence, revision)):
                    return


async def _decide(occurrences: Occurrences, workflows: Workflows, occurrence: Occurrence) -> Verdict:
    in_force = await workflows.in_force(occurrence.workflow_id, occurrence.due_at)
    is_skipped = (
        in_force is not None
        and in_force.revision is not None
        and occurrence.nominal is not None
        and await occurrences.is_skipped(
            occurrence.workflow_id,
            revision=in_force.revision.revision,
            nominal=occurrence.nominal,
            due_at=occurrence.due_at,
        )
    )
    return decide_occurrence(in_force, is_skipped=is_skipped)


async def _find(seat: Seat, occurrence: Occurrence, revision: Revision) -> Evaluation:
    async with seat.snapshot() as snapshot:
        evaluated_at, text = await snapshot.begin()
        active: set[int] = set()
        async for ids in snapshot.active_ids(occurrence.workflow_id):
            active.update(ids)
        matches = Matches(active)
        if revision.tree is not None:
            pages = snapshot.records.matching_ids(
                revision.tree,
                object_type_id=revision.object_type_id,
                now=evaluated_at,
                zone=revision.time_zone_id,
            )
            async for page in pages:
                matches.add(page)
    return Evaluation(occurrence, revision, evaluated_at, text, matches)


async def _enroll(seat: Seat, evaluation: Evaluation) -> bool:
    """Write what was found; false when another revision was in force, or none, and all is to be done anew."""
    revision = evaluation.revision
    async with seat.work() as work:
        await work.workflows.lock_for_evaluation(evaluation.occurrence.workflow_id)
        verdict = await _decide(work.occurrences, work.workflows, evaluation.occurrence)
        if not isinstance(verdict, Evaluate) or verdict.revision.revision != revision.revision:
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
    return "TOO_SLOW" if isinstance(error, EvaluationTooSlowError) else "INTERNAL"


async def _settle(
    work: Work, occurrence: Occurrence, *, state: str, revision: int | None, events: list[NewEvent]
) -> None:
    version = occurrence.version + len(events)
    await work.occurrences.settle(occurrence.id, state=state, revision=revision, version=version)
    await work.events.append([Append(occurrence.stream, occurrence.version, events)])
