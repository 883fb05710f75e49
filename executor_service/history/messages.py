"""From an event of the log to the messages of `workflows.history.v1`: one about an occurrence, or one a record.

What all records of a group have in common is written once; only key, id and record differ. What is not sent: events of
workflows (they have a topic of their own), what the scheduler skipped (it told that itself), records that were not
enrolled, and the beginning of a delay.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from executor_service.events import (
    ActionDone,
    BranchTaken,
    ClaimEvent,
    CommandRefused,
    DelayEnded,
    DelayStarted,
    Group,
    OccurrenceCompleted,
    OccurrenceEvaluated,
    OccurrenceFailed,
    OccurrenceSkipped,
    RecordsEnrolled,
    RecordsUnenrolled,
    parse_event,
)
from executor_service.history.projection import runs
from shared.cloud_events import Bulk, Message, encode, shared_headers
from shared.contracts import HISTORY, event_id
from shared.event_store import RecordedEvent

SERVICE: Final = "executor"
EVENT_TYPES: Final = (
    "OccurrenceEvaluated",
    "OccurrenceCompleted",
    "OccurrenceFailed",
    "OccurrenceSkipped",
    "RecordsEnrolled",
    "ActionDone",
    "DelayStarted",
    "DelayEnded",
    "BranchTaken",
    "RecordsUnenrolled",
    "CommandRefused",
)
_ACTION_WORDS: Final = {
    "SUCCEEDED": "action.completed",
    "FAILED": "action.failed",
    "SKIPPED": "action.skipped",
    "WAITING": "action.rescheduled",
}
_LEFT: Final = frozenset({"MISSING", "UNENROLLED"})


def history_messages(recorded: RecordedEvent, *, topic: str = HISTORY) -> Iterable[Message | Bulk]:
    """Return the messages that an event gives; raises pydantic's ValidationError for a type nobody knows."""
    match parse_event(recorded):
        case OccurrenceEvaluated() | OccurrenceCompleted() | OccurrenceFailed() | OccurrenceSkipped() as event:
            word = event.type.removeprefix("Occurrence").lower()
            return [_about_workflow(recorded, f"occurrence.{word}", event.workflow_id, topic)]
        case CommandRefused() as event:
            return [_about_workflow(recorded, "command.refused", event.workflow_id, topic)]
        case RecordsEnrolled() as event:
            return _about_enrolled(_Bulks(recorded, topic), recorded.record_ids or (), event)
        case ActionDone() | DelayStarted() | DelayEnded() | BranchTaken() | RecordsUnenrolled() as event:
            return _about_claim(_Bulks(recorded, topic), recorded.record_ids or (), event)
        case _:
            return ()


def _about_workflow(recorded: RecordedEvent, word: str, workflow_id: str, topic: str) -> Message:
    return encode(
        topic=topic,
        key=workflow_id,
        message_id=event_id(recorded.stream, recorded.version),
        type=f"workflows.{word}.v1",
        service=SERVICE,
        time=recorded.recorded_at,
        position=recorded.position,
        data=recorded.data,
        traceparent=recorded.metadata.get("traceparent"),
    )


class _Bulks:
    """Makes the bulks of one event, which share its count of messages."""

    def __init__(self, recorded: RecordedEvent, topic: str) -> None:
        self._recorded = recorded
        self._topic = topic
        self._event_id = event_id(recorded.stream, recorded.version)
        self._index = 0

    def make(self, word: str, facts: Mapping[str, Any], ids: Sequence[int], *, ending: bool = False) -> Bulk:
        first_index = self._index
        self._index += len(ids)
        return Bulk(
            topic=self._topic,
            headers=shared_headers(
                service=SERVICE,
                type=f"workflows.{word}.v1",
                time=self._recorded.recorded_at,
                traceparent=self._recorded.metadata.get("traceparent"),
            ),
            position=self._recorded.position,
            event_id=self._event_id,
            facts=orjson.dumps(facts, option=orjson.OPT_UTC_Z),
            record_ids=ids,
            ending=ending,
            first_index=first_index,
        )


def _about_enrolled(bulks: _Bulks, ids: Sequence[int], event: RecordsEnrolled) -> Iterator[Bulk]:
    facts = _facts(event.workflow_id, event.occurrence_id, event.revision_id, event.object_type_id)
    yield bulks.make("record.enrolled", facts, ids)
    if event.first_action_id is None:
        yield bulks.make("record.completed", facts, ids, ending=True)


def _about_claim(bulks: _Bulks, record_ids: Sequence[int], event: ClaimEvent) -> Iterator[Bulk]:
    for occurrence_id, group, ids in runs(event, record_ids):
        facts = _facts(event.workflow_id, occurrence_id, event.revision_id, event.object_type_id)
        if group.outcome in _LEFT:
            yield bulks.make("record.unenrolled", facts | _why(group), ids)
            continue
        at_action = {"actionId": event.action_id, "actionTypeId": event.action_type_id}
        if (said := _said(event, group)) is not None:
            word, more = said
            yield bulks.make(word, facts | at_action | more, ids)
        if group.next is None:
            yield bulks.make("record.completed", facts, ids, ending=True)


def _said(event: ClaimEvent, group: Group) -> tuple[str, dict[str, Any]] | None:
    """Return the word for a group that did not leave, with what it adds to the facts; None for what is not sent."""
    match event:
        case ActionDone() | RecordsUnenrolled():
            until = {"until": group.until} if group.until is not None else {}
            return _ACTION_WORDS[group.outcome], _why(group) | until
        case DelayStarted():
            return None
        case DelayEnded():
            return "action.completed", _why(group)
        case BranchTaken():
            return "branch.taken", {"branch": group.branch, "index": (group.details or {}).get("index")}


def _facts(workflow_id: str, occurrence_id: UUID, revision_id: str, object_type_id: str) -> dict[str, Any]:
    return {
        "workflowId": workflow_id,
        "occurrenceId": str(occurrence_id),
        "revisionId": revision_id,
        "objectTypeId": object_type_id,
    }


def _why(group: Group) -> dict[str, Any]:
    return {"reason": group.reason} if group.reason else {}
