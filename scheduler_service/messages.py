"""What stands in the topics: a lifecycle message as the scheduler takes it, an event as the due topic gets it. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from scheduler_service.domain import TYPES, UnknownEventError
from shared.cloud_events import Envelope, Message, UnreadableMessageError, encode
from shared.contracts import Lifecycle
from shared.event_store import RecordedEvent

_LIFECYCLE: TypeAdapter[Lifecycle] = TypeAdapter(Lifecycle)
_HIGHEST_VERSION: Final = 2**31 - 1
_MESSAGE_TYPES: Final = {
    "ScheduleSet": "workflows.schedule.set.v1",
    "ScheduleCleared": "workflows.schedule.cleared.v1",
    "OccurrenceDue": "workflows.occurrence.due.v1",
    "OccurrencesSkipped": "workflows.occurrence.skipped.v1",
    "ScheduleBroken": "workflows.schedule.broken.v1",
}
# What only the scheduler itself needs, to know its state again.
_INTERNAL: Final = frozenset({"alreadyDue", "decided", "knownSince"})
_NOT_PUBLISHED: Final = frozenset({"PublishFailed"})


def read_change(envelope: Envelope) -> Lifecycle:
    """Return the change of a workflow that a message tells of.

    Raises pydantic's ValidationError, and UnreadableMessageError for what no workflow can have.
    """
    change = _LIFECYCLE.validate_python({**envelope.data, "type": envelope.type})
    _check_instant(change.effective_at)
    if change.version > _HIGHEST_VERSION:
        raise UnreadableMessageError("OUT_OF_BOUNDS", f"version is above {_HIGHEST_VERSION}")
    return change


def _check_instant(effective_at: datetime) -> None:
    if effective_at.tzinfo is None:
        raise UnreadableMessageError("INVALID", "effectiveAt names no offset")
    try:
        effective_at.astimezone(UTC)
    except OverflowError as error:
        raise UnreadableMessageError("INVALID", "effectiveAt is beyond the calendar") from error


def due_messages(recorded: RecordedEvent, *, topic: str) -> Iterator[Message]:
    """Yield the message that an event gives to the due topic, its data as the log holds it.

    Raises UnknownEventError for a type this release does not know.
    """
    if recorded.type in _NOT_PUBLISHED:
        return
    if recorded.type not in TYPES:
        raise UnknownEventError(recorded.position, recorded.type)
    yield encode(
        topic=topic,
        key=recorded.data["workflowId"],
        message_id=UUID(recorded.metadata["eventId"]),
        type=_MESSAGE_TYPES[recorded.type],
        service="scheduler",
        time=recorded.recorded_at,
        position=recorded.position,
        data={name: value for name, value in recorded.data.items() if name not in _INTERNAL},
    )
