"""The log verbatim, for `workflows.log.v1`: every event as it stands, so that it can be replayed elsewhere."""

from collections.abc import Iterator
from typing import Final

from shared.cloud_events import Message, encode
from shared.contracts import event_id, instant_text
from shared.event_store import RecordedEvent

EVENTS_AT_ONCE: Final = 20
"""An event may hold 50,000 record ids."""


def log_messages(recorded: RecordedEvent, *, topic: str, service: str) -> Iterator[Message]:
    """Yield the message of an event; its data is the row as `GET /v1/events` shows it."""
    ids = recorded.record_ids
    yield encode(
        topic=topic,
        key=recorded.stream,
        message_id=event_id(recorded.stream, recorded.version),
        type="workflows.log.appended.v1",
        service=service,
        time=recorded.recorded_at,
        position=recorded.position,
        data={
            "position": recorded.position,
            "stream": recorded.stream,
            "version": recorded.version,
            "type": recorded.type,
            "data": recorded.data,
            "recordIds": None if ids is None else list(map(str, ids)),
            "metadata": recorded.metadata,
            "recordedAt": instant_text(recorded.recorded_at),
        },
    )
