"""`tail` and `replay`, against a running executor."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.integration.cli.conftest import COMMAND, DEADLINE_SECONDS, CommandLine
from tests.integration.cli.test_workflow_commands import write_flow


@asynccontextmanager
async def following(workflows: CommandLine, *words: str) -> AsyncIterator[asyncio.StreamReader]:
    """What a `tail -f` that runs writes."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "tail", "-f", "--json", *words),
        cwd=workflows.folder,
        env=workflows.environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield process.stdout
    finally:
        process.terminate()
        await process.wait()


async def next_event(lines: asyncio.StreamReader) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await lines.readline())
    return found


async def test_tail_follows_what_comes(workflows: CommandLine) -> None:
    path = write_flow(workflows)
    ident = (await workflows.run("apply", "-f", str(path), "--json")).document["id"]
    async with following(workflows, "--stream", f"workflow-{ident}", "--after", "0") as lines:
        first = await next_event(lines)
        on = await workflows.run("turn-on", ident)
        second = await next_event(lines)

    assert on.code == 0, on.err
    assert [first["type"], second["type"]] == ["WorkflowSaved", "WorkflowTurnedOn"]


async def test_tail_shows_the_newest_events_and_ends(workflows: CommandLine) -> None:
    await workflows.run("apply", "-f", str(write_flow(workflows)))

    two = await workflows.run("tail", "-n", "2", "--json")
    text = await workflows.run("tail", "-n", "1")

    assert len(two.rows) == 2, two.err
    assert two.rows[-1]["type"] == "WorkflowSaved"
    assert text.out.split()[0] == str(two.rows[-1]["position"])


async def test_a_replay_says_that_the_history_is_what_the_log_says(workflows: CommandLine) -> None:
    await workflows.run("apply", "-f", str(write_flow(workflows)))

    answer = await workflows.run("replay", "--json")
    said = await workflows.run("replay")

    assert (answer.code, answer.document["difference"]) == (0, None), answer.err
    assert said.out.startswith("The history is what the log says: ")
