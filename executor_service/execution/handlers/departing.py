"""Who leaves before an action: by a request that was filed for them, or because their way has become too long."""

from collections.abc import Iterable, Sequence
from typing import Final

from executor_service.execution.actions import Step
from executor_service.execution.actions.kind import tell_missing
from executor_service.execution.domain.settlement import Outcome
from executor_service.execution.ports import Work

ACTIONS_AT_MOST: Final = 100_000
"""An enrollment that comes to its action of this number is in a loop that nobody ends."""


async def let_leave(work: Work, step: Step) -> list[Outcome]:
    """Return what becomes of the records that leave now; those that are gone are missing, whatever was asked for.

    Call it after the cohorts were locked and before any record is: what was filed before is seen.
    """
    reasons = dict(await work.requests.take(step.workflow_id, step.record_ids))
    for cohort in step.cohorts:
        if cohort.walked >= ACTIONS_AT_MOST:
            reasons.update((record_id, "LOOP") for record_id in cohort.record_ids if record_id not in reasons)
    if not reasons:
        return []
    _, gone = await tell_missing(step.only(sorted(reasons)), records=work.records)
    for record_id in gone:
        del reasons[record_id]
    leaving: dict[str, list[int]] = {}
    for record_id, reason in sorted(reasons.items()):
        leaving.setdefault(reason, []).append(record_id)
    return [step.missing(gone), *(step.left("UNENROLLED", ids, reason=why) for why, ids in sorted(leaving.items()))]


def remaining(record_ids: Sequence[int], left: Iterable[Outcome]) -> Sequence[int]:
    """Return the records that have not left, in their order."""
    gone = {record_id for outcome in left for record_id in outcome.record_ids}
    return [record_id for record_id in record_ids if record_id not in gone] if gone else record_ids
