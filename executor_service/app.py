"""Everything the executor reads, writes and does by itself, on one screen."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faust

from shared.kafka import FAUST_SETTINGS, RawMessage, raw_message
from shared.loops import Stop, Wake, run_passes

__all__ = ["Loop", "Once", "Part", "Parts", "Stop", "messages_app", "run"]

Once = Callable[[], Awaitable[float]]
"""A pass; returns for how many seconds there is nothing to do."""
Accept = Callable[[RawMessage], Awaitable[None]]
"""Accepts one message; never raises."""
Part = Callable[[Stop], Coroutine[Any, Any, None]]
"""Runs until told to stop, then lets what is in hand end."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A pass that is called over and over, and what wakes it."""

    name: str
    once: Once
    wake: Wake = field(default_factory=Wake)


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs in one process of the executor; which of it, its roles say."""

    always: Sequence[Part]
    """HTTP, how far the log is settled, and an end to sessions whose process stands still."""
    consumer: Sequence[Part] = ()
    """workflows.due.v1 and workflows.commands.v1 through Faust; crm.records.v1 in batches; the last day of due events
    again, once."""
    relay: Sequence[Part] = ()
    """workflows.lifecycle.v1, workflows.history.v1, workflows.log.v1, out of the log; dead letters to their topic."""
    projector: Sequence[Loop] = ()
    """The history, out of the log, and what needs review."""
    worker: Sequence[Loop] = ()
    """Evaluation, advance, losses, ends of occurrences."""
    pings: Sequence[Part] = ()
    """The sessions of the workers, kept alive while they wait."""


async def run(parts: Parts, stop: Stop) -> None:
    """Run everything until told to stop, and let what is in hand end."""
    async with asyncio.TaskGroup() as tasks:
        for part in (*parts.always, *parts.consumer, *parts.relay, *parts.pings):
            tasks.create_task(part(stop))
        for loop in (*parts.projector, *parts.worker):
            tasks.create_task(run_passes(loop.name, loop.once, stop=stop, wake=loop.wake))


def messages_app(
    group: str,
    member: str,
    *,
    bootstrap: str,
    state_dir: Path,
    due_topic: str,
    accept_due: Accept,
    commands_topic: str,
    accept_command: Accept,
) -> Any:
    """Return the Faust app that reads due events and commands, not started."""
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        datadir=state_dir / "faust",
        consumer_group_instance_id=member,
        **FAUST_SETTINGS,
    )
    due = app.topic(due_topic, key_serializer="raw", value_serializer="raw")
    commands = app.topic(commands_topic, key_serializer="raw", value_serializer="raw")

    @app.agent(due, concurrency=1)
    async def take_over(stream: Any) -> None:
        async for event in stream.events():
            await accept_due(raw_message(event.message))

    @app.agent(commands, concurrency=1)
    async def obey(stream: Any) -> None:
        async for event in stream.events():
            await accept_command(raw_message(event.message))

    return app
