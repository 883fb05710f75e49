"""A server or service as a child process that can be started, stopped, killed, frozen and thawed singly.

What is to be started is a `Program`; this module knows nothing of PostgreSQL, Kafka or the services. The process is
waited for by asking, not by a callback of one event loop, so that a child may be started in one loop and stopped in
another.
"""

import asyncio
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from deploy.local.locks import take_lock_within
from deploy.local.processes import Command, ProcessRecord, spawn
from deploy.local.state import State

_PAUSE_SECONDS = 0.02
_LAST_ONE_GONE_WITHIN_SECONDS = 20
_READY_WITHIN_SECONDS = 90
_TAIL_BYTES = 2_000

Report = Callable[[str], None]


def say_nothing(_sentence: str) -> None:
    """Report to nobody."""


class Program(Protocol):
    """What a child process runs."""

    name: str
    stop_signal: signal.Signals
    stop_within_seconds: float
    tries: int
    """How often it is started when it ends before it is ready; more than one for what may find its port just taken."""

    async def command(self) -> Command:
        """Make ready what the start needs and tell what to start; nobody else runs on the same data meanwhile."""
        ...

    async def answers(self) -> bool:
        """Tell whether it really serves now."""
        ...


class NotReadyError(Exception):
    """A child process ended, or never answered, after its start."""

    def __init__(self, name: str, exit_code: int | None, log: str) -> None:
        what = "did not answer in time" if exit_code is None else f"ended with exit code {exit_code}"
        super().__init__(f"{name} was started and {what}. The end of its log:\n{log}")
        self.name = name
        self.exit_code = exit_code
        self.log = log


class ChildStartedError(Exception):
    """A child process was to be started that runs already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} runs already")
        self.name = name


class Child:
    """One process of ours; every method may be called at any time, but for starting what runs."""

    def __init__(self, program: Program, state: State) -> None:
        self.name = program.name
        self.log = state.logs / f"{program.name}.log"
        self._program = program
        self._state = state
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives; a frozen one does."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of the process that was last started; 0 before the first start."""
        return 0 if self._process is None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How the last process ended: its code, or minus the signal; None while it lives or before the first start."""
        return None if self._process is None else self._process.poll()

    async def start(self) -> None:
        """Start it and return when it serves."""
        await self.launch()
        await self.ready()

    async def launch(self) -> None:
        """Start it and return at once; `ready` waits until it serves."""
        if self.running:
            raise ChildStartedError(self.name)
        lock = await take_lock_within(self._state.lock_file(self.name), _LAST_ONE_GONE_WITHIN_SECONDS)
        try:
            command = await self._program.command()
            self._process = spawn(command, self._program.stop_signal, keep_open=lock)
        finally:
            os.close(lock)
        self._state.remember(ProcessRecord.of(self.name, self._process.pid, self._program.stop_signal))

    async def ready(self, within_seconds: float = _READY_WITHIN_SECONDS) -> None:
        """Wait until it serves; raise `NotReadyError` if it ends first or takes longer."""
        deadline = time.monotonic() + within_seconds
        tries_left = self._program.tries - 1
        while not await self._program.answers():
            if not self.running and tries_left > 0:
                tries_left -= 1
                await self.launch()
            elif not self.running or time.monotonic() > deadline:
                raise NotReadyError(self.name, self.exit_code, self._log_end())
            await asyncio.sleep(_PAUSE_SECONDS)

    async def stop(self) -> None:
        """Ask it to leave and wait; kill it when it does not leave in its time."""
        if self._process is None:
            return
        self._signal(self._program.stop_signal)
        self.thaw()
        if not await self._ended_within(self._program.stop_within_seconds):
            await self.kill()
        self._state.forget(self.name)

    async def kill(self) -> None:
        """End it as a crash would (SIGKILL), and wait until it is gone."""
        self._signal(signal.SIGKILL)
        await self.ended()

    def freeze(self) -> None:
        """Stop its clock: it lives, holds what it holds, and does nothing (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on where it stood (SIGCONT)."""
        self._signal(signal.SIGCONT)

    async def ended(self) -> None:
        """Wait until it has ended, for whatever reason."""
        await self._ended_within(math.inf)

    async def _ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:  # noqa: ASYNC110  # no event loop tells of it, see above
            await asyncio.sleep(_PAUSE_SECONDS)
        return not self.running

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _log_end(self) -> str:
        return self.log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")


async def stop_together(children: Sequence[Child]) -> None:
    """Stop all of them at the same time."""
    async with asyncio.TaskGroup() as stopping:
        for child in children:
            stopping.create_task(child.stop())
