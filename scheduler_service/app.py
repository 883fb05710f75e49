"""Everything the scheduler reads, writes and does by itself, on one screen."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust

from shared.kafka import FAUST_SETTINGS, RawMessage, raw_message
from shared.loops import Stop, Wake, run_passes

Part = Callable[[Stop], Coroutine[Any, Any, None]]
"""Runs until told to stop, then lets what is in hand end."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs in one process of the scheduler."""

    lifecycle: Part
    """workflows.lifecycle.v1, through Faust: changes of workflows."""
    lifecycle_again: Part
    """The same from its beginning, once: what Kafka remembers of having been read is a hint."""
    tick: Callable[[], Awaitable[float]]
    """What has come due; the timer is PostgreSQL's clock."""
    changed: Wake
    """A workflow has changed: what is next may be nearer than was known."""
    relay: Part
    """workflows.due.v1, out of the log; dead letters to their topic."""
    horizon: Part
    """How far the log is settled, for the relay."""
    watchdog: Part
    """An end to sessions whose process stands still."""
    http: Part
    """/livez, /readyz, /metrics, /v1/dead-letters."""


async def run(parts: Parts, stop: Stop) -> None:
    """Run everything until told to stop, and let what is in hand end."""
    async with asyncio.TaskGroup() as tasks:
        for part in (
            parts.lifecycle,
            parts.lifecycle_again,
            parts.relay,
            parts.horizon,
            parts.watchdog,
            parts.http,
        ):
            tasks.create_task(part(stop))
        tasks.create_task(run_passes("tick", parts.tick, stop=stop, wake=parts.changed))


def lifecycle_app(
    group: str,
    member: str,
    *,
    topic: str,
    bootstrap: str,
    state_dir: Path,
    accept_change: Callable[[RawMessage], Awaitable[None]],
) -> Any:
    """Return the Faust app that reads the lifecycle topic, not started."""
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        datadir=state_dir / "faust",
        consumer_group_instance_id=member,
        **FAUST_SETTINGS,
    )
    lifecycle = app.topic(topic, key_serializer="raw", value_serializer="raw")

    @app.agent(lifecycle, concurrency=1)
    async def take_over(stream: Any) -> None:
        async for event in stream.events():
            await accept_change(raw_message(event.message))

    return app
