"""From an event of the action publish to Kafka to the messages of its topic, one a record.

The log holds who published, `payloads` what: the relay joins both when it sends. A message carries the key of its
effect, so that it is the same however often it is sent; what was erased meanwhile is not sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from executor_service.events import ActionDone, ClaimedCohort, parse_event
from executor_service.execution.actions.publish import TYPE_ID, split_message
from executor_service.execution.ports import Payloads
from shared.cloud_events import Message, own_headers, shared_headers
from shared.contracts import effect_id
from shared.event_store import RecordedEvent

SERVICE: Final = "executor"
EVENT_TYPES: Final = ("ActionDone",)
EVENTS_AT_ONCE: Final = 4
"""Each may carry the messages of a thousand records."""
_CONTENTS: Final = "contents"


async def join_contents(events: Sequence[RecordedEvent], *, payloads: Payloads, topic: str) -> Sequence[RecordedEvent]:
    """Return the events, those that published to `topic` with the contents that are left, by record."""
    ids = {event.position: payload_id for event in events if (payload_id := _payload_of(event, topic)) is not None}
    if not ids:
        return events
    contents = await payloads.contents(list(ids.values()))
    return [
        replace(event, data={**event.data, _CONTENTS: contents[ids[event.position]]})
        if event.position in ids
        else event
        for event in events
    ]


def published_messages(recorded: RecordedEvent, *, topic: str) -> Iterator[Message]:
    """Yield the messages that a joined event gives to a topic; `topic` is its name on the wire."""
    contents: Mapping[int, bytes] = recorded.data.get(_CONTENTS, {})
    if not contents:
        return
    event = parse_event(recorded)
    assert isinstance(event, ActionDone)  # noqa: S101 # nothing else is joined
    for index, (record_id, cohort) in enumerate(_with_cohorts(event, recorded.record_ids or ())):
        if record_id in contents:
            key, kind, body = split_message(contents[record_id])
            effect = effect_id(cohort.occurrence_id, record_id, event.action_id, cohort.visit)
            own = own_headers(message_id=str(effect).encode(), key=key, position=recorded.position, index=index)
            constant = shared_headers(service=SERVICE, type=kind, time=recorded.recorded_at)
            yield Message(topic, key, body, (*constant, *own))


def _payload_of(event: RecordedEvent, topic: str) -> UUID | None:
    """Return which payload holds what an event published to a topic; null when it did not."""
    if event.data.get("actionTypeId") != TYPE_ID:
        return None
    for group in event.data["groups"]:
        details: Mapping[str, Any] = group["details"] or {}
        if details.get("topic") == topic and "payload" in details:
            return UUID(details["payload"]["payloadId"])
    return None


def _with_cohorts(event: ActionDone, record_ids: Sequence[int]) -> Iterator[tuple[int, ClaimedCohort]]:
    position = 0
    for cohort in event.cohorts:
        for record_id in record_ids[position : position + cohort.size]:
            yield record_id, cohort
        position += cohort.size
