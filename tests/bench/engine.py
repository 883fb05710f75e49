"""The engine under measurement: real services as processes, a rule clock that is moved instead of waited for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx2

from deploy.local.prepare import create_key
from deploy.local.services import Launch, Services, Surroundings, running_services
from shared.contracts import HISTORY
from shared.postgres import Connection

_PREFIX_VARIABLE = "WORKFLOWS_TOPIC_PREFIX"
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 600
_SHIFT = "UPDATE {schema}.rule_clock SET shift = $1"
_NOW = "SELECT executor.rule_time()"
_ENDED = "SELECT completed_at IS NOT NULL FROM history.occurrences WHERE workflow_id = $1 AND due_at = $2"
_DUE = "SELECT recorded_at FROM scheduler.events WHERE type = 'OccurrenceDue' AND data->>'workflowId' = $1"
_HIGHEST = "SELECT max(position) FROM executor.events"
_PUBLISHED = "SELECT position FROM executor.relay_cursors WHERE topic = $1"


@dataclass(frozen=True, slots=True)
class OwnTopics(Surroundings):
    """A database with topics of its own, or its services would read what those of others wrote."""

    topic_prefix: str

    def environment(self, extra: Mapping[str, str], folder: Path) -> dict[str, str]:
        """See Surroundings."""
        return Surroundings.environment(self, {_PREFIX_VARIABLE: self.topic_prefix, **extra}, folder)


@dataclass(slots=True)
class Engine:
    """Services that run, and what the benchmark looks at them with."""

    surroundings: OwnTopics
    services: Services
    connection: Connection
    client: httpx2.AsyncClient

    def topic(self, name: str) -> str:
        """The name that a topic has here."""
        return self.surroundings.topic_prefix + name

    async def create(self, document: dict[str, object]) -> int:
        """Create a workflow and return its id."""
        answer = await self.client.post("/automation/v4/flows", json=document)
        answer.raise_for_status()
        return int(answer.json()["id"])

    async def turn_off(self, workflow_id: int) -> None:
        """Turn a workflow off; its row is not waited for, since nobody may be projecting."""
        answer = await self.client.post(f"/v1/workflows/{workflow_id}/turn-off")
        if answer.status_code not in {200, 202, 409}:
            answer.raise_for_status()

    async def now(self) -> datetime:
        """The instant by which rules decide."""
        now: datetime = await self.connection.fetchval(_NOW)
        return now

    async def move_clock_to(self, instant: datetime) -> None:
        """Let the rule clock stand just behind an instant; it goes on from there."""
        shift = await self.connection.fetchval("SELECT $1 - clock_timestamp()", instant)
        for schema in ("scheduler", "executor"):
            await self.connection.execute(_SHIFT.format(schema=schema), shift)

    async def run_once(self, document: dict[str, object]) -> float:
        """Create a workflow, let it come due, and return the seconds from its due event until all is published."""
        workflow_id = await self.create(document)
        due_at = _due_after(await self.now(), document)
        await self._wait_until_planned(workflow_id, due_at)
        await self.move_clock_to(due_at - timedelta(milliseconds=1))
        await self.wait_for(_ENDED, workflow_id, due_at, want=bool)
        highest = await self.connection.fetchval(_HIGHEST)
        await self.wait_for(
            _PUBLISHED, self.topic(HISTORY), want=lambda position: position is not None and position >= highest
        )
        began: datetime = await self.connection.fetchval(_DUE, str(workflow_id))
        return (await self.now() - began).total_seconds()

    async def _wait_until_planned(self, workflow_id: int, due_at: datetime) -> None:
        query = "SELECT next_due_at = $2 FROM scheduler.schedules WHERE workflow_id = $1"
        await self.wait_for(query, workflow_id, due_at, want=bool)

    async def wait_for(self, query: str, *parameters: Any, want: Callable[[Any], bool]) -> None:
        """Wait until the value that a query returns is what is wanted."""
        deadline = perf_counter() + _PATIENCE_SECONDS
        while not want(await self.connection.fetchval(query, *parameters)):
            if perf_counter() > deadline:
                raise TimeoutError(query)
            await asyncio.sleep(_LOOK_SECONDS)


def _due_after(now: datetime, document: Any) -> datetime:
    time = document["enrollmentSchedule"]["timeOfDay"]
    due_at = datetime(now.year, now.month, now.day, time["hour"], time["minute"], tzinfo=UTC)
    return due_at if due_at > now else due_at + timedelta(days=1)


@asynccontextmanager
async def running_engine(
    surroundings: OwnTopics, connection: Connection, *, executors: Sequence[Launch]
) -> AsyncIterator[Engine]:
    """Run one scheduler and these executors on a migrated database."""
    key = await create_key(surroundings, "bench")
    async with running_services(surroundings, executors=executors) as services:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(base_url=services.executors[0].url, headers=headers, timeout=60) as client:
            yield Engine(surroundings, services, connection, client)
