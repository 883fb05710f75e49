"""The judge bites: evidence of a run without a fault passes, and each planted bug in it is found under its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.flows import SetTo
from tests.e2e.topics import Seen
from tests.faults.judge import Answers, Evidence, LogEvent, Plan, Poison, judge
from tests.faults.judge.evidence import DEAD_LETTERS, DUE, HISTORY, LIFECYCLE, ValueChange
from tests.faults.judge.folding import occurrence_id
from tests.faults.sample import event, told

BEGUN = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
DUE_AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
PLAN = Plan(5, 480, BEGUN, frozenset({1, 2}), (SetTo("city", "Oslo"), SetTo("city", "Bergen")))
OCCURRENCE = occurrence_id(5, DUE_AT)
ENDED: Mapping[str, Any] = {"occurrenceId": OCCURRENCE, "recordId": "1", "event": "COMPLETED"}
NAMES: Mapping[str, Any] = {"workflowId": "5", "revisionId": "1", "occurrenceId": OCCURRENCE}


def done(position: int, action_id: str, then: str | None, *ids: int) -> LogEvent:
    group = {"outcome": "SUCCEEDED", "next": then, "count": len(ids), "details": {"changed": 1}}
    cohort = {"occurrenceId": OCCURRENCE, "size": len(ids)}
    named = {"workflowId": "5", "actionId": action_id, "actionTypeId": "0-5"}
    data = {**named, "cohorts": [cohort], "groups": [group]}
    return event(position, f"claim-{position}", 1, "ActionDone", *ids, **data)


def scheduler_log() -> list[LogEvent]:
    return [event(1, "workflow-5", 1, "OccurrenceDue", **NAMES, dueAt="2026-11-25T08:00:00Z")]


def executor_log() -> list[LogEvent]:
    stream = f"occurrence-{OCCURRENCE}"
    saved = {"workflowId": "5", "revisionId": "1", "isEnabled": True, "effectiveAt": "2026-11-25T07:30:00Z"}
    return [
        event(1, "workflow-5", 1, "WorkflowSaved", **saved),
        event(2, stream, 1, "OccurrenceRecorded", **NAMES),
        event(3, stream, 2, "OccurrenceEvaluated", **NAMES, evaluatedAt="2026-11-25T08:00:01Z"),
        event(4, stream, 3, "RecordsEnrolled", 1, 2, **NAMES, firstActionId="1"),
        done(5, "1", "2", 1, 2),
        done(6, "2", None, 1, 2),
        event(7, stream, 4, "OccurrenceCompleted", **NAMES),
    ]


def answers() -> Answers:
    events = ("ENROLLED", "ACTION_COMPLETED", "ACTION_COMPLETED", "COMPLETED")
    about = [{"occurrenceId": OCCURRENCE, "recordId": record_id} for record_id in ("1", "2")]
    return Answers(
        workflow={"totalEnrollments": 2, "activeEnrollments": 0},
        occurrences=[{"id": OCCURRENCE, "state": "COMPLETED", "counts": {"active": 0}, "skip": None}],
        enrollments=[{**each, "status": "COMPLETED"} for each in about],
        action_log=[{**each, "event": name} for each in about for name in events],
    )


def evidence(executor: Sequence[LogEvent] | None = None, scheduler: Sequence[LogEvent] | None = None) -> Evidence:
    """A run in which all went well; other logs are published as they are."""
    seen = Evidence(
        seen_until=DUE_AT + timedelta(hours=1),
        scheduler_log=scheduler_log() if scheduler is None else scheduler,
        executor_log=executor_log() if executor is None else executor,
        topics={},
        changes=[ValueChange(record_id, "city", city, 5) for record_id in (1, 2) for city in ("Oslo", "Bergen")],
        answers={5: answers()},
        values={1: {"city": "Bergen"}, 2: {"city": "Bergen"}},
        cohorts_left=0,
        live_digests={"pages": "a", "log": "b"},
        rebuilt_digests={"pages": "a", "log": "b"},
    )
    return told(seen)


def with_log(change: Callable[[list[LogEvent]], object]) -> Evidence:
    log = executor_log()
    change(log)
    return evidence(executor=log)


def with_topic(name: str, change: Callable[[list[Seen]], object]) -> Evidence:
    seen = evidence()
    messages = list(seen.topics[name])
    change(messages)
    return replace(seen, topics={**seen.topics, name: messages})


def early(log: list[LogEvent]) -> None:
    log[2] = replace(log[2], data={**log[2].data, "evaluatedAt": "2026-11-25T07:59:59.999Z"})


def enrolling(*ids: int) -> Evidence:
    log = executor_log()
    log[3] = replace(log[3], record_ids=ids)
    return evidence(executor=log)


def refuse(log: list[LogEvent]) -> None:
    refused = replace(log[3], type="RecordsNotEnrolled", record_ids=(2,))
    log[3:4] = [replace(log[3], record_ids=(1,)), refused]


def swap(messages: list[Seen]) -> None:
    messages[1], messages[3] = messages[3], messages[1]


PLANTED: dict[str, tuple[Evidence, str]] = {
    "nothing was due": (evidence(scheduler=[]), "occurrence lost"),
    "due twice": (evidence(scheduler=[*scheduler_log(), *scheduler_log()]), "occurrence doubled"),
    "due before its instant": (
        evidence(scheduler=[replace(scheduler_log()[0], recorded_at=DUE_AT - timedelta(milliseconds=1))]),
        "occurrence early",
    ),
    "due on an instant of no schedule": (
        replace(evidence(), seen_until=DUE_AT - timedelta(seconds=1)),
        "occurrence unplanned",
    ),
    "evaluated before its instant": (with_log(early), "occurrence early"),
    "never taken over": (with_log(lambda log: log.pop(1)), "occurrence lost"),
    "never ended": (with_log(lambda log: log.pop()), "occurrence stuck"),
    "a version left out": (
        with_log(lambda log: log.append(event(8, "workflow-5", 3, "WorkflowSaved", isEnabled=False))),
        "stream with a gap",
    ),
    "a record not enrolled": (enrolling(1), "enrollment missing"),
    "another record enrolled": (enrolling(1, 2, 3), "enrollment extra"),
    "a record enrolled twice": (enrolling(1, 2, 2), "enrollment doubled"),
    "a record refused without cause": (with_log(refuse), "enrollment missing"),
    "an action recorded twice": (with_log(lambda log: log.insert(5, done(5, "1", "2", 1, 2))), "action doubled"),
    "an action left out": (with_log(lambda log: log.pop(5)), "action missing"),
    "records left at an action": (with_log(lambda log: log.pop(5)), "enrollment stuck"),
    "a cohort left": (replace(evidence(), cohorts_left=1), "enrollment stuck"),
    "an update made twice": (
        replace(evidence(), changes=[*evidence().changes, ValueChange(1, "city", "Bergen", 5)]),
        "effect wrong",
    ),
    "an update lost": (replace(evidence(), changes=evidence().changes[1:]), "effect wrong"),
    "a value overwritten": (replace(evidence(), values={1: {"city": "Oslo"}, 2: {"city": "Bergen"}}), "effect wrong"),
    "rows that a rebuild does not give": (
        replace(evidence(), rebuilt_digests={"pages": "a", "log": "c"}),
        "projection differs",
    ),
    "an enrollment that the API does not show": (
        replace(evidence(), answers={5: replace(answers(), enrollments=answers().enrollments[1:])}),
        "history differs",
    ),
    "a row of the action log shown twice": (
        replace(evidence(), answers={5: replace(answers(), action_log=[*answers().action_log, ENDED])}),
        "history differs",
    ),
    "a message not sent": (with_topic(HISTORY, lambda messages: messages.pop()), "topic missing"),
    "a change not told": (with_topic(LIFECYCLE, lambda messages: messages.pop()), "topic missing"),
    "a message of nobody's": (
        with_topic(DUE, lambda messages: messages.append(replace(messages[0], headers=()))),
        "topic extra",
    ),
    "a message with other bytes": (
        with_topic(DUE, lambda messages: messages.append(replace(messages[0], value=b"{}"))),
        "topic altered",
    ),
    "a message out of order": (with_topic(HISTORY, swap), "topic out of order"),
    "a dead letter not kept": (replace(evidence(), poison=[Poison(b"?", "NOT_JSON")]), "dead letter missing"),
    "a good message dead": (
        with_topic(DEAD_LETTERS[1], lambda messages: messages.append(evidence().topics[DUE][0])),
        "dead letter extra",
    ),
}


def test_a_run_in_which_all_went_well_passes() -> None:
    verdict = judge(evidence(), [PLAN])

    assert not verdict.findings, str(verdict)
    assert (verdict.occurrences, verdict.enrollments, verdict.repeated_messages) == (1, 2, 0)


def test_a_message_that_was_sent_again_with_the_same_bytes_is_counted_and_harmless() -> None:
    verdict = judge(with_topic(HISTORY, lambda messages: messages.append(messages[0])), [PLAN])

    assert not verdict.findings, str(verdict)
    assert verdict.repeated_messages == 1


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    seen, rule = PLANTED[bug]

    assert rule in {finding.rule for finding in judge(seen, [PLAN]).findings}
