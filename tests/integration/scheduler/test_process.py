"""The scheduler as a process, with real servers: a lifecycle message in, due events out."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import orjson

from scheduler_service.handlers import apply_change
from scheduler_service.store import SchedulerWork
from shared.cloud_events import encode
from shared.contracts import DUE, LIFECYCLE, WorkflowTurnedOn, scheduled_occurrence_id
from shared.kafka import RawMessage, make_producer, reread
from shared.postgres import Pool
from tests.conftest import Database

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 60.0
DAILY_AT_8 = {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where one test's scheduler lives; the prefix keeps its topics apart."""

    environment: dict[str, str]
    kafka: str
    prefix: str
    port: int

    async def ready(self) -> dict[str, Any]:
        """Return what the process says of itself."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{self.port}/readyz")
        body: dict[str, Any] = orjson.loads(answer.content)
        return body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def surroundings(database: Database, kafka: str, tmp_path: Path) -> Surroundings:
    port, prefix = free_port(), f"{database.url.rsplit('/', 1)[-1]}."
    environment = {
        **os.environ,
        "WORKFLOWS_DATABASE_URL": database.url,
        "WORKFLOWS_KAFKA": kafka,
        "WORKFLOWS_TOPIC_PREFIX": prefix,
        "WORKFLOWS_STATE_DIR": str(tmp_path / "state"),
        "WORKFLOWS_SCHEDULER_HTTP_PORT": str(port),
    }
    return Surroundings(environment, kafka, prefix, port)


@asynccontextmanager
async def running(around: Surroundings, *words: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scheduler_service", *words, cwd=ROOT, env=around.environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def eventually(look: Callable[[], Any]) -> Any:
    """Ask until the answer is true, and return it; an answer that never comes fails the test."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                if found := await look():
                    return found
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)


async def send_change(around: Surroundings, version: int, type_: str, data: dict[str, Any]) -> None:
    message = encode(
        topic=around.prefix + LIFECYCLE,
        key="7",
        message_id=UUID(int=version),
        type=f"workflows.workflow.{type_}.v1",
        service="executor",
        time=datetime.now(UTC),  # noqa: TID251 # a message's own time decides nothing
        position=version,
        data={"workflowId": "7", "revisionId": "1", "version": version, **data},
    )
    await send(around, message.key, message.value, list(message.headers))


async def send(around: Surroundings, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    producer = make_producer(around.kafka)
    await producer.start()
    try:
        await producer.send_and_wait(around.prefix + LIFECYCLE, value, key, headers=headers)
    finally:
        await producer.stop()


async def messages_of(around: Surroundings, topic: str) -> list[RawMessage]:
    found: list[RawMessage] = []

    async def handle(message: RawMessage) -> None:
        found.append(message)

    await reread(around.kafka, around.prefix + topic, handle=handle)
    return found


async def turn_on(pool: Pool) -> None:
    """Turn a workflow on, without a broker, and let its first occurrence come due."""

    async def unknown(_: int) -> int:
        return 0

    message = WorkflowTurnedOn(
        workflow_id="7",
        revision_id="1",
        version=1,
        effective_at=await pool.fetchval("SELECT rule_time()"),
        schedule=DAILY_AT_8,
        time_zone_id="UTC",
    )
    await apply_change(message, open_work=partial(SchedulerWork, pool), known_version=unknown)
    await pool.execute("UPDATE rule_clock SET shift = (SELECT min(next_due_at) FROM schedules) - clock_timestamp()")


async def stop_with(process: Process, seconds: float) -> int:
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(seconds):
        return await process.wait()


async def test_a_lifecycle_message_becomes_a_due_event_in_the_topic(
    database: Database, kafka: str, scheduler_pool: Pool, tmp_path: Path
) -> None:
    around = surroundings(database, kafka, tmp_path)
    async with running(around, "migrate") as migration:
        assert await migration.wait() == 0
    now: datetime = await scheduler_pool.fetchval("SELECT rule_time()")

    async with running(around) as scheduler:
        await eventually(lambda: _is_ready(around))
        await send(around, b"7", b"not JSON", [("ce_id", b"1")])
        turned_on = {"effectiveAt": now.isoformat(), "schedule": DAILY_AT_8, "timeZoneId": "UTC"}
        await send_change(around, 1, "turned-on", turned_on)
        due_at: datetime = await eventually(lambda: scheduler_pool.fetchval("SELECT next_due_at FROM schedules"))
        await scheduler_pool.execute("UPDATE rule_clock SET shift = $1 - clock_timestamp()", due_at)

        due = await eventually(lambda: _due_messages(around))
        copies = await eventually(lambda: messages_of(around, LIFECYCLE + ".dead-letter"))
        assert await stop_with(scheduler, 15) == 0

    assert (due_at.hour, due_at.minute) == (8, 0)
    assert [(each["dueAt"], each["occurrenceId"]) for each in due] == [
        (f"{due_at:%Y-%m-%dT%H:%M:%SZ}", str(scheduled_occurrence_id(7, due_at)))
    ]
    assert [copy.value for copy in copies] == [b"not JSON"]
    assert dict(copies[0].headers)["dl-reason"] == b"NOT_JSON"


async def _due_messages(around: Surroundings) -> list[dict[str, Any]]:
    found = await messages_of(around, DUE)
    return [
        orjson.loads(message.value or b"")
        for message in found
        if dict(message.headers)["ce_type"] == b"workflows.occurrence.due.v1"
    ]


async def _is_ready(around: Surroundings) -> bool:
    return not (await around.ready())["troubles"]


async def test_a_scheduler_whose_broker_is_away_decides_all_the_same_and_leaves_when_told(
    database: Database, scheduler_pool: Pool, tmp_path: Path
) -> None:
    around = surroundings(database, f"127.0.0.1:{free_port()}", tmp_path)
    await turn_on(scheduler_pool)

    async with running(around) as scheduler:
        await eventually(lambda: scheduler_pool.fetchval("SELECT true FROM events WHERE type = 'OccurrenceDue'"))
        ready = await around.ready()
        assert await stop_with(scheduler, 15) == 0

    assert ready["status"] == "not ready"
    assert "lifecycle" in ready["troubles"]
    assert [row["type"] for row in await scheduler_pool.fetch("SELECT type FROM events ORDER BY position")] == [
        "ScheduleSet",
        "OccurrenceDue",
    ]
