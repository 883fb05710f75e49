"""Counting losses: of leases that ran out, and of actions that raised. What a loss does is said in `domain.losses`."""

from executor_service.events import ActionDone, ClaimedCohort, Group, to_new_event
from executor_service.execution.domain.cohorts import Claim, Cohort, Move, NewCohort, Place
from executor_service.execution.domain.losses import Divided, Exhausted, Released, lose
from executor_service.execution.ports import OpenWork, Work
from shared.contracts import claim_cohort_id, claim_id
from shared.event_store import Append

LONGEST_IDLE_SECONDS = 1.0
# A session that holds locks fetches no more than 64 kB at once.
_COHORTS_AT_ONCE = 8


async def find_losses(*, open_work: OpenWork) -> float:
    """Count a loss for cohorts whose lease has run out; return for how long there is nothing to do.

    Again, or by several at once: each lease is counted once.
    """
    async with open_work() as work:
        expired = await work.cohorts.lock_expired(limit=_COHORTS_AT_ONCE)
        appends = [
            append
            for place, object_type_id, cohort in expired
            if (append := await _lose(work, place, object_type_id, cohort)) is not None
        ]
        await work.events.append(appends)
        await work.commit()
    return 0.0 if len(expired) == _COHORTS_AT_ONCE else LONGEST_IDLE_SECONDS


async def lose_claim(claim: Claim, *, open_work: OpenWork) -> None:
    """Count a loss for the cohorts of a claim whose action raised; those taken over meanwhile are left alone."""
    async with open_work() as work:
        locked = await work.cohorts.lock(claim)
        _, cohorts = locked or (None, [])
        appends = [
            append
            for cohort in cohorts
            if (append := await _lose(work, claim.place, claim.object_type_id, cohort)) is not None
        ]
        await work.events.append(appends)
        await work.commit()


async def _lose(work: Work, place: Place, object_type_id: str, cohort: Cohort) -> Append | None:
    match lose(cohort):
        case Released(losses):
            await work.cohorts.release(cohort.id, losses=losses)
        case Divided() as divided:
            await _divide(work, place, object_type_id, cohort, divided)
        case Exhausted():
            return await _fail(work, place, object_type_id, cohort)
    return None


async def _divide(work: Work, place: Place, object_type_id: str, cohort: Cohort, divided: Divided) -> None:
    lost_claim = claim_id(place.workflow_id, cohort.id, cohort.epoch)
    made = [
        NewCohort(
            id=claim_cohort_id(lost_claim, 0, number),
            occurrence_id=cohort.occurrence_id,
            action_id=place.action_id,
            ready_at=cohort.ready_at,
            record_ids=part,
            visit=cohort.visit,
            losses=divided.losses,
            walked=cohort.walked,
            phase=cohort.phase,
        )
        for number, part in enumerate(divided.parts)
    ]
    await work.cohorts.end([cohort.id])
    await work.cohorts.add(made, workflow_id=place.workflow_id, revision=place.revision, object_type_id=object_type_id)


async def _fail(work: Work, place: Place, object_type_id: str, cohort: Cohort) -> Append:
    """Let the one record go on as failed; that is a claim of its own, with an epoch of its own."""
    revision = await work.workflows.revision(place.workflow_id, place.revision)
    action = revision.graph.actions[place.action_id]
    await work.cohorts.raise_epoch(cohort.id)
    if action.next is None:
        await work.cohorts.end([cohort.id])
    else:
        visit = cohort.visit + action.again
        await work.cohorts.move([Move(cohort.id, action.next, cohort.ready_at, visit, cohort.walked + 1)])
    done = ActionDone(
        workflow_id=str(place.workflow_id),
        revision_id=str(place.revision),
        object_type_id=object_type_id,
        action_id=place.action_id,
        action_type_id=action.type_id,
        cohorts=(ClaimedCohort(occurrence_id=cohort.occurrence_id, size=cohort.size, visit=cohort.visit),),
        groups=(Group(outcome="FAILED", reason="INTERNAL", next=action.next, count=cohort.size),),
    )
    stream = f"claim-{claim_id(place.workflow_id, cohort.id, cohort.epoch + 1)}"
    return Append(stream, 0, [to_new_event(done, cohort.record_ids)])
