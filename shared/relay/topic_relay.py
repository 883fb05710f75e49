"""One topic's part of the relay: read behind the horizon, send, store the cursor.

Every event at or below the cursor has been acknowledged by the broker. A crash between sending and storing sends again,
with the same ids and sequence; nothing is ever left out.

What goes wrong, and what is done:

- *The broker is away, or an acknowledgement is missing*: the producer is thrown away, the cursor read again, and
  sending goes on from there.
- *A message is too large*: its event is found by sending one by one, and stepped over; `PublishFailed` is appended in
  the same transaction.
- *The topic is missing or closed to us*: this topic alone stands still, `stopped` says why, and it goes on by itself.
- *The topic was lost* and came back empty: an acknowledgement, or the end asked for every second without traffic, lies
  below the end that was stored, or one call was acknowledged at offsets that go down. What was sent without an answer
  may have made the new topic as long as the old one was; so whoever reads the cursor, and whoever throws
  acknowledgements away because of a message too large, also looks whether the message before the stored end still is
  the one acknowledged there. (Where retention deleted it nothing can be said, and nothing is concluded.)
  First the cursor goes to 0 under a new epoch and says that the topic is lost. Whoever reads that, the same process or
  after a kill another one, deletes what stands in the topic, or the first message after the loss would stand before all
  older ones of its key; then the topic fills again from the log. That begins when none of our own reading groups has an
  offset beyond the end, or they would drop what comes. It is deleted up to the ends seen while the cursor was still its
  own: one that stands still in between, and goes on, hits nothing that its successor has sent. A topic that never was
  published to is not emptied, nor one that people ask for again: what stands there may be others'.
- *Another process took over, or somebody asked for publishing again*: storing the cursor fails, it is read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from shared.cloud_events import Bulk, Message
from shared.correlation import traced
from shared.event_store import RecordedEvent
from shared.failpoints import failpoint
from shared.horizon import Horizon, read_events
from shared.logs import get_logger
from shared.postgres import Pool
from shared.relay.cursors import Cursor, CursorMovedError, Cursors, HolderChangedError
from shared.relay.feeds import TopicFeed
from shared.relay.publishing import (
    MessageTooLargeError,
    Publisher,
    PublishInterruptedError,
    Span,
    TopicUnavailableError,
)

_IDLE_SECONDS: Final = 1.0
_BACKOFF_SECONDS: Final = 0.2
_ASK_EVERY_SECONDS: Final = 1.0
# A cursor that moves over events of other topics only is stored once in a while.
_STORE_EVERY_EVENTS: Final = 10_000

Ready = Callable[[TopicFeed], Awaitable[bool]]
"""Tells whether a topic may be published from its start: no group of ours has an offset beyond its end."""


class TopicLostError(RuntimeError):
    """A partition does not hold what was acknowledged: its topic was deleted, or the broker lost its data."""

    def __init__(self, cursor: Cursor, partition: int, *, acknowledged: object, found: object) -> None:
        super().__init__(f"partition {partition}: {acknowledged} was acknowledged, {found} was found")
        self.cursor = cursor
        self.partition = partition


class UntranslatableEventError(RuntimeError):
    """An event that the feed does not understand; publishing stops there, it is not skipped."""

    def __init__(self, event: RecordedEvent, cause: BaseException) -> None:
        super().__init__(f"event {event.position} of type {event.type} cannot be translated: {cause!r}")
        self.position = event.position


class TopicRelay:
    """Publishes one topic, in the hands of one holder; `deposed` is called when another one has taken it over."""

    def __init__(
        self,
        *,
        feed: TopicFeed,
        cursors: Cursors,
        pool: Pool,
        horizon: Horizon,
        publisher: Publisher,
        ready: Ready,
        deposed: Callable[[], None],
    ) -> None:
        self._feed = feed
        self._cursors = cursors
        self._pool = pool
        self._horizon = horizon
        self._publisher = publisher
        self._ready = ready
        self._deposed = deposed
        self._log = get_logger("relay").bind(topic=feed.topic)
        self._cursor: Cursor | None = None
        self._stored_position = 0
        self._taken_over = False
        self._lost: Cursor | None = None
        self._asked_at = 0.0
        self.stopped: str | None = None
        """Why nothing can be published to the topic; None while it can."""

    @property
    def position(self) -> int:
        """The position up to which everything was published, as far as known."""
        return 0 if self._cursor is None or self._lost is not None else self._cursor.position

    async def pass_(self) -> float:
        """Publish what is new, up to the feed's limit; wait up to a second for it.

        Returns the seconds until the next look. Raises only what the database raises, and what a crash point does.
        """
        try:
            await self._publish_next()
        except (TopicUnavailableError, UntranslatableEventError) as error:
            return self._stand_still(error.reason if isinstance(error, TopicUnavailableError) else str(error))
        except TopicLostError as error:
            self._log.warning("A topic was lost and is published again", error=str(error))
            self._lost = error.cursor
        except HolderChangedError:
            self._deposed()
            return _IDLE_SECONDS
        except CursorMovedError:
            self._cursor = self._lost = None
        except PublishInterruptedError as error:
            self._log.warning("The broker did not acknowledge and is tried again", error=str(error))
            self._cursor = None
            return _BACKOFF_SECONDS
        return 0.0

    def _stand_still(self, reason: str) -> float:
        if reason != self.stopped:
            self._log.error("Nothing can be published to a topic", reason=reason)
        self.stopped = reason
        return _IDLE_SECONDS

    async def _publish_next(self) -> None:
        if self._lost is not None:
            await self._restart(self._lost)
        cursor = await self._load()
        if cursor is None:
            await asyncio.sleep(_IDLE_SECONDS)
            return
        until = await self._horizon.wait_beyond(cursor.position, seconds=_IDLE_SECONDS)
        events = await self._read(cursor.position, until)
        if events:
            await self._publish(cursor, events, until)
        else:
            await self._pass_over(cursor, until)
        self.stopped = None

    async def _load(self) -> Cursor | None:
        """Return the cursor; None while our own readers are not ready for the topic's start."""
        if self._cursor is None:
            cursor = await (self._cursors.read() if self._taken_over else self._cursors.take_over())
            self._taken_over = True
            if not cursor.position and not await self._ready(self._feed):
                return None
            await (self._empty(cursor) if cursor.lost else self._compare(cursor))
            self._cursor = cursor
            self._stored_position = cursor.position
        return self._cursor

    async def _restart(self, lost: Cursor) -> None:
        self._cursor = None
        await self._cursors.restart(lost)
        self._lost = None

    async def _empty(self, cursor: Cursor) -> None:
        """Delete what stands in a topic that was lost; what others send from now on stands above these ends."""
        ends = await self._publisher.ends(self._feed.topic)
        await self._look_for_other_epoch(cursor)
        await self._publisher.delete_records(self._feed.topic, ends)

    async def _compare(self, cursor: Cursor) -> None:
        """Raise TopicLostError when a partition does not hold what was last acknowledged in it."""
        if not cursor.ends:
            return
        _refuse_lower(cursor, await self._publisher.ends(self._feed.topic), all_partitions=True)
        last = {partition: end - 1 for partition, end in cursor.ends.items()}
        for partition, found in (await self._publisher.sequences(self._feed.topic, last)).items():
            if found != (acknowledged := cursor.sequences.get(partition)):
                raise TopicLostError(cursor, partition, acknowledged=acknowledged, found=found)

    async def _look_for_other_epoch(self, cursor: Cursor) -> None:
        if (await self._cursors.read()).epoch != cursor.epoch:
            raise CursorMovedError(self._feed.topic)

    async def _read(self, after: int, until: int) -> Sequence[RecordedEvent]:
        if until <= after:
            return []
        types = None if self._feed.types is None else list(self._feed.types)
        async with self._pool.acquire() as connection:
            events: Sequence[RecordedEvent] = await read_events(
                connection,  # type: ignore[arg-type] # the pool's proxy stands for it
                after=after,
                until=until,
                limit=self._feed.limit,
                types=types,
            )
            if self._feed.join is not None:
                events = await self._feed.join(connection, events)  # type: ignore[arg-type] # the same
            return events

    async def _publish(self, cursor: Cursor, events: Sequence[RecordedEvent], until: int) -> None:
        try:
            spans = await self._publisher.publish(self._feed.topic, self._translate(events))
        except MessageTooLargeError:
            await self._publish_one_by_one(cursor, events)
            return
        _refuse_lost(cursor, spans)
        failpoint("relay.sent_before_stored")
        position = until if len(events) < self._feed.limit else events[-1].position
        await self._store(_moved(cursor, position, spans))

    async def _publish_one_by_one(self, cursor: Cursor, events: Sequence[RecordedEvent]) -> None:
        await self._compare(cursor)
        for event in events:
            try:
                spans = await self._publisher.publish(self._feed.topic, self._translate([event]), alone=True)
            except MessageTooLargeError as error:
                await self._compare(cursor)
                self._log.warning("An event is stepped over", position=event.position, reason=error.detail)
                cursor = _moved(cursor, event.position, {})
                await self._cursors.step_over(cursor, position=event.position, reason=error.detail)
                self._cursor = cursor
                continue
            _refuse_lost(cursor, spans)
            cursor = _moved(cursor, event.position, spans)
            await self._store(cursor)

    def _translate(self, events: Sequence[RecordedEvent]) -> Iterator[Message | Bulk]:
        for event in events:
            try:
                yield from traced(self._feed.translate(event), event.metadata)
            except Exception as error:  # whatever a feed does not understand stops its topic, and is named
                raise UntranslatableEventError(event, error) from error

    async def _pass_over(self, cursor: Cursor, until: int) -> None:
        """Move over events that are not for this topic, and ask once a second whether all is still as it was."""
        now = asyncio.get_running_loop().time()
        if now - self._asked_at >= _ASK_EVERY_SECONDS:
            await self._look_for_other_epoch(cursor)
            _refuse_lower(cursor, await self._publisher.ends(self._feed.topic), all_partitions=True)
            self._asked_at = now
        cursor = _moved(cursor, max(until, cursor.position), {})
        if cursor.position - self._stored_position >= _STORE_EVERY_EVENTS:
            await self._store(cursor)
        self._cursor = cursor

    async def _store(self, cursor: Cursor) -> None:
        await self._cursors.store(cursor)
        self._cursor = cursor
        self._stored_position = cursor.position


def _moved(cursor: Cursor, position: int, spans: Mapping[int, Span]) -> Cursor:
    ends = {partition: span.end for partition, span in spans.items()}
    sequences = {partition: span.sequence for partition, span in spans.items()}
    return replace(
        cursor,
        position=position,
        ends={**cursor.ends, **ends},
        sequences={**cursor.sequences, **sequences},
    )


def _refuse_lost(cursor: Cursor, spans: Mapping[int, Span]) -> None:
    """Raise TopicLostError when a partition went on below what was acknowledged, before or within the same call."""
    for partition, span in spans.items():
        if span.decreased:
            raise TopicLostError(cursor, partition, acknowledged="more than the last offset", found=span.end)
    _refuse_lower(cursor, {partition: span.first for partition, span in spans.items()})


def _refuse_lower(cursor: Cursor, found: Mapping[int, int], *, all_partitions: bool = False) -> None:
    """Raise TopicLostError when a partition goes on, or ends, below what was acknowledged."""
    for partition, stored in cursor.ends.items():
        place = found.get(partition, 0 if all_partitions else stored)
        if place < stored:
            raise TopicLostError(cursor, partition, acknowledged=f"all below {stored}", found=f"an end of {place}")
