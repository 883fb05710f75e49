"""Advancing enrollments: a worker claims cohorts and does their action, one claim after the other.

A claim is two transactions on one session, which holds the workflow's barrier all the while. The order is what makes
it safe, and each step is needed (an exhaustive model finds a counterexample without it):

1. The barrier, shared, is *tried*, never waited for: pause and turn-off set their flag, take it exclusively and then
   answer, so that nothing begun before is still to start.
2. Then, in a new statement, it is read whether the workflow is on.
3. Then the cohorts are claimed: a committed lease under a new epoch. A worker that dies here loses its lease after 10 s
   and nothing has happened.
4. The action's transaction locks the cohorts again where the epoch is still its own; then, in a statement of its own,
   it takes the requests for their records, who leave before the action; then it locks the records, does the action in
   set-based statements over all of them, moves the cohorts on, appends ONE event for the whole claim, and commits. A
   worker that was stopped and goes on finds another epoch, or its session ended, and writes nothing.

When the action raises, the worker itself counts the loss, in a transaction of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from secrets import token_bytes

from executor_service.events import ActionDone, BranchTaken, DelayEnded, DelayStarted, to_new_event
from executor_service.execution.actions import ActionKind, Catalogue, Kind, Step
from executor_service.execution.actions.kind import tell_missing
from executor_service.execution.domain.cohorts import CLAIM_SIZE, GROUPING_SIZE, Claim, Place
from executor_service.execution.domain.payloads import SALT_BYTES, seal
from executor_service.execution.domain.rotation import CLAIMS_IN_A_ROW, Rotation
from executor_service.execution.domain.settlement import Outcome, settle
from executor_service.execution.handlers.departing import let_leave, remaining
from executor_service.execution.handlers.losing import lose_claim
from executor_service.execution.ports import Seat, Session, Work
from shared.event_store import Append
from shared.failpoints import failpoint
from shared.logs import get_logger

LONGEST_IDLE_SECONDS = 1.0
LEASE_SECONDS = 10.0
_logger = get_logger("worker")


@dataclass(slots=True)
class Worker:
    """What one worker keeps from pass to pass: its name, which owns its leases, and its walk."""

    name: str
    actions: Catalogue
    lease_seconds: float = LEASE_SECONDS
    rotation: Rotation = field(default_factory=Rotation)


async def advance_next(*, session: Session, worker: Worker) -> float:
    """Give one workflow its turn, up to two claims; return for how many seconds there is nothing to do."""
    async with session.seat() as seat:
        if worker.rotation.is_over:
            worker.rotation.begin(await seat.cohorts.ready())
        places = worker.rotation.take_turn()
        claims = 0
        for place in places:
            while claims < CLAIMS_IN_A_ROW and await _claim(seat, place, worker):
                claims += 1
    return 0.0 if claims or not worker.rotation.is_over else LONGEST_IDLE_SECONDS


async def _claim(seat: Seat, place: Place, worker: Worker) -> bool:
    """Claim once and act; false when there was nothing to claim, or the barrier is being taken."""
    async with seat.behind_barrier(place.workflow_id) as is_held:
        if not is_held:
            return False
        standing = await seat.workflows.standing(place.workflow_id)
        if standing.is_paused:
            return False
        most = await _most_records(seat, place, worker.actions)
        claim = await seat.cohorts.claim(
            place,
            limit=worker.rotation.limit(place, most),
            owner=worker.name,
            lease_seconds=worker.lease_seconds,
            most_records=most,
        )
        if claim is None:
            return False
        worker.rotation.remember(claim)
        failpoint("executor.claimed_before_action")
        try:
            await _act(seat, claim, worker.actions, is_on=standing.is_on)
        except Exception:  # the edge of one claim: whatever the action raised is a loss of its cohorts
            _logger.exception("A claim was lost", claim_id=str(claim.id), action_id=place.action_id)
            await lose_claim(claim, open_work=seat.work)
            return True
    failpoint("executor.action_after_commit")
    return True


async def _most_records(seat: Seat, place: Place, actions: Catalogue) -> int:
    """Return how many records a claim takes on: many more where they are only grouped."""
    revision = await seat.workflows.revision(place.workflow_id, place.revision)
    is_wait = actions.kind(revision.graph.actions[place.action_id].type_id).kind is Kind.WAIT
    return GROUPING_SIZE if is_wait else CLAIM_SIZE


async def _act(seat: Seat, claim: Claim, actions: Catalogue, *, is_on: bool) -> None:
    place = claim.place
    async with seat.work() as work:
        locked = await work.cohorts.lock(claim)
        if locked is None:
            return
        now, cohorts = locked
        revision = await work.workflows.revision(place.workflow_id, place.revision)
        step = Step(
            action=revision.graph.actions[place.action_id],
            revision=revision,
            record_ids=[record_id for cohort in cohorts for record_id in cohort.record_ids],
            now=now,
            cohorts=cohorts,
        )
        kind = actions.kind(step.action.type_id)
        left = await let_leave(work, step)
        step = step.only(remaining(step.record_ids, left))
        outcomes = [*left, *await _do(work, kind, step, is_on=is_on)]
        failpoint("executor.acted_before_move")
        await _write(work, claim, step, kind, outcomes)
        failpoint("executor.action_before_commit")
        await work.commit()


async def _do(work: Work, kind: ActionKind, step: Step, *, is_on: bool) -> list[Outcome]:
    """Do the action for the records that are left, unless the workflow is off: then they walk on without it."""
    if not step.record_ids:
        return []
    is_deleted = not is_on and await work.workflows.is_deleted(step.workflow_id)
    if is_on or (kind.kind is not Kind.INSIDE and not is_deleted):
        return await kind.act(step, records=work.records)
    living, missing = await tell_missing(step, records=work.records)
    if is_deleted:
        ends = step.left("UNENROLLED", living, reason="WORKFLOW_DELETED")
    else:
        ends = step.went_on("SKIPPED", living, reason="WORKFLOW_OFF")
    return [ends, step.missing(missing)]


async def _write(work: Work, claim: Claim, step: Step, kind: ActionKind, outcomes: Sequence[Outcome]) -> None:
    place = claim.place
    salts = token_bytes(SALT_BYTES * sum(len(outcome.contents) for outcome in outcomes))
    sealed, payload = seal(claim.id, outcomes, name=kind.payload, salts=salts)
    settlement = settle(claim.id, step.cohorts, sealed)
    await work.cohorts.end(settlement.ended)
    await work.cohorts.move(settlement.moves)
    await work.cohorts.add(
        settlement.made,
        workflow_id=place.workflow_id,
        revision=place.revision,
        object_type_id=claim.object_type_id,
    )
    if payload is not None:
        await work.payloads.add(payload)
    done = _event_class(kind, step)(
        workflow_id=str(place.workflow_id),
        revision_id=str(place.revision),
        object_type_id=claim.object_type_id,
        action_id=place.action_id,
        action_type_id=step.action.type_id,
        cohorts=settlement.cohorts,
        groups=settlement.groups,
    )
    await work.events.append([Append(f"claim-{claim.id}", 0, [to_new_event(done, settlement.record_ids)])])


def _event_class(kind: ActionKind, step: Step) -> type[ActionDone | BranchTaken | DelayStarted | DelayEnded]:
    match kind.kind:
        case Kind.INSIDE:
            return ActionDone
        case Kind.BRANCH:
            return BranchTaken
        case Kind.WAIT:
            return DelayStarted if step.phase == "ARRIVED" else DelayEnded
