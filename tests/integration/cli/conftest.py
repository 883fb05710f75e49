"""A running executor and the command that asks it, each in a process of its own."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.conftest import ROOT, with_database

COMMAND = [sys.executable, "-c", "from executor_service.cli import main; main()"]
DEADLINE_SECONDS = 60.0
_BETWEEN_LOOKS_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its JSON, one row a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def document(self) -> dict[str, Any]:
        """Its JSON, one document."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The `workflows` command in a folder, with an environment."""

    folder: Path
    environment: dict[str, str]

    @property
    def marker(self) -> str:
        """A word that no other test has."""
        return self.folder.name

    async def run(self, *words: str, stdin: bytes = b"") -> Answer:
        """Run a command to its end."""
        process = await asyncio.create_subprocess_exec(
            *(*COMMAND, *words),
            cwd=self.folder,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(stdin)
        return Answer(process.returncode or 0, out.decode(), err.decode())


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS), httpx2.AsyncClient() as client:
        while process.returncode is None:
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(_BETWEEN_LOOKS_SECONDS)
    raise AssertionError(f"the executor ended with {process.returncode}")


@pytest.fixture(scope="session")
async def signed_in(
    database_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, str]]:
    """The environment of an admin at an executor that all tests of this folder share."""
    folder = tmp_path_factory.mktemp("executor")
    name = f"cli_{os.getpid()}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    url = f"http://127.0.0.1:{_free_port()}"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "WORKFLOWS_URL": url,
        "WORKFLOWS_DATABASE_URL": with_database(database_url, name),
        "WORKFLOWS_HTTP_PORT": url.rpartition(":")[2],
        "WORKFLOWS_STATE_DIR": str(folder / "state"),
    }
    environment.pop("WORKFLOWS_KEY", None)
    made = await CommandLine(folder, environment).run("keys", "create", "--name", "test", "--role", "admin", "--json")
    assert made.code == 0, made.err
    words = [sys.executable, "-m", "executor_service", "--roles", "api,projector"]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*words, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        await _until_ready(url, process)
        yield environment | {"WORKFLOWS_KEY": made.document["key"]}
    finally:
        process.terminate()
        await process.wait()
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


@pytest.fixture
def workflows(signed_in: dict[str, str], tmp_path: Path) -> CommandLine:
    """The command in a folder of the test's own."""
    return CommandLine(tmp_path, signed_in)
