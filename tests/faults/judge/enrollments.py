"""Enrollments: who matched, or was named, was enrolled once, and nobody else.

A record that was still active when another occurrence of its workflow was evaluated is not enrolled again; that excuse
is checked.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.faults.judge.evidence import Evidence, Finding, LogEvent, Plan
from tests.faults.judge.folding import CLAIMS, Enrollment, Fold, fold, unrolled
from tests.faults.judge.occurrences import planned, wished


def occurrences_of(evidence: Evidence, plan: Plan) -> dict[str, frozenset[int]]:
    """The occurrences of a plan, planned or asked for, and who is to be enrolled by each."""
    asked = {
        key: wish.record_ids if wish.word == "enroll" else plan.matches
        for key, wish in wished(evidence).items()
        if wish.workflow_id == plan.workflow_id
    }
    return dict.fromkeys(planned(plan, evidence.seen_until), plan.matches) | asked


def expected_enrollments(evidence: Evidence, plans: Sequence[Plan]) -> dict[Enrollment, Plan]:
    """Who is to be enrolled by each occurrence."""
    return {
        (key, record_id): plan
        for plan in plans
        for key, record_ids in occurrences_of(evidence, plan).items()
        for record_id in record_ids
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
    for other in occurrences_of(evidence, plan):
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
        elif event.type in CLAIMS:
            for _, record_id, group in unrolled(event):
                if group["next"] is None:
                    active.pop((event.data["workflowId"], record_id), None)


def judge_standstill(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Nothing is stuck: no enrollment without an end, no cohort left."""
    del plans
    folded = fold(evidence.executor_log)
    for enrollment, events in folded.enrolled.items():
        if events[0].data["firstActionId"] is not None and folded.ended_at(enrollment) is None:
            yield Finding("enrollment stuck", f"{enrollment}")
    if evidence.cohorts_left:
        yield Finding("enrollment stuck", f"{evidence.cohorts_left} cohorts are left")
