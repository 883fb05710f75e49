"""Publishing again what was lost: by a word of the command line, while a relay runs or before it does."""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.contracts import DEAD_LETTER_SUFFIX
from shared.dead_letters import DeadLetters
from shared.kafka import RawMessage
from shared.postgres import Pool, connect
from shared.relay.republishing import republish_topics
from tests.conftest import ROOT, Database
from tests.integration.relay.test_relay import Stage, eventually
from tests.integration.relay.test_relay import stage as stage_of_relay

stage = stage_of_relay
AT = datetime(2026, 11, 27, 7, tzinfo=UTC)


async def _cursor(pool: Pool, topic: str) -> tuple[int, int]:
    row = await pool.fetchrow("SELECT position, epoch FROM relay_cursors WHERE topic = $1", topic)
    assert row is not None
    return row["position"], row["epoch"]


async def _with_cursors(pool: Pool, *topics: str) -> None:
    for topic in topics:
        await pool.execute("INSERT INTO relay_cursors (topic, position, epoch) VALUES ($1, 7, 1)", topic)


async def _run(database: Database, module: str, words: Sequence[str], prefix: str = "") -> tuple[int, str, str]:
    environment = {**os.environ, "WORKFLOWS_DATABASE_URL": database.url, "WORKFLOWS_TOPIC_PREFIX": prefix}
    environment.pop("WORKFLOWS_EXECUTOR_DATABASE_URL", None)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_all_topics_of_a_service_begin_a_new_epoch(database: Database, scheduler_pool: Pool) -> None:
    await _with_cursors(scheduler_pool, "p.workflows.due.v1")
    letters = DeadLetters(scheduler_pool)
    await letters.store(RawMessage("p.workflows.lifecycle.v1", 0, 1, AT, b"1", b"{", ()), reason="NOT_JSON", error="")
    await letters.mark_published([1])
    code, out, _ = await _run(database, "scheduler_service", ["republish"], prefix="p.")
    assert code == 0
    assert out.splitlines() == [
        "p.workflows.due.v1 is published again from its start",
        "p.workflows.lifecycle.v1.dead-letter is published again from its start",
    ]
    assert await _cursor(scheduler_pool, "p.workflows.due.v1") == (0, 2)
    assert len(await letters.unpublished(10)) == 1


async def test_a_topic_is_named_with_or_without_the_prefix_and_an_unknown_one_is_told(
    database: Database, executor_pool: Pool
) -> None:
    topics = [f"p.workflows.{word}.v1" for word in ("history", "log", "lifecycle")]
    await _with_cursors(executor_pool, *topics)
    words = ["republish", "workflows.history.v1", "p.workflows.log.v1", "workflows.due.v1"]
    code, out, err = await _run(database, "executor_service", words, prefix="p.")
    assert (code, len(out.splitlines())) == (3, 2)
    assert "nothing of p.workflows.due.v1 was ever published here" in err
    assert [await _cursor(executor_pool, topic) for topic in topics] == [(0, 2), (0, 2), (7, 1)]


async def test_a_topic_deleted_while_it_is_published_again_holds_everything_at_the_end(stage: Stage) -> None:
    await stage.append(*range(20))
    async with stage.relay() as relay:

        async def published() -> bool:
            return await stage.numbers() == list(range(20))

        await eventually(published)
        connection = await connect(stage.database.url, schema="scheduler")
        done = await republish_topics(connection, [stage.topic], prefix="")
        await connection.close()
        assert (done.begun, done.unknown) == ([stage.topic], [])
        await stage.delete()

        async def missed() -> bool:
            return "missing" in relay.stopped.get(stage.topic, "")

        await eventually(missed)
        await stage.declare()
        await stage.append(20)

        async def filled() -> bool:
            return sorted(set(await stage.numbers())) == list(range(21)) and not relay.stopped

        await eventually(filled)


async def test_dead_letters_fill_their_lost_topic_again(stage: Stage) -> None:
    letters = DeadLetters(stage.pool)
    for offset in range(3):
        await letters.store(RawMessage(stage.topic, 0, offset, AT, b"1", b"{", ()), reason="NOT_JSON", error="")
    async with stage.relay():

        async def copied() -> bool:
            return len(await stage.read(DEAD_LETTER_SUFFIX)) == 3

        await eventually(copied)

        async def noted() -> bool:
            return await letters.unpublished(1) == []

        await eventually(noted)
        assert await letters.publish_again(stage.topic) == 3

        async def copied_again() -> bool:
            return len(await stage.read(DEAD_LETTER_SUFFIX)) == 6

        await eventually(copied_again)


@pytest.mark.parametrize("names", [[], ["nothing"]])
async def test_where_nothing_was_published_nothing_is_published_again(scheduler_pool: Pool, names: list[str]) -> None:
    async with scheduler_pool.acquire() as connection:
        done = await republish_topics(connection, names, prefix="")  # type: ignore[arg-type] # the proxy
    assert (done.begun, done.unknown) == ([], names)
