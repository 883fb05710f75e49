"""Enrollments and actions: who matched was enrolled once, and walked the path once, each effect once.

A record that was still active when another occurrence of its workflow was evaluated is not enrolled again; that excuse
is checked.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.faults.judge.evidence import Evidence, Finding, LogEvent, Plan
from tests.faults.judge.folding import Enrollment, Fold, Step, fold, unrolled
from tests.faults.judge.occurrences import planned


def expected_enrollments(evidence: Evidence, plans: Sequence[Plan]) -> dict[Enrollment, Plan]:
    """Who matches for each planned occurrence."""
    return {
        (key, record_id): plan
        for plan in plans
        for key in planned(plan, evidence.seen_until)
        for record_id in plan.matches
    }


def judge_enrollments(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Missing 0, extra 0, doubled 0."""
    folded, expected = fold(evidence.executor_log), expected_enrollments(evidence, plans)
    evaluated = _evaluated_at(evidence.executor_log)
    for enrollment, plan in expected.items():
        if enrollment in folded.enrolled:
            continue
        if enrollment not in folded.refused:
            yield Finding("enrollment missing", f"{enrollment} matched and was not enrolled")
        elif not _was_active(folded, enrollment, plan, evidence, evaluated[enrollment[0]]):
            yield Finding("enrollment missing", f"{enrollment} was refused as active and was not")
    for enrollment, events in folded.enrolled.items():
        if enrollment not in expected:
            yield Finding("enrollment extra", f"{enrollment} did not match")
        if len(events) > 1 or enrollment in folded.refused:
            yield Finding("enrollment doubled", f"{enrollment} was enrolled {len(events)} times, or refused as well")
    yield from _never_twice_at_once(evidence)


def _evaluated_at(log: Sequence[LogEvent]) -> dict[str, datetime]:
    return {
        event.data["occurrenceId"]: datetime.fromisoformat(event.data["evaluatedAt"])
        for event in log
        if event.type == "OccurrenceEvaluated"
    }


def _was_active(folded: Fold, refused: Enrollment, plan: Plan, evidence: Evidence, evaluated_at: datetime) -> bool:
    """Tell whether the record had an enrollment of its workflow that had not ended when it was evaluated."""
    refused_at = folded.refused[refused][0].position
    for other in planned(plan, evidence.seen_until):
        enrollment = (other, refused[1])
        if enrollment in folded.enrolled and folded.enrolled[enrollment][0].position < refused_at:
            end = folded.ended_at(enrollment)
            if end is None or end.recorded_at >= evaluated_at:
                return True
    return False


def _never_twice_at_once(evidence: Evidence) -> Iterator[Finding]:
    """A record passes through a workflow once at a time, by the order of the log."""
    active: dict[tuple[str, int], str] = {}
    for event in evidence.executor_log:
        if event.type == "RecordsEnrolled" and event.data["firstActionId"] is not None:
            for record_id in event.record_ids:
                key = (event.data["workflowId"], record_id)
                if key in active:
                    yield Finding("enrollment doubled", f"{key} was enrolled while active for {active[key]}")
                active[key] = event.data["occurrenceId"]
        elif event.type == "ActionDone":
            for _, record_id, group in unrolled(event):
                if group["next"] is None:
                    active.pop((event.data["workflowId"], record_id), None)


def judge_paths(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Each enrollment walked all actions in order, each recorded once as succeeded; nobody else walked any."""
    folded, expected = fold(evidence.executor_log), expected_enrollments(evidence, plans)
    for enrollment in folded.enrolled:
        plan = expected.get(enrollment)
        if plan is None:
            continue
        walked = [(step.action_id, step.outcome, step.next) for step in folded.steps[enrollment]]
        path = _path(plan)
        if walked != path:
            yield Finding(_wrong_path(walked, path), f"{enrollment} walked {walked}")
    for enrollment in folded.steps.keys() - folded.enrolled.keys():
        yield Finding("action without enrollment", f"{enrollment}")


def _path(plan: Plan) -> list[tuple[str, str, str | None]]:
    ids = [str(number) for number in range(1, len(plan.actions) + 1)]
    return [(each, "SUCCEEDED", following) for each, following in zip(ids, [*ids[1:], None], strict=True)]


def _wrong_path(walked: list[tuple[str, str, str | None]], path: list[tuple[str, str, str | None]]) -> str:
    actions = [each for each, _, _ in walked]
    if len(set(actions)) < len(actions):
        return "action doubled"
    return "action missing" if len(walked) < len(path) else "action wrong"


def judge_effects(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """The value history holds each update once, in order, and the records have the last value of each.

    The judge computes for itself which steps changed a value: those after which it is another one.
    """
    by_workflow = {str(plan.workflow_id): plan for plan in plans}
    expected: dict[tuple[int, str], list[str]] = defaultdict(list)
    for step, record_id, workflow_id in _succeeded(evidence.executor_log):
        if workflow_id not in by_workflow:
            continue
        action = by_workflow[workflow_id].action(step.action_id)
        values = expected[record_id, action.property]
        changes = not values or values[-1] != action.value
        if step.changed != int(changes):
            yield Finding("effect wrong", f"{record_id} at {step.position}: changed {step.changed}, not {int(changes)}")
        if changes:
            values.append(action.value)
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for change in evidence.changes:
        found[change.record_id, change.property].append(change.value)
    for key in expected.keys() | found.keys():
        if found[key] != expected[key]:
            yield Finding("effect wrong", f"{key}: the value history has {found[key]}, the log {expected[key]}")
        elif evidence.values.get(key[0], {}).get(key[1]) != expected[key][-1]:
            yield Finding("effect wrong", f"{key}: the record does not have the value {expected[key][-1]}")


def _succeeded(log: Sequence[LogEvent]) -> Iterator[tuple[Step, int, str]]:
    """Yield the steps that succeeded in the order of the log, with record and workflow."""
    folded = fold(log)
    workflows = {event.position: str(event.data.get("workflowId")) for event in log}
    steps = [(step, record_id) for (_, record_id), walked in folded.steps.items() for step in walked]
    for step, record_id in sorted(steps, key=lambda each: each[0].position):
        if step.outcome == "SUCCEEDED":
            yield step, record_id, workflows[step.position]


def judge_standstill(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Nothing is stuck: no enrollment without an end, no cohort left."""
    del plans
    folded = fold(evidence.executor_log)
    for enrollment, events in folded.enrolled.items():
        if events[0].data["firstActionId"] is not None and folded.ended_at(enrollment) is None:
            yield Finding("enrollment stuck", f"{enrollment}")
    if evidence.cohorts_left:
        yield Finding("enrollment stuck", f"{evidence.cohorts_left} cohorts are left")
