"""`workflows dead-letters`: both services are asked, and what they answer is said."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI

from executor_service.account.store import KeyRing, create_key
from executor_service.bootstrap.dead_letters import letters_router
from executor_service.bootstrap.inbound import Inbound
from executor_service.web import Role, install_web
from scheduler_service.bootstrap import Scheduler
from shared.contracts import COMMANDS, LIFECYCLE
from shared.dead_letters import DeadLetters
from shared.loops import Stop
from shared.postgres import Pool, Transaction
from shared.serving import listen_at, serve_http
from tests.conftest import ROOT
from tests.integration.commands.conftest import command
from tests.integration.dead_letters.conftest import OPERATOR_KEY
from tests.integration.dead_letters.test_calls import broken


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command ended with."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The command in an environment that names both services."""

    folder: Path
    environment: dict[str, str]

    async def run(self, *words: str, **more: str) -> Answer:
        """Run it to its end."""
        script = "from executor_service.cli import main; main()"
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, "dead-letters", *words),
            cwd=self.folder,
            env=self.environment | more,
            stdout=pipe,
            stderr=pipe,
        )
        out, err = await process.communicate()
        return Answer(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def serving(api: FastAPI) -> AsyncIterator[str]:
    """Serve an application on a free port, and give its address."""
    listener, stop = listen_at("127.0.0.1", 0), Stop()
    task = asyncio.create_task(serve_http(api, listener, stop))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        await task


@pytest.fixture
async def workflows(
    executor_pool: Pool, inbound: Inbound, scheduler_service: Scheduler, tmp_path: Path
) -> AsyncIterator[CommandLine]:
    """The command with both services behind it."""
    async with Transaction(executor_pool) as work:
        key = (await create_key(work.connection, "publisher", Role.PUBLISHER)).key
        await work.commit()
    api = FastAPI()
    install_web(api, authenticate=KeyRing(executor_pool))
    api.include_router(letters_router(executor_pool, inbound.attempts))
    async with serving(api) as executor, serving(scheduler_service.api()) as scheduler:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKFLOWS_")}
        environment |= {"PYTHONPATH": str(ROOT), "WORKFLOWS_URL": executor, "WORKFLOWS_KEY": key}
        environment |= {"WORKFLOWS_SCHEDULER_URL": scheduler, "WORKFLOWS_OPERATOR_KEY": OPERATOR_KEY}
        yield CommandLine(tmp_path, environment)


async def test_letters_of_both_services_are_listed_shown_tried_again_and_put_aside(
    workflows: CommandLine, executor_pool: Pool, scheduler_pool: Pool
) -> None:
    await DeadLetters(executor_pool).store(command("run", 999), reason="INTERNAL", error="of ours")
    await DeadLetters(executor_pool).store(broken(COMMANDS), reason="NOT_JSON", error="at 1")
    await DeadLetters(scheduler_pool).store(broken(LIFECYCLE), reason="NOT_JSON", error="at 1")
    listed = await workflows.run("list", "--json")
    rows = [json.loads(line) for line in listed.out.splitlines()]
    names = [(row["service"], row["id"]) for row in rows]
    assert names == [("executor", "2"), ("executor", "1"), ("scheduler", "1")]
    shown = await workflows.run("show", "scheduler/1")
    assert (shown.code, LIFECYCLE in shown.out, shown.out.rstrip().endswith("{")) == (0, True, True)
    assert (await workflows.run("retry", "executor/1")).out == "executor/1 was taken\n"
    refused = await workflows.run("retry", "executor/2")
    assert (refused.code, refused.out.startswith("executor/2 was refused again: DUPLICATE_HEADER")) == (1, True)
    assert (await workflows.run("discard", "scheduler/1")).out == "scheduler/1 is put aside\n"
    left = await workflows.run("list", "--state", "open")
    assert [line.split()[0] for line in left.out.splitlines()] == ["LETTER", "executor/2"]


@pytest.mark.parametrize(
    ("words", "code"),
    [(["show", "1"], 2), (["show", "nobody/1"], 2), (["retry", "executor/7"], 3), (["discard", "scheduler/7"], 3)],
)
async def test_a_letter_that_is_not_there_ends_with_a_code(workflows: CommandLine, words: list[str], code: int) -> None:
    assert (await workflows.run(*words)).code == code


async def test_without_the_operators_key_the_scheduler_is_left_out_and_it_is_said(workflows: CommandLine) -> None:
    listed = await workflows.run("list", WORKFLOWS_OPERATOR_KEY="")
    assert (listed.code, "WORKFLOWS_OPERATOR_KEY" in listed.err) == (0, True)
    assert (await workflows.run("show", "scheduler/1", WORKFLOWS_OPERATOR_KEY="")).code == 7
    assert (await workflows.run("show", "scheduler/1", WORKFLOWS_OPERATOR_KEY="wrong")).code == 7
