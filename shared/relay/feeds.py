"""What goes to a topic."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from shared.cloud_events import Bulk, Message
from shared.event_store import RecordedEvent
from shared.postgres import Connection

Join = Callable[[Connection, Sequence[RecordedEvent]], Awaitable[Sequence[RecordedEvent]]]
"""Returns the same events, with what the log does not hold of them in their data."""


@dataclass(frozen=True, slots=True)
class TopicFeed:
    """One topic, and which messages an event of the log gives to it.

    `translate` is pure, gives the same messages in the same order each time, and may give none. `types` are the event
    types it looks at, None for all of them. `limit` bounds the events held in memory at once: small where an event
    gives thousands of messages. `readers` are the names of our own groups on it (without the cluster's id): publishing
    from the start begins when none of them has an offset beyond the topic's end. `join` reads what is kept outside the
    log and may be erased; it is asked each time before the events are translated.
    """

    topic: str
    translate: Callable[[RecordedEvent], Iterable[Message | Bulk]]
    types: Sequence[str] | None = None
    limit: int = 500
    readers: Sequence[str] = ()
    join: Join | None = None
