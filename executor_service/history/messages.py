"""From an event of the log to the messages of `workflows.history.v1`: one about an occurrence, or one a record.

What all records of a group have in common is written once; only key, id and record differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from executor_service.events import (
    ActionDone,
    Group,
    OccurrenceCompleted,
    OccurrenceEvaluated,
    OccurrenceFailed,
    OccurrenceSkipped,
    RecordsEnrolled,
    parse_event,
)
from executor_service.history.projection import runs
from shared.cloud_events import Bulk, Message, encode, shared_headers
from shared.contracts import HISTORY, event_id, record_message_ids
from shared.event_store import RecordedEvent

SERVICE: Final = "executor"
EVENT_TYPES: Final = (
    "OccurrenceEvaluated",
    "OccurrenceCompleted",
    "OccurrenceFailed",
    "OccurrenceSkipped",
    "RecordsEnrolled",
    "ActionDone",
)
_ACTION_WORDS: Final = {
    "SUCCEEDED": "action.completed",
    "FAILED": "action.failed",
    "SKIPPED": "action.skipped",
    "WAITING": "action.rescheduled",
}


def history_messages(recorded: RecordedEvent, *, topic: str = HISTORY) -> Iterable[Message | Bulk]:
    """Return the messages that an event gives; raises pydantic's ValidationError for a type nobody knows."""
    match parse_event(recorded):
        case OccurrenceEvaluated() | OccurrenceCompleted() | OccurrenceFailed() | OccurrenceSkipped() as event:
            return [_about_occurrence(recorded, event, topic)]
        case RecordsEnrolled() as event:
            return _about_enrolled(_Bulks(recorded, topic), recorded.record_ids or (), event)
        case ActionDone() as event:
            return _about_action(_Bulks(recorded, topic), recorded.record_ids or (), event)
        case _:
            return ()


def _about_occurrence(
    recorded: RecordedEvent,
    event: OccurrenceEvaluated | OccurrenceCompleted | OccurrenceFailed | OccurrenceSkipped,
    topic: str,
) -> Message:
    word = event.type.removeprefix("Occurrence").lower()
    return encode(
        topic=topic,
        key=event.workflow_id,
        message_id=event_id(recorded.stream, recorded.version),
        type=f"workflows.occurrence.{word}.v1",
        service=SERVICE,
        time=recorded.recorded_at,
        position=recorded.position,
        data=recorded.data,
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
        headers = shared_headers(service=SERVICE, type=f"workflows.{word}.v1", time=self._recorded.recorded_at)
        prefix = orjson.dumps(facts)[:-1]
        messages = _one_a_record(prefix, self._event_id, ids, ending=ending)
        return Bulk(self._topic, headers, self._recorded.position, messages, first_index)


def _one_a_record(
    prefix: bytes, event: UUID, ids: Sequence[int], *, ending: bool
) -> Iterator[tuple[bytes, bytes, bytes]]:
    for record_id, message_id in zip(ids, record_message_ids(event, ids, ending=ending), strict=True):
        key = b"%d" % record_id
        yield key, message_id, b'%b,"recordId":"%b"}' % (prefix, key)


def _about_enrolled(bulks: _Bulks, ids: Sequence[int], event: RecordsEnrolled) -> Iterator[Bulk]:
    facts = _facts(event.workflow_id, event.occurrence_id, event.revision_id, event.object_type_id)
    yield bulks.make("record.enrolled", facts, ids)
    if event.first_action_id is None:
        yield bulks.make("record.completed", facts, ids, ending=True)


def _about_action(bulks: _Bulks, record_ids: Sequence[int], event: ActionDone) -> Iterator[Bulk]:
    for occurrence_id, group, ids in runs(event, record_ids):
        facts = _facts(event.workflow_id, occurrence_id, event.revision_id, event.object_type_id)
        if group.outcome in _ACTION_WORDS:
            at_action = {"actionId": event.action_id, "actionTypeId": event.action_type_id}
            yield bulks.make(_ACTION_WORDS[group.outcome], facts | at_action | _why(group), ids)
            if group.next is None:
                yield bulks.make("record.completed", facts, ids, ending=True)
        else:
            yield bulks.make("record.unenrolled", facts | _why(group), ids)


def _facts(workflow_id: str, occurrence_id: UUID, revision_id: str, object_type_id: str) -> dict[str, Any]:
    return {
        "workflowId": workflow_id,
        "occurrenceId": str(occurrence_id),
        "revisionId": revision_id,
        "objectTypeId": object_type_id,
    }


def _why(group: Group) -> dict[str, Any]:
    return {"reason": group.reason} if group.reason else {}
