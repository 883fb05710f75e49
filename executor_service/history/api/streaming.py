"""`GET /v1/events/stream`: the log as server-sent events, up to the projector's checkpoint and on from there.

Each event's `id` is its position, so `Last-Event-ID` goes on where a connection broke; it wins over `after`, which the
reconnecting client sends again as well. While nothing comes, a comment keeps the connection, with the position reached
as its id: a filter that lets little through does not begin from far behind again.

Nothing piles up for a client that reads slowly: the next page is read when the last one has left, and who takes nothing
for some time is let go. A stream ends when the process leaves, when the database is away, and when the client is gone;
the client comes back by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Header
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from executor_service.history.api.parameters import Position, StreamName, TypeName, refuse_nul
from executor_service.history.forms import event_form
from executor_service.history.ports import EventFilter
from executor_service.history.store import LogReader
from executor_service.web import Role, require
from shared.event_store import RecordedEvent
from shared.loops import Stop
from shared.postgres import DRIVER_ERRORS

# Ids of records make events large, and each stream holds one page at a time.
_EVENTS_AT_ONCE: Final = 20
_LOOK_SECONDS: Final = 0.1
_RETRY: Final = b"retry: 1000\n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)]


class EventStreams:
    """The streams of one process; `run` ends them all when the service is to leave."""

    def __init__(self, log: LogReader, *, heartbeat_seconds: float = 15.0, patience_seconds: float = 30.0) -> None:
        self._log = log
        self._heartbeat_seconds = heartbeat_seconds
        self._patience_seconds = patience_seconds
        self._ended = Stop()
        self.open = 0
        """How many there are now."""

    async def run(self, stop: Stop) -> None:
        """Wait until the service is to leave."""
        await stop.wait(float("inf"))
        self._ended.set()

    async def stream(
        self,
        after: Position = 0,
        stream: StreamName = None,
        event_type: TypeName = None,
        last_event_id: LastEventId = None,
    ) -> StreamingResponse:
        """Follow the log; `Last-Event-ID` wins over `after`."""
        refuse_nul(stream=stream, type=event_type)
        begin = _position(last_event_id)
        blocks = self._blocks(after if begin is None else begin, EventFilter(stream, event_type))
        return _Stream(blocks, kept=self._kept, patience_seconds=self._patience_seconds)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1

    async def _blocks(self, after: int, which: EventFilter) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        spoke_at = clock()
        yield _RETRY
        while not self._ended.is_set:
            try:
                page = await self._log.read(which, after=after, limit=_EVENTS_AT_ONCE)
            except DRIVER_ERRORS:
                return
            after = page.reached
            for event in page.events:
                yield _block(event)
            if page.events:
                spoke_at = clock()
            elif clock() - spoke_at >= self._heartbeat_seconds:
                yield b": nothing new\nid: %d\n\n" % after
                spoke_at = clock()
            if page.is_last:
                await self._wait_beyond(after, until=spoke_at + self._heartbeat_seconds)

    async def _wait_beyond(self, position: int, *, until: float) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while not self._ended.is_set and clock() < until and await self._log.checkpoint() <= position:
                await self._ended.wait(_LOOK_SECONDS)
        except DRIVER_ERRORS:
            return


class _Stream(StreamingResponse):
    """A response that lets a client go which takes nothing for some time."""

    def __init__(
        self, blocks: AsyncIterator[bytes], *, kept: Callable[[], AbstractContextManager[None]], patience_seconds: float
    ) -> None:
        super().__init__(blocks, media_type="text/event-stream", headers=_HEADERS)
        self._kept = kept
        self._patience_seconds = patience_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._patience_seconds):
                await send(message)

        with self._kept(), suppress(TimeoutError):  # what stays unfinished is cut by the server
            await super().__call__(scope, receive, send_in_time)


def stream_router(streams: EventStreams) -> APIRouter:
    """Return the route of the stream."""
    routes = APIRouter(dependencies=[Depends(require(Role.VIEWER))], tags=["history"])
    routes.add_api_route(
        "/v1/events/stream",
        streams.stream,
        methods=["GET"],
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    return routes


def _block(event: RecordedEvent) -> bytes:
    data = orjson.dumps(event_form(event), option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
    return b"id: %d\ndata: %b\n\n" % (event.position, data)


def _position(last_event_id: str | None) -> int | None:
    """Return the position that an id names, none for a text that was never one of ours."""
    if last_event_id is None or not last_event_id.isascii() or not last_event_id.isdecimal():
        return None
    position = int(last_event_id)
    return position if position < 2**63 else None
