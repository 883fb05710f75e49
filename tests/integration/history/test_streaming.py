"""The log as server-sent events, from a real server."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from executor_service.history.api import EventStreams
from executor_service.history.store import LogReader
from shared.event_store import Append
from shared.loops import Stop
from shared.postgres import Pool
from shared.serving import listen_at, serve_http
from tests.integration.history.conftest import Chronicle, history_api
from tests.integration.history.test_history import STREAM, a_claim, a_workflow, an_evaluation, succeeded

DEADLINE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server and the means to end it."""

    url: str
    streams: EventStreams
    stop: Stop
    ended: asyncio.Future[None]


@asynccontextmanager
async def served(pool: Pool, **settings: float) -> AsyncIterator[Served]:
    streams, stop = EventStreams(LogReader(pool), **settings), Stop()
    listener = listen_at("127.0.0.1", 0)
    listener.listen()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.ensure_future(serve_http(history_api(pool, streams), listener, stop))
    ending = asyncio.ensure_future(streams.run(stop))
    try:
        yield Served(url, streams, stop, serving)
    finally:
        stop.set()
        await asyncio.gather(serving, ending)


@asynccontextmanager
async def followed(url: str, **asked: Any) -> AsyncIterator[AsyncIterator[list[str]]]:
    """The blocks of a stream, each as its lines."""
    headers = {"authorization": "Bearer x"} | asked.pop("headers", {})
    async with (
        asyncio.timeout(DEADLINE_SECONDS),
        httpx2.AsyncClient(timeout=None) as client,
        client.stream("GET", f"{url}/v1/events/stream", params=asked, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _blocks(response)


async def _blocks(response: httpx2.Response) -> AsyncIterator[list[str]]:
    block: list[str] = []
    async for line in response.aiter_lines():
        if line:
            block.append(line)
        elif block:
            yield block
            block = []


async def next_events(blocks: AsyncIterator[list[str]], count: int) -> list[tuple[int, str]]:
    """The next events, heartbeats passed over: what they are named, and their type."""
    found: list[tuple[int, str]] = []
    while len(found) < count:
        block = await anext(blocks)
        if block[-1].startswith("data: "):
            named, data = block
            found.append((int(named.removeprefix("id: ")), json.loads(data.removeprefix("data: "))["type"]))
    return found


async def test_a_stream_tells_what_was_and_goes_on_with_what_comes(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()))
    async with served(chronicle.pool) as server, followed(server.url) as blocks:
        before = await next_events(blocks, 2)
        await chronicle.write(Append(STREAM, 0, an_evaluation()))
        after = await next_events(blocks, 5)

    assert before == [(1, "WorkflowSaved"), (2, "WorkflowTurnedOn")]
    assert [position for position, _ in after] == [3, 4, 5, 6, 7]


async def test_the_last_event_id_goes_on_behind_it_and_wins_over_after(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()), Append(STREAM, 0, an_evaluation()))
    async with served(chronicle.pool) as server:
        async with followed(server.url, after=5) as blocks:
            assert (await next_events(blocks, 1))[0][0] == 6
        async with followed(server.url, after=0, headers={"last-event-id": "6"}) as blocks:
            assert (await next_events(blocks, 1))[0][0] == 7
        async with followed(server.url, after=3, headers={"last-event-id": "nonsense"}) as blocks:
            assert (await next_events(blocks, 1))[0][0] == 4


async def test_a_stream_is_filtered_by_stream_and_by_type(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()), Append(STREAM, 0, an_evaluation()))
    async with served(chronicle.pool) as server:
        async with followed(server.url, type="RecordsEnrolled") as blocks:
            assert await next_events(blocks, 2) == [(5, "RecordsEnrolled"), (6, "RecordsEnrolled")]
        async with followed(server.url, stream="workflow-5", after=1) as blocks:
            assert await next_events(blocks, 1) == [(2, "WorkflowTurnedOn")]
            await chronicle.write(a_claim([1, 2, 3], [succeeded(3, "2")]), Append("workflow-5", 2, a_workflow()))
            assert await next_events(blocks, 1) == [(9, "WorkflowSaved")]


async def test_nothing_is_told_that_is_not_projected_yet(chronicle: Chronicle, history_pool: Pool) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()))
    await history_pool.execute("UPDATE checkpoint SET position = 1")
    async with served(chronicle.pool, heartbeat_seconds=0.2) as server, followed(server.url) as blocks:
        assert await next_events(blocks, 1) == [(1, "WorkflowSaved")]
        assert await anext(blocks) == [": nothing new", "id: 1"]
        await history_pool.execute("UPDATE checkpoint SET position = 2")
        assert await next_events(blocks, 1) == [(2, "WorkflowTurnedOn")]


async def test_a_heartbeat_names_how_far_a_filter_has_looked(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()))
    async with (
        served(chronicle.pool, heartbeat_seconds=0.2) as server,
        followed(server.url, type="KeyCreated") as blocks,
    ):
        assert await anext(blocks) == ["retry: 1000"]
        assert await anext(blocks) == [": nothing new", "id: 2"]


async def test_open_streams_end_when_the_service_leaves(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()))
    async with served(chronicle.pool) as server, followed(server.url) as blocks:
        await next_events(blocks, 2)
        server.stop.set()
        rest = [block async for block in blocks]
        await server.ended

    assert rest == []


async def test_a_client_that_takes_nothing_is_let_go_and_others_go_on(chronicle: Chronicle) -> None:
    """What it was not told would fill its memory or ours: a thousand ids an event, and it never reads."""
    await fill(chronicle.pool)
    async with served(chronicle.pool, patience_seconds=0.5) as server:
        deaf = _deaf_client(server.url)
        async with followed(server.url) as blocks:
            assert len(await next_events(blocks, 60)) == 60
        await none_left(server.streams)
        deaf.close()


async def fill(pool: Pool) -> None:
    """Sixty events about 50,000 records each: more than any buffer takes."""
    async with pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO events (stream, version, type, data, record_ids, metadata) "
            "SELECT 'bulk', n, 'UnenrollmentRequested', '{}', $1, '{}' FROM generate_series(1, 60) AS n",
            list(range(1, 50_001)),
        )
        await connection.execute("UPDATE checkpoint SET position = (SELECT max(position) FROM events)")


async def none_left(streams: EventStreams) -> None:
    """Wait until no stream is open."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while streams.open:  # noqa: ASYNC110 # nobody tells when one ends
            await asyncio.sleep(0.02)


async def test_a_stream_ends_when_its_client_goes(chronicle: Chronicle) -> None:
    await chronicle.write(Append("workflow-5", 0, a_workflow()))
    async with served(chronicle.pool) as server:
        async with followed(server.url) as blocks:
            await next_events(blocks, 2)
            assert server.streams.open == 1
        await none_left(server.streams)


def _deaf_client(url: str) -> socket.socket:
    """A connection that asked for a stream and never reads."""
    host, port = url.removeprefix("http://").split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    request = f"GET /v1/events/stream HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer x\r\n\r\n"
    client.sendall(request.encode())
    return client


@pytest.mark.parametrize("asked", [{"after": "-1"}, {"after": "x"}, {"type": "t" * 101}])
async def test_a_stream_of_nonsense_is_refused(chronicle: Chronicle, asked: dict[str, str]) -> None:
    answer = await chronicle.client.get("/v1/events/stream", params=asked)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in {"after", "type", "stream"}
