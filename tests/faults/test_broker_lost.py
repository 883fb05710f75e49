"""The broker is away while a thousand records are updated, and later loses its data: the topics are filled again."""

import asyncio
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import pytest

from deploy.local.servers import Servers
from deploy.local.services import ROOT
from shared.contracts import TOPICS
from shared.kafka import declare_topics, prefixed
from tests.e2e.flows import SetTo
from tests.e2e.stage import Stage
from tests.e2e.topics import Seen, read_topic
from tests.e2e.waiting import eventually
from tests.faults.ground import Ground
from tests.faults.judge.evidence import HISTORY

pytestmark = pytest.mark.long

STEPS: Final = (SetTo("jobtitle", "Lead"), SetTo("city", "Oslo"), SetTo("company", "Acme"))
# An enrollment, each step and the end a record; the evaluation and the end of the occurrence.
A_RECORD: Final = len(STEPS) + 2
AN_OCCURRENCE: Final = 2


async def ran(stage: Stage, workflow_id: int) -> dict[str, Any]:
    """Wait until the one occurrence that was asked for has ended, by the API alone."""

    async def look() -> dict[str, Any] | None:
        rows = await stage.rows(f"/v1/workflows/{workflow_id}/occurrences")
        ended = [row for row in rows if row["trigger"] == "RUN_NOW" and row["completedAt"] is not None]
        return ended[0] if ended else None

    return await eventually("the run has ended", look)


async def history_of(stage: Stage, workflow_id: int, *, messages: int) -> list[Seen]:
    """Return what the history topic says of a workflow, once it says so much."""

    def about(seen: Sequence[Seen]) -> list[Seen]:
        return [message for message in seen if message.data["workflowId"] == str(workflow_id)]

    seen = await read_topic(stage.kafka, stage.topic(HISTORY), until=lambda seen: len({m.id for m in seen}) >= messages)
    return about(seen)


def check_order(seen: Sequence[Seen]) -> None:
    """Hold each key to the order of the log, and each repeated message to its first bytes."""
    first: dict[str, Seen] = {}
    places: dict[bytes | None, list[str]] = defaultdict(list)
    for message in seen:
        known = first.setdefault(message.id, message)
        assert (known.key, known.value, known.headers) == (message.key, message.value, message.headers)
        if known is message:
            places[message.key].append(message.header("ce_sequence"))
    assert [key for key, sequence in places.items() if sequence != sorted(sequence)] == []


async def republish(stage: Stage) -> None:
    """Publish all of the executor's topics again, as the command does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "executor_service", "republish"),
        cwd=ROOT,
        env=stage.surroundings.environment({}, stage.surroundings.state.folder("services", "republish")),
    )
    assert await process.wait() == 0


async def test_updates_made_while_the_broker_is_away_are_all_told_in_order_and_again_after_its_loss(
    own_ground: Ground, own_servers: Servers
) -> None:
    broker = own_servers.kafka_broker
    async with own_ground.stage() as stage:
        plan = await own_ground.plan(stage, *STEPS, in_minutes=120)
        expected = len(own_ground.crm.leads) * A_RECORD + AN_OCCURRENCE
        await broker.kill()
        await stage.post(f"/v1/workflows/{plan.workflow_id}/run")
        row = await ran(stage, plan.workflow_id)
        assert row["counts"]["completed"] == len(own_ground.crm.leads)

        began = perf_counter()
        await broker.start()
        await stage.process("executor").kill()
        await stage.revive("executor")
        seen = await history_of(stage, plan.workflow_id, messages=expected)
        print(f"all told {perf_counter() - began:.1f} s after the broker came back")
        assert len({message.id for message in seen}) == expected
        check_order(seen)
        told = {message.id: message.value for message in seen}

        await broker.kill()
        await asyncio.to_thread(shutil.rmtree, own_servers.state.folder("kafka") / "data")
        await broker.start()
        await declare_topics(own_servers.kafka, prefixed(own_ground.prefix, TOPICS))
        await republish(stage)
        again = await history_of(stage, plan.workflow_id, messages=expected)
        assert {message.id: message.value for message in again} == told
        check_order(again)
