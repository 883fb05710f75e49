"""A service as a process, and what it says of itself."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx2
import orjson

from deploy.local.ports import free_port
from tests.conftest import ROOT

Module = Literal["executor_service", "scheduler_service"]
PORTS: Mapping[Module, str] = {
    "executor_service": "WORKFLOWS_HTTP_PORT",
    "scheduler_service": "WORKFLOWS_SCHEDULER_HTTP_PORT",
}
NOWHERE = "127.0.0.1:9"
DEADLINE_SECONDS = 60.0
OK = 200


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its code, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Running:
    """A process that runs, with the file of its log."""

    process: Process
    url: str
    log: Path

    async def answer(self, path: str) -> httpx2.Response:
        """Return what it answers, as soon as it does."""
        async with asyncio.timeout(DEADLINE_SECONDS), httpx2.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    return await client.get(self.url + path)
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (await self.answer("/readyz")).status_code != OK:  # noqa: ASYNC110 # another process
                await asyncio.sleep(0.05)

    async def says(self, sentence: str) -> dict[str, Any]:
        """Return the first line of its log with a sentence, as soon as it is there."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                for line in self.lines():
                    if line["event"] == sentence:
                        return line
                await asyncio.sleep(0.05)

    def lines(self) -> list[dict[str, Any]]:
        """Return what it has logged; every line of it is JSON."""
        whole = self.log.read_bytes().rpartition(b"\n")[0]
        return [orjson.loads(line) for line in whole.splitlines()]

    async def leave(self, within_seconds: float = 15) -> int:
        """Tell it to leave and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within_seconds):
            return await self.process.wait()


async def run(module: Module, *words: str, environment: Mapping[str, str]) -> Ended:
    """Run a process to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words), cwd=ROOT, env=_environment(environment), stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(DEADLINE_SECONDS):
        out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def running(module: Module, *words: str, environment: Mapping[str, str], folder: Path) -> AsyncIterator[Running]:
    """Let a process run, and kill it at the end if it still does."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 # a folder on this machine
    port = free_port()
    whole = _environment({"WORKFLOWS_STATE_DIR": str(folder / "state"), PORTS[module]: str(port), **environment})
    log = folder / "log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *words), cwd=ROOT, env=whole, stdout=file, stderr=file
        )
    try:
        yield Running(process, f"http://127.0.0.1:{port}", log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WORKFLOWS_")}
    return inherited | dict(own)
