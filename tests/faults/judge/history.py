"""The history equals the log: what the API answers is the judge's own fold, and the rows equal a rebuild's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from tests.faults.judge.enrollments import occurrences_of
from tests.faults.judge.evidence import Answers, Evidence, Finding, Plan
from tests.faults.judge.folding import Enrollment, Fold, Step, fold

Rows = Counter[tuple[object, ...]]

_STATES = {
    "OccurrenceRecorded": "DUE",
    "OccurrenceEvaluated": "EVALUATED",
    "OccurrenceCompleted": "COMPLETED",
    "OccurrenceSkipped": "SKIPPED",
    "OccurrenceFailed": "FAILED",
}
_LOGGED = {"SUCCEEDED": "ACTION_COMPLETED", "FAILED": "ACTION_FAILED", "SKIPPED": "ACTION_SKIPPED"}
_LOGGED_APART = {"DelayStarted": "DELAY_STARTED", "DelayEnded": "DELAY_ENDED", "BranchTaken": "BRANCH_TAKEN"}
_LEFT = frozenset({"MISSING", "UNENROLLED"})


def judge_rebuild(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """The projections are what a rebuild from the log gives, table by table."""
    del plans
    for table, digest in evidence.live_digests.items():
        if evidence.rebuilt_digests.get(table) != digest:
            yield Finding("projection differs", f"{table} is not what a rebuild gives")


def judge_answers(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Every list of the API holds what the log says, each row once."""
    folded = fold(evidence.executor_log)
    for plan in plans:
        answers = evidence.answers[plan.workflow_id]
        keys = set(occurrences_of(evidence, plan))
        mine = [enrollment for enrollment in folded.enrolled if enrollment[0] in keys]
        for name, wanted, found in (
            ("enrollments", _enrollments(folded, mine), _answered_enrollments(answers)),
            ("action log", _log(folded, mine, keys), _answered_log(answers)),
            ("occurrences", _occurrences(evidence, plan), _answered_occurrences(answers)),
        ):
            if wanted != found:
                missing, extra = wanted - found, found - wanted
                what = f"{missing.total()} missing, {extra.total()} extra, first {next(iter(missing or extra))}"
                yield Finding("history differs", f"{name} of workflow {plan.workflow_id}: {what}")
        totals = (answers.workflow["totalEnrollments"], answers.workflow["activeEnrollments"])
        if totals != (len(mine), 0):
            yield Finding("history differs", f"workflow {plan.workflow_id} has {totals}, not {(len(mine), 0)}")


def _enrollments(folded: Fold, mine: Sequence[Enrollment]) -> Rows:
    return Counter((key, str(record_id), _status(folded, (key, record_id))) for key, record_id in mine)


def _status(folded: Fold, enrollment: Enrollment) -> str:
    end = folded.ended_at(enrollment)
    if end is None:
        return "ACTIVE"
    return "UNENROLLED" if end.outcome in _LEFT else "COMPLETED"


def _word(step: Step) -> str:
    if step.outcome in _LEFT:
        return "UNENROLLED"
    return _LOGGED_APART.get(step.type) or _LOGGED[step.outcome]


def _answered_enrollments(answers: Answers) -> Rows:
    return Counter((row["occurrenceId"], row["recordId"], row["status"]) for row in answers.enrollments)


def _log(folded: Fold, mine: Sequence[Enrollment], keys: AbstractSet[str]) -> Rows:
    rows: Rows = Counter((key, str(record_id), "ALREADY_ENROLLED") for key, record_id in folded.refused if key in keys)
    for key, record_id in mine:
        rows[key, str(record_id), "ENROLLED"] += 1
        for step in folded.steps[key, record_id]:
            rows[key, str(record_id), _word(step)] += 1
        if _status(folded, (key, record_id)) == "COMPLETED":
            rows[key, str(record_id), "COMPLETED"] += 1
    return rows


def _answered_log(answers: Answers) -> Rows:
    return Counter((row["occurrenceId"], row["recordId"], row["event"]) for row in answers.action_log)


def _occurrences(evidence: Evidence, plan: Plan) -> Rows:
    """Each recorded occurrence with the state of its last event; those that nobody planned too."""
    states: dict[str, str] = {}
    for event in evidence.executor_log:
        if event.type in _STATES and event.data["workflowId"] == str(plan.workflow_id):
            states[event.data["occurrenceId"]] = _STATES[event.type]
    return Counter((key, state, 0) for key, state in states.items())


def _answered_occurrences(answers: Answers) -> Rows:
    return Counter(
        (row["id"], row["state"], row["counts"]["active"]) for row in answers.occurrences if row["skip"] is None
    )
