"""Occurrences: each planned one came due once, not before its instant; each ended once, and nothing else ran.

Those that somebody asked for were recorded once. The recurrence is the judge's own, for DAILY in UTC only.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from tests.faults.judge.evidence import Evidence, Finding, LogEvent, Plan, Wish
from tests.faults.judge.folding import asked_id, occurrence_id

_ENDS = {"OccurrenceCompleted", "OccurrenceSkipped", "OccurrenceFailed"}


def planned(plan: Plan, until: datetime) -> dict[str, datetime]:
    """The occurrences that a plan has up to an instant, by id."""
    last = until if plan.off_at is None else min(until, plan.off_at)
    midnight = plan.on_from.replace(hour=0, minute=0, second=0, microsecond=0)
    instants = (midnight + timedelta(days=day, minutes=plan.minute) for day in range((last - midnight).days + 1))
    return {occurrence_id(plan.workflow_id, each): each for each in instants if plan.on_from < each <= last}


def all_planned(evidence: Evidence, plans: Sequence[Plan]) -> dict[str, datetime]:
    """The occurrences of all plans up to when the evidence was taken."""
    return {key: due_at for plan in plans for key, due_at in planned(plan, evidence.seen_until).items()}


def wished(evidence: Evidence) -> dict[str, Wish]:
    """The occurrences that somebody asked for, by id."""
    return {
        asked_id(wish.workflow_id, wish.trigger, wish.command_id): wish
        for wish in evidence.wishes
        if wish.word in {"enroll", "run"}
    }


def judge_due(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """The scheduler's log holds each planned occurrence once, and the executor's takes each over once."""
    expected = all_planned(evidence, plans)
    due = [event for event in evidence.scheduler_log if event.type == "OccurrenceDue"]
    yield from _once("due", Counter(event.data["occurrenceId"] for event in due), expected)
    recorded = Counter(
        event.data["occurrenceId"] for event in evidence.executor_log if event.type == "OccurrenceRecorded"
    )
    unplanned = _never_due(evidence)
    known = Counter({key: n for key, n in recorded.items() if key not in unplanned})
    yield from _once("recorded", known, {**expected, **wished(evidence)})
    for event in evidence.scheduler_log:
        if event.type == "OccurrencesSkipped":
            yield Finding("occurrence skipped", f"{event.data['reason']} {event.data['first']} to {event.data['last']}")


def _once(word: str, found: Counter[str], expected: Mapping[str, object]) -> Iterator[Finding]:
    for key, what in expected.items():
        if key not in found:
            yield Finding("occurrence lost", f"{key} ({what}) was not {word}")
    for key, times in found.items():
        if key not in expected:
            yield Finding("occurrence unplanned", f"{key} was {word}")
        if times > 1:
            yield Finding("occurrence doubled", f"{key} was {word} {times} times")


def _never_due(evidence: Evidence) -> set[str]:
    """Those that somebody forged: what no schedule names may be recorded, if it is never run."""
    return {
        event.data["occurrenceId"]
        for event in evidence.executor_log
        if event.type == "OccurrenceSkipped" and event.data["reason"] == "NOT_DUE"
    }


def judge_instants(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Nothing came due, and nothing was evaluated, before its instant."""
    expected = all_planned(evidence, plans)
    for event in evidence.scheduler_log:
        if event.type == "OccurrenceDue" and event.recorded_at < datetime.fromisoformat(event.data["dueAt"]):
            yield Finding("occurrence early", f"{event.data['occurrenceId']} recorded at {event.recorded_at}")
    for event in evidence.executor_log:
        if event.type == "OccurrenceEvaluated":
            due_at = expected.get(event.data["occurrenceId"])
            if due_at is not None and datetime.fromisoformat(event.data["evaluatedAt"]) < due_at:
                yield Finding("occurrence early", f"{event.data['occurrenceId']} evaluated before {due_at}")


def judge_ends(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Each recorded occurrence was evaluated at most once and ended once; those expected by being completed."""
    expected = {**all_planned(evidence, plans), **wished(evidence)}
    by_occurrence: dict[str, list[LogEvent]] = {}
    for event in evidence.executor_log:
        if event.stream.startswith("occurrence-"):
            by_occurrence.setdefault(event.data["occurrenceId"], []).append(event)
    for key, events in by_occurrence.items():
        ends = [event.type for event in events if event.type in _ENDS]
        evaluations = sum(event.type == "OccurrenceEvaluated" for event in events)
        if not ends:
            yield Finding("occurrence stuck", f"{key} has not ended")
        elif len(ends) > 1:
            yield Finding("occurrence doubled", f"{key} ended {len(ends)} times")
        elif key in expected and (ends != ["OccurrenceCompleted"] or evaluations != 1):
            yield Finding("occurrence lost", f"{key} ended as {ends[0]} after {evaluations} evaluations")
        if key not in expected and evaluations:
            yield Finding("occurrence unplanned", f"{key} was evaluated")


def judge_versions(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """The versions of every stream begin at 1 and have no gap."""
    del plans
    for log in (evidence.scheduler_log, evidence.executor_log):
        versions: Counter[str] = Counter()
        for event in log:
            versions[event.stream] += 1
            if event.version != versions[event.stream]:
                yield Finding("stream with a gap", f"{event.stream} has {event.version} at {event.position}")
