"""Commands, and the workflows that they are about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson
import pytest

from executor_service.bootstrap.inbound import Inbound
from executor_service.execution.actions import Catalogue
from executor_service.settings import Settings
from shared.contracts import COMMANDS
from shared.failpoints import switch_on
from shared.kafka import RawMessage
from shared.postgres import Pool
from tests.conftest import Database
from tests.integration.execution.conftest import World

AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
_offsets = count(1)


def command(
    word: str, workflow_id: int, *record_ids: int, command_id: str = "4b1d", value: bytes | None = None, **more: Any
) -> RawMessage:
    """Return a command in binary mode."""
    headers = {"ce_specversion": "1.0", "ce_id": command_id, "ce_source": "/crm"}
    headers["ce_type"] = f"workflows.command.{word}" if word.endswith(".v2") else f"workflows.command.{word}.v1"
    data: dict[str, Any] = {"workflowId": str(workflow_id), **more}
    if record_ids:
        data["recordIds"] = [str(record_id) for record_id in record_ids]
    body = orjson.dumps(data) if value is None else value
    pairs = tuple((name, text.encode()) for name, text in headers.items())
    return RawMessage(COMMANDS, 0, next(_offsets), AT, str(workflow_id).encode(), body, pairs)


def structured(word: str, workflow_id: int, *record_ids: int, command_id: str = "4b1d") -> RawMessage:
    """Return a command in structured mode."""
    binary = command(word, workflow_id, *record_ids, command_id=command_id)
    named = {name.removeprefix("ce_"): content.decode() for name, content in binary.headers}
    body = orjson.dumps({**named, "data": orjson.loads(binary.value or b"")})
    headers = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    return RawMessage(COMMANDS, 0, next(_offsets), AT, binary.key, body, headers)


@dataclass(slots=True)
class Desk:
    """Where commands arrive."""

    inbound: Inbound
    world: World
    pool: Pool

    async def accept(self, *messages: RawMessage) -> None:
        """Accept commands."""
        for message in messages:
            await self.inbound.accept_command(message)

    async def occurrences(self) -> list[tuple[str, str]]:
        """Return trigger and state of all occurrences, in the order of their instants."""
        rows = await self.pool.fetch("SELECT trigger, state FROM occurrences ORDER BY due_at, id")
        return [(row["trigger"], row["state"]) for row in rows]

    async def refusals(self) -> list[tuple[str, str, str]]:
        """Return workflow, command and reason of what was refused."""
        events = await self.world.events("CommandRefused")
        return [(event.data["workflowId"], event.data["commandId"], event.data["reason"]) for event in events]

    async def letters(self) -> list[str]:
        """Return the reasons of the dead letters, oldest first."""
        return [row["reason"] for row in await self.pool.fetch("SELECT reason FROM dead_letters ORDER BY id")]

    async def is_on(self, workflow_id: int) -> bool:
        """Tell whether a workflow is on."""
        return bool(await self.pool.fetchval("SELECT is_enabled FROM workflows WHERE id = $1", workflow_id))


@pytest.fixture
async def world(database: Database, executor_pool: Pool) -> AsyncIterator[World]:
    """A migrated executor without workflows and records."""
    made = World(database.url, executor_pool)
    yield made
    switch_on("")
    for session in made.sessions:
        await session.close()


@pytest.fixture
def desk(database: Database, executor_pool: Pool, world: World) -> Desk:
    """A desk whose topics are never read: its messages are handed to it."""
    settings = Settings(database_url=database.url, kafka="127.0.0.1:1")
    return Desk(Inbound(settings, executor_pool, lower=world.lower, catalogue=Catalogue()), world, executor_pool)
