"""Topics equal the log: every event published, nothing else, in the order of the log for each key.

A message may stand there several times, for a relay that dies between sending and storing sends again; then with the
same bytes, and its first appearance counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.e2e.stage import PUBLISHED
from tests.e2e.topics import Seen
from tests.faults.judge.evidence import (
    DEAD_LETTERS,
    DUE,
    HISTORY,
    LIFECYCLE,
    LOG,
    Evidence,
    Finding,
    LogEvent,
    Plan,
)
from tests.faults.judge.folding import CLAIMS, effect_id, message_id, unrolled

_TURNED = {
    "WorkflowTurnedOn": "workflows.workflow.turned-on.v1",
    "WorkflowTurnedOff": "workflows.workflow.turned-off.v1",
    "WorkflowPaused": "workflows.workflow.paused.v1",
    "WorkflowResumed": "workflows.workflow.resumed.v1",
    "WorkflowDeleted": "workflows.workflow.deleted.v1",
}
_PLANNED = {
    "ScheduleSet": "workflows.schedule.set.v1",
    "ScheduleCleared": "workflows.schedule.cleared.v1",
    "ScheduleBroken": "workflows.schedule.broken.v1",
    "OccurrenceDue": "workflows.occurrence.due.v1",
    "OccurrencesSkipped": "workflows.occurrence.skipped.v1",
}
_PUBLISHES = "2-1"
_OUTCOMES = {
    "SUCCEEDED": "action.completed",
    "FAILED": "action.failed",
    "SKIPPED": "action.skipped",
    "WAITING": "action.rescheduled",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A message that an event must have become; `facts` are those of its data that the judge knows."""

    key: str
    id: str
    type: str
    position: int
    facts: Mapping[str, Any]


def expected_messages(evidence: Evidence) -> dict[str, list[Expected]]:
    """What the logs must have become, by topic, in the order of the log."""
    return {
        LIFECYCLE: [each for event in evidence.executor_log for each in _lifecycle(event)],
        DUE: [each for event in evidence.scheduler_log for each in _due(event)],
        HISTORY: [each for event in evidence.executor_log for each in _history(event)],
        LOG: [_verbatim(event) for event in evidence.executor_log],
        PUBLISHED: [each for event in evidence.executor_log for each in _published(event)],
    }


def _verbatim(event: LogEvent) -> Expected:
    facts = {
        "position": event.position,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "data": event.data,
        "recordIds": [str(each) for each in event.record_ids] or None,
    }
    return Expected(event.stream, event.event_id, "workflows.log.appended.v1", event.position, facts)


def _published(event: LogEvent) -> Iterator[Expected]:
    if event.type == "ActionDone" and event.data["actionTypeId"] == _PUBLISHES:
        for occurrence_id, record_id, group in unrolled(event):
            if group["outcome"] == "SUCCEEDED":
                key = effect_id((occurrence_id, record_id), event.data["actionId"])
                yield Expected(str(record_id), key, "workflows.published.v1", event.position, {})


def _lifecycle(event: LogEvent) -> Iterator[Expected]:
    saved_while_on = event.type == "WorkflowSaved" and event.data["isEnabled"]
    if saved_while_on or event.type in _TURNED:
        name = _TURNED.get(event.type, "workflows.workflow.turned-on.v1")
        facts = {field: event.data[field] for field in ("workflowId", "revisionId", "effectiveAt")}
        version = {"version": event.version}
        yield Expected(event.data["workflowId"], event.event_id, name, event.position, facts | version)


def _due(event: LogEvent) -> Iterator[Expected]:
    if event.type in _PLANNED:
        told = {"workflowId", "revisionId", "occurrenceId", "dueAt", "reason", "first", "last", "count"}
        facts = {field: value for field, value in event.data.items() if field in told}
        yield Expected(event.data["workflowId"], event.event_id, _PLANNED[event.type], event.position, facts)


def _history(event: LogEvent) -> Iterator[Expected]:
    data = event.data
    match event.type:
        case "OccurrenceEvaluated" | "OccurrenceCompleted" | "OccurrenceSkipped" | "OccurrenceFailed":
            name = f"workflows.occurrence.{event.type.removeprefix('Occurrence').lower()}.v1"
            yield Expected(data["workflowId"], event.event_id, name, event.position, data)
        case "RecordsEnrolled":
            for record_id in event.record_ids:
                yield _about_record(event, record_id, data["occurrenceId"], "record.enrolled")
                if data["firstActionId"] is None:
                    yield _about_record(event, record_id, data["occurrenceId"], "record.completed", ending=True)
        case "CommandRefused":
            yield Expected(data["workflowId"], event.event_id, "workflows.command.refused.v1", event.position, data)
        case kind if kind in CLAIMS:
            for occurrence_id, record_id, group in unrolled(event):
                yield from _about_step(event, occurrence_id, record_id, group)
        case _:
            pass


def _about_step(event: LogEvent, occurrence_id: str, record_id: int, group: Mapping[str, Any]) -> Iterator[Expected]:
    word = _OUTCOMES.get(group["outcome"], "record.unenrolled")
    if event.type == "BranchTaken" and word == "action.completed":
        word = "branch.taken"
    if event.type != "DelayStarted" or word == "record.unenrolled":
        yield _about_record(event, record_id, occurrence_id, word)
    if group["next"] is None and word != "record.unenrolled":
        yield _about_record(event, record_id, occurrence_id, "record.completed", ending=True)


def _about_record(event: LogEvent, record_id: int, occurrence_id: str, word: str, *, ending: bool = False) -> Expected:
    facts = {"recordId": str(record_id), "occurrenceId": occurrence_id, "workflowId": event.data["workflowId"]}
    if not word.startswith("record."):
        facts["actionId"] = event.data["actionId"]
    name = f"workflows.{word}.v1"
    return Expected(str(record_id), message_id(event.event_id, record_id, ending=ending), name, event.position, facts)


def judge_topics(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """Missing 0, extra 0, altered 0, out of order 0."""
    del plans
    for topic, expected in expected_messages(evidence).items():
        yield from (
            Finding(f"topic {finding.rule}", f"{topic}: {finding.what}")
            for finding in _compare(expected, evidence.topics[topic])
        )


def _compare(expected: Sequence[Expected], found: Sequence[Seen]) -> Iterator[Finding]:
    first: dict[str, Seen] = {}
    for message in found:
        earlier = first.setdefault(message.id, message)
        if (earlier.key, earlier.value, earlier.headers) != (message.key, message.value, message.headers):
            yield Finding("altered", f"{message.id} at {message.partition}/{message.offset} has other bytes")
    wanted = {each.id: each for each in expected}
    for key in wanted.keys() - first.keys():
        yield Finding("missing", f"{wanted[key]}")
    for key in first.keys() - wanted.keys():
        yield Finding("extra", f"{first[key]}")
    for key in wanted.keys() & first.keys():
        yield from _altered(wanted[key], first[key])
    yield from _out_of_order(expected, first)


def _altered(wanted: Expected, found: Seen) -> Iterator[Finding]:
    data = found.data
    right = (
        found.type == wanted.type
        and found.key == wanted.key.encode()
        and found.header("ce_sequence").startswith(f"{wanted.position:020d}.")
        and all(data.get(name) == value for name, value in wanted.facts.items())
    )
    if not right:
        yield Finding("altered", f"{found} is not {wanted}")


def _out_of_order(expected: Sequence[Expected], first: Mapping[str, Seen]) -> Iterator[Finding]:
    should, does = defaultdict(list), defaultdict(list)
    for each in expected:
        if each.id in first:
            should[each.key.encode()].append((each.position, each.id))
    for message in first.values():
        does[message.key].append(message.id)
    for key, ids in should.items():
        positions = {each: position for position, each in ids}
        order = [positions[each] for each in does[key] if each in positions]
        if order != sorted(order):
            yield Finding("out of order", f"key {key!r}: {order}")
        sequences = [first[each].header("ce_sequence") for each in does[key] if each in positions]
        if sequences != sorted(sequences):
            yield Finding("out of order", f"key {key!r}: {sequences}")


def judge_dead_letters(evidence: Evidence, plans: Sequence[Plan]) -> Iterator[Finding]:
    """What nobody could accept was kept with its bytes and its reason, once, and nothing else was."""
    del plans
    wanted = Counter((poison.value or b"", poison.reason) for poison in evidence.poison)
    letters = {
        (message.header("dl-topic"), message.header("dl-partition"), message.header("dl-offset")): message
        for message in _dead(evidence)
    }
    found = Counter((message.value or b"", message.header("dl-reason")) for message in letters.values())
    for what, count in (wanted - found).items():
        yield Finding("dead letter missing", f"{count} of {what}")
    for what, count in (found - wanted).items():
        yield Finding("dead letter extra", f"{count} of {what}")


def _dead(evidence: Evidence) -> Iterable[Seen]:
    return [message for topic in DEAD_LETTERS for message in evidence.topics[topic]]


def all_there(evidence: Evidence) -> dict[str, set[str]]:
    """The ids that each topic must hold, for whoever waits for them."""
    return {topic: {each.id for each in expected} for topic, expected in expected_messages(evidence).items()}
