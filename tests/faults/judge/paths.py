"""What became of an enrollment on its way: each action once, in order, by the branch that is right, never too early.

The way is the judge's own walk over the actions as the test wrote them. Who leaves by a request walked a part of it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from tests.e2e.flows import Fork, PublishTo, RaiseBy, SetTo, WaitMinutes
from tests.faults.judge.enrollments import expected_enrollments
from tests.faults.judge.evidence import Evidence, Finding, Plan
from tests.faults.judge.folding import CLAIMS, Enrollment, Step, fold

Walked = tuple[str, str, str, str | None]
"""The event, the action, the outcome, and where the record goes on."""


def way(plan: Plan, record_id: int) -> list[Walked]:
    """The way of a record through a workflow that it does not leave."""
    walked: list[Walked] = []
    following: str | None = "1"
    while following is not None:
        here, action = following, plan.action(following)
        following = str(int(here) + 1) if int(here) < len(plan.actions) else None
        match action:
            case Fork(_, _, then, otherwise):
                following = then if record_id in plan.forked else otherwise
                walked.append(("BranchTaken", here, "SUCCEEDED", following))
            case WaitMinutes():
                walked.append(("DelayStarted", here, "WAITING", here))
                walked.append(("DelayEnded", here, "SUCCEEDED", following))
            case SetTo() | RaiseBy():
                outcome = "FAILED" if record_id in plan.failing else "SUCCEEDED"
                walked.append(("ActionDone", here, outcome, following))
            case PublishTo():
                walked.append(("ActionDone", here, "SUCCEEDED", following))
    return walked


def judge_paths(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Each enrollment walked its way once, to the end or to where it left; nobody else walked any."""
    folded, expected = fold(evidence.executor_log), expected_enrollments(evidence, plans)
    for enrollment in folded.enrolled:
        if enrollment in expected:
            yield from _judge_path(enrollment, folded.steps[enrollment], way(expected[enrollment], enrollment[1]))
    for enrollment in folded.steps.keys() - folded.enrolled.keys():
        yield Finding("action without enrollment", f"{enrollment}")


def _judge_path(enrollment: Enrollment, steps: Sequence[Step], right: Sequence[Walked]) -> Iterator[Finding]:
    walked = [(step.type, step.action_id, step.outcome, step.next) for step in steps]
    has_left = bool(walked) and walked[-1][2] == "UNENROLLED"
    if has_left:
        place = len(walked) - 1
        right = [*right[:place], (walked[-1][0], right[min(place, len(right) - 1)][1], "UNENROLLED", None)]
    if walked != list(right):
        yield Finding(_wrong_path(walked, right), f"{enrollment} walked {walked}")


def _wrong_path(walked: Sequence[Walked], right: Sequence[Walked]) -> str:
    taken = [(kind, action_id) for kind, action_id, _, _ in walked]
    if len(set(taken)) < len(taken):
        return "action doubled"
    return "action missing" if len(walked) < len(right) else "action wrong"


def judge_groups(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """The groups of an event add up to its cohorts and to its records, each of which stands there once."""
    del plans
    for event in evidence.executor_log:
        if event.type in CLAIMS:
            sizes = sum(cohort["size"] for cohort in event.data["cohorts"])
            counts = sum(group["count"] for group in event.data["groups"])
            if not sizes == counts == len(event.record_ids):
                what = f"{event.position}: {sizes} claimed, {counts} grouped, {len(event.record_ids)} named"
                yield Finding("groups do not add up", what)


def judge_delays(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Who waits was given its whole time, and did not go on before it was over."""
    folded, expected = fold(evidence.executor_log), expected_enrollments(evidence, plans)
    for enrollment, plan in expected.items():
        came_at = [event.recorded_at for event in folded.enrolled.get(enrollment, ())]
        steps = folded.steps.get(enrollment, [])
        for before, step in zip(came_at, steps[:1], strict=False):
            yield from _too_short(enrollment, plan, step, before)
        for earlier, step in pairwise(steps):
            yield from _too_short(enrollment, plan, step, earlier.recorded_at)
            if step.type == "DelayEnded" and earlier.until is not None and step.recorded_at < earlier.until:
                yield Finding("delay early", f"{enrollment} went on at {step.recorded_at}, not at {earlier.until}")


def _too_short(enrollment: Enrollment, plan: Plan, step: Step, came_at: datetime) -> Iterator[Finding]:
    action = plan.action(step.action_id)
    if step.type != "DelayStarted" or step.until is None or not isinstance(action, WaitMinutes):
        return
    if step.until < came_at + timedelta(minutes=action.minutes):
        yield Finding("delay early", f"{enrollment} came at {came_at} and waits until {step.until} only")
