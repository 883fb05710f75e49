"""What was asked for: each wish counts once, a request ends once, and in a pause nothing begins."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.faults.judge.evidence import Evidence, Finding, LogEvent, Plan
from tests.faults.judge.folding import CLAIMS, Fold, fold, request_id, unrolled

_BEGINNINGS = CLAIMS - {"RecordsUnenrolled"} | {"OccurrenceEvaluated", "RecordsEnrolled"}


def judge_wishes(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Each command that was acknowledged stands in the log once, as itself or as refused; nothing else does."""
    del plans
    known = Counter(
        (event.data["workflowId"], event.data["commandId"])
        for event in evidence.executor_log
        if event.type in {"OccurrenceRecorded", "UnenrollmentRequested", "CommandRefused"}
        and event.data.get("commandId") is not None
    )
    wished = {(str(wish.workflow_id), wish.command_id) for wish in evidence.wishes}
    for key in wished - known.keys():
        yield Finding("wish lost", f"{key}")
    for key, times in known.items():
        if key not in wished:
            yield Finding("wish of nobody's", f"{key}")
        elif times > 1:
            yield Finding("wish doubled", f"{key} stands in the log {times} times")


def judge_requests(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Each request that records leave ended once, names those who left by it, and held all that came after it back."""
    del plans
    folded = fold(evidence.executor_log)
    filed = {event.data["requestId"]: event for event in _of_type(evidence, "UnenrollmentRequested")}
    ends: dict[str, list[LogEvent]] = {key: [] for key in filed}
    for event in _of_type(evidence, "RequestEnded"):
        ends.setdefault(event.data["requestId"], []).append(event)
    for wish in evidence.wishes:
        if wish.word == "unenroll" and request_id(wish.workflow_id, wish.command_id) not in filed:
            yield Finding("request lost", f"{wish.command_id} of workflow {wish.workflow_id}")
    for key, ended in ends.items():
        if len(ended) != 1 or key not in filed:
            yield Finding("request not ended once", f"{key} ended {len(ended)} times")
        else:
            yield from _judge_request(folded, filed[key], ended[0])
    yield from _left_uncalled(evidence, list(filed.values()))


def _judge_request(folded: Fold, filed: LogEvent, ended: LogEvent) -> Iterator[Finding]:
    named = set(filed.record_ids)
    left: set[int] = set()
    for (key, record_id), events in folded.enrolled.items():
        enrolled = events[0]
        if record_id not in named or enrolled.data["workflowId"] != filed.data["workflowId"]:
            continue
        steps = folded.steps[key, record_id]
        if any(step.outcome == "UNENROLLED" and filed.position < step.position < ended.position for step in steps):
            left.add(record_id)
        if enrolled.position < filed.position and any(step.position > ended.position for step in steps):
            yield Finding("request ignored", f"{record_id} went on after {filed.data['requestId']} had ended")
    if len(left) != ended.data["unenrolled"]:
        yield Finding("request miscounted", f"{filed.data['requestId']}: {ended.data['unenrolled']}, not {len(left)}")


def _left_uncalled(evidence: Evidence, filed: Sequence[LogEvent]) -> Iterator[Finding]:
    """Nobody leaves who was not called before."""
    called: dict[tuple[str, int], int] = {}
    for event in filed:
        for record_id in event.record_ids:
            called.setdefault((event.data["workflowId"], record_id), event.position)
    for event in evidence.executor_log:
        if event.type in CLAIMS:
            for _, record_id, group in unrolled(event):
                first = called.get((event.data["workflowId"], record_id))
                if group["outcome"] == "UNENROLLED" and (first is None or first > event.position):
                    yield Finding("left uncalled", f"{record_id} at {event.position}")


def judge_pauses(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """From the answer of a pause to its end nothing of the workflow begins; who is to leave may leave."""
    del plans
    for pause in evidence.pauses:
        mine = [event for event in evidence.executor_log if event.data.get("workflowId") == str(pause.workflow_id)]
        ends = [each.position for each in mine if each.type == "WorkflowResumed" and each.position > pause.answered_at]
        if not ends:
            yield Finding("pause not ended", f"workflow {pause.workflow_id}, answered at {pause.answered_at}")
            continue
        for event in mine:
            if event.type in _BEGINNINGS and pause.answered_at < event.position < ends[0]:
                yield Finding("pause broken", f"{event.type} at {event.position}, paused at {pause.answered_at}")


def _of_type(evidence: Evidence, kind: str) -> list[LogEvent]:
    return [event for event in evidence.executor_log if event.type == kind]
