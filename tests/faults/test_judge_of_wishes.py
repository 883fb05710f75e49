"""The judge bites, over a run with a branch, a delay, a message, wishes and a pause: each planted bug is found."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.flows import Fork, PublishTo, RaiseBy, SetTo, WaitMinutes
from tests.e2e.stage import PUBLISHED
from tests.faults.judge import Answers, Evidence, LogEvent, Pause, Plan, Wish, judge
from tests.faults.judge.evidence import LOG, ValueChange
from tests.faults.judge.folding import asked_id, request_id
from tests.faults.sample import RECORDED_AT, event, told

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ACTIONS = (
    Fork("state", "North", then="2", otherwise="3"),
    RaiseBy("score", 5),
    WaitMinutes(1),
    SetTo("city", "Oslo"),
    PublishTo(PUBLISHED),
)
# Record 1 takes the branch, record 2 the default; record 3 goes there too and leaves while it waits.
PLAN = Plan(5, 720, RECORDED_AT, frozenset(), ACTIONS, forked=frozenset({1}))
OCCURRENCE = asked_id(5, "MANUAL", "all")
REQUEST = request_id(5, "away")
WISHES = (
    Wish("enroll", "MANUAL", 5, "all", frozenset({1, 2, 3})),
    Wish("unenroll", "COMMAND", 5, "away", frozenset({3})),
    Wish("none", "COMMAND", 5, "bad"),
)
OVER = RECORDED_AT + timedelta(minutes=1)
UNTIL = {"until": "2026-11-25T08:01:01Z"}


def group(outcome: str, then: str | None, count: int, **more: Any) -> dict[str, Any]:
    return {"outcome": outcome, "next": then, "count": count, **more}


def claim(position: int, kind: str, action_id: str, ids: tuple[int, ...], *groups: Mapping[str, Any]) -> LogEvent:
    type_id = {"5": "2-1"}.get(action_id, "0-5")
    data = {"workflowId": "5", "actionId": action_id, "actionTypeId": type_id}
    runs = {"cohorts": [{"occurrenceId": OCCURRENCE, "size": len(ids)}], "groups": list(groups)}
    return event(position, f"claim-{position}", 1, kind, *ids, **data, **runs)


def log() -> list[LogEvent]:
    stream, names = f"occurrence-{OCCURRENCE}", {"workflowId": "5", "revisionId": "1", "occurrenceId": OCCURRENCE}
    changed, paused = {"details": {"changed": 1}}, {"workflowId": "5", "revisionId": "1", "effectiveAt": "x"}
    asked = {"workflowId": "5", "requestId": REQUEST}
    return [
        event(1, stream, 1, "OccurrenceRecorded", 1, 2, 3, **names, commandId="all"),
        event(2, stream, 2, "OccurrenceEvaluated", **names, evaluatedAt="2026-11-25T08:00:01Z"),
        event(3, stream, 3, "RecordsEnrolled", 1, 2, 3, **names, firstActionId="1"),
        claim(4, "BranchTaken", "1", (1, 2, 3), group("SUCCEEDED", "2", 1), group("SUCCEEDED", "3", 2)),
        claim(5, "ActionDone", "2", (1,), group("SUCCEEDED", "3", 1, **changed)),
        claim(6, "DelayStarted", "3", (1, 2, 3), group("WAITING", "3", 3, **UNTIL)),
        event(7, "workflow-5", 1, "WorkflowPaused", **paused),
        event(8, f"request-{REQUEST}", 1, "UnenrollmentRequested", 3, **asked, commandId="away"),
        claim(9, "RecordsUnenrolled", "3", (3,), group("UNENROLLED", None, 1)),
        event(10, f"request-{REQUEST}", 2, "RequestEnded", **asked, outcome="APPLIED", unenrolled=1),
        event(11, "workflow-5", 2, "WorkflowResumed", **paused),
        replace(claim(12, "DelayEnded", "3", (1, 2), group("SUCCEEDED", "4", 2)), recorded_at=OVER),
        claim(13, "ActionDone", "4", (1, 2), group("SUCCEEDED", "5", 2, **changed)),
        claim(14, "ActionDone", "5", (1, 2), group("SUCCEEDED", None, 2)),
        event(15, stream, 4, "OccurrenceCompleted", **names),
        event(16, "command-x", 1, "CommandRefused", workflowId="5", commandId="bad", reason="UNKNOWN_RECORDS"),
    ]


def answers() -> Answers:
    went = ("ENROLLED", "BRANCH_TAKEN", "DELAY_STARTED")
    ended = (*went, "DELAY_ENDED", "ACTION_COMPLETED", "ACTION_COMPLETED", "COMPLETED")
    rows = {"1": (*ended, "ACTION_COMPLETED"), "2": ended, "3": (*went, "UNENROLLED")}
    status = {"1": "COMPLETED", "2": "COMPLETED", "3": "UNENROLLED"}
    return Answers(
        workflow={"totalEnrollments": 3, "activeEnrollments": 0},
        occurrences=[{"id": OCCURRENCE, "state": "COMPLETED", "counts": {"active": 0}, "skip": None}],
        enrollments=[{"occurrenceId": OCCURRENCE, "recordId": each, "status": status[each]} for each in rows],
        action_log=[
            {"occurrenceId": OCCURRENCE, "recordId": record_id, "event": name}
            for record_id, names in rows.items()
            for name in names
        ],
    )


def evidence(change: Callable[[list[LogEvent]], object] = lambda _: None) -> Evidence:
    """A run in which all went well, or with a change of its log; the topics tell it as it is then."""
    changed = log()
    change(changed)
    return told(
        Evidence(
            seen_until=NOON - timedelta(hours=1),
            scheduler_log=[],
            executor_log=changed,
            topics={},
            changes=[ValueChange(1, "score", 5, 5), *(ValueChange(each, "city", "Oslo", 5) for each in (1, 2))],
            answers={5: answers()},
            values={1: {"score": "5", "city": "Oslo", "zip": "2"}, 2: {"city": "Oslo"}},
            cohorts_left=0,
            live_digests={},
            rebuilt_digests={},
            wishes=WISHES,
            pauses=[Pause(5, 7)],
            told={1: {"zip": "2"}},
        )
    )


def at(position: int, **changes: Any) -> Callable[[list[LogEvent]], object]:
    """Change fields of the event at a position."""

    def change(events: list[LogEvent]) -> None:
        events[position - 1] = replace(events[position - 1], **changes)

    return change


def with_data(position: int, **data: Any) -> Callable[[list[LogEvent]], object]:
    return at(position, data={**log()[position - 1].data, **data})


def without(position: int) -> Callable[[list[LogEvent]], object]:
    return lambda events: events.pop(position - 1)


def left_out(topic: str) -> Evidence:
    seen = evidence()
    return replace(seen, topics={**seen.topics, topic: list(seen.topics[topic])[1:]})


def sent_otherwise(topic: str) -> Evidence:
    seen = evidence()
    again = replace(seen.topics[topic][0], value=b'{"other":1}')
    return replace(seen, topics={**seen.topics, topic: [*seen.topics[topic], again]})


def again(position: int) -> Callable[[list[LogEvent]], object]:
    return lambda events: events.append(replace(events[position - 1], position=17, version=3))


PLANTED: dict[str, tuple[Evidence, str]] = {
    "a delay cut short": (evidence(at(12, recorded_at=OVER - timedelta(milliseconds=1))), "delay early"),
    "a delay computed too short": (
        evidence(with_data(6, groups=[group("WAITING", "3", 3, until="2026-11-25T08:01:00Z")])),
        "delay early",
    ),
    "a delay ended twice": (
        evidence(lambda events: events.append(replace(events[11], position=17, stream="claim-17"))),
        "action doubled",
    ),
    "a delay never ended": (evidence(without(12)), "action missing"),
    "a record on the wrong branch": (
        evidence(with_data(4, groups=[group("SUCCEEDED", "2", 2), group("SUCCEEDED", "3", 1)])),
        "action wrong",
    ),
    "a branch decided twice": (
        evidence(lambda events: events.insert(4, replace(events[3], stream="claim-4b"))),
        "action doubled",
    ),
    "groups that lack a record": (
        evidence(with_data(4, groups=[group("SUCCEEDED", "2", 1), group("SUCCEEDED", "3", 1)])),
        "groups do not add up",
    ),
    "an increase made twice": (replace(evidence(), values={1: {"score": "10"}}), "effect wrong"),
    "a wish not written down": (replace(evidence(), wishes=[*WISHES, Wish("run", "RUN_NOW", 5, "now")]), "wish lost"),
    "a wish filed twice": (evidence(lambda events: events.append(replace(events[0], position=17))), "wish doubled"),
    "a wish that nobody had": (replace(evidence(), wishes=WISHES[:2]), "wish of nobody's"),
    "a command refused in silence": (evidence(without(16)), "wish lost"),
    "a request never ended": (evidence(without(10)), "request not ended once"),
    "a request ended twice": (evidence(again(10)), "request not ended once"),
    "a request under another id": (
        evidence(with_data(8, requestId=request_id(5, "other"))),
        "request lost",
    ),
    "a record that goes on after its request": (
        evidence(with_data(9, groups=[group("SUCCEEDED", "4", 1)])),
        "request miscounted",
    ),
    "a record that acts though it was called": (
        evidence(lambda events: events.append(claim(17, "ActionDone", "4", (3,), group("SUCCEEDED", "5", 1)))),
        "request ignored",
    ),
    "a record that leaves by itself": (evidence(at(8, record_ids=(2,))), "left uncalled"),
    "an action begun in a pause": (evidence(at(9, type="ActionDone")), "pause broken"),
    "a pause without end": (evidence(without(11)), "pause not ended"),
    "a record not published": (left_out(PUBLISHED), "topic missing"),
    "a record published otherwise": (sent_otherwise(PUBLISHED), "topic altered"),
    "an event that the log's topic lacks": (left_out(LOG), "topic missing"),
    "a change of a record lost": (replace(evidence(), told={1: {"zip": "3"}}), "write lost"),
    "a named record not enrolled": (evidence(at(3, record_ids=(1, 2))), "enrollment missing"),
    "an occurrence asked for and not run": (evidence(without(15)), "occurrence stuck"),
    "a departure that the history hides": (
        replace(evidence(), answers={5: replace(answers(), action_log=answers().action_log[:-1])}),
        "history differs",
    ),
}


def test_a_run_with_wishes_and_a_pause_in_which_all_went_well_passes() -> None:
    verdict = judge(evidence(), [PLAN])

    assert not verdict.findings, str(verdict)
    assert (verdict.occurrences, verdict.enrollments) == (1, 3)


@pytest.mark.parametrize("bug", PLANTED)
def test_a_bug_planted_among_wishes_is_found(bug: str) -> None:
    seen, rule = PLANTED[bug]

    assert rule in {finding.rule for finding in judge(seen, [PLAN]).findings}
