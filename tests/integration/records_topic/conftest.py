"""Messages about records, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import asyncpg
import orjson
import pytest

from executor_service.records.handlers.topic import take_batch
from executor_service.records.store.topic import TopicWork
from shared.contracts import RECORDS
from shared.kafka import RawMessage
from shared.postgres import Pool

AT = datetime(2026, 11, 27, 7, tzinfo=UTC)
READER = "workflows-executor-records.cluster"
_numbers = count(1)


@dataclass(slots=True)
class Desk:
    """Where batches of one partition arrive."""

    pool: Pool
    _offsets: "count[int]" = field(default_factory=count)

    def work(self) -> TopicWork:
        """Return a unit of work."""
        return TopicWork(self.pool)

    def message(self, word: str, data: Mapping[str, Any], *, key: str = "", value: bytes | None = None) -> RawMessage:
        """Return the next message of the partition."""
        return message(word, data, key=key, value=value, offset=next(self._offsets))

    def upserted(self, email: str, /, **properties: Any) -> RawMessage:
        """Return a message about the contact with an address."""
        return self.message("upserted", upserted(email, **properties), key=f"0-1/{email}")

    def changed(self, record_id: int, **properties: Any) -> RawMessage:
        """Return a message about a contact by its id."""
        data = {"objectTypeId": "0-1", "id": str(record_id), "properties": properties}
        return self.message("upserted", data, key=f"0-1/{record_id}")

    def archived(self, record_id: int) -> RawMessage:
        """Return a message about a contact that is gone."""
        return self.message("archived", {"objectTypeId": "0-1", "id": str(record_id)}, key=f"0-1/{record_id}")

    async def take(self, *messages: RawMessage) -> None:
        """Take a batch."""
        await take_batch(READER, messages, open_work=self.work)

    async def record(self, email: str) -> asyncpg.Record | None:
        """Return the record that has an address."""
        return await self.pool.fetchrow(
            "SELECT records.id, properties, archived_at FROM record_keys JOIN records ON records.id = record_id "
            "WHERE property = 'email' AND value = $1",
            email,
        )

    async def values(self, email: str) -> dict[str, Any] | None:
        """Return the values of the record that has an address."""
        row = await self.record(email)
        return None if row is None else row["properties"]

    async def id_of(self, email: str) -> int:
        """Return the id of the record that has an address."""
        row = await self.record(email)
        assert row is not None
        return int(row["id"])

    async def letters(self) -> list[tuple[int, str, str]]:
        """Return offset, reason and error of the dead letters, by offset."""
        rows = await self.pool.fetch('SELECT "offset", reason, error FROM dead_letters ORDER BY "offset"')
        return [(row["offset"], row["reason"], row["error"]) for row in rows]

    async def changes(self) -> int:
        """Return how many changes of values were noted."""
        return int(await self.pool.fetchval("SELECT count(*) FROM property_changes"))


def upserted(email: str, /, **properties: Any) -> dict[str, Any]:
    """Return what is told of the contact with an address."""
    return {"objectTypeId": "0-1", "idProperty": "email", "idValue": email, "properties": properties}


def message(word: str, data: Mapping[str, Any], *, key: str, offset: int = 0, value: bytes | None = None) -> RawMessage:
    """Return a message about a record in binary mode."""
    headers = {"ce_specversion": "1.0", "ce_id": str(next(_numbers)), "ce_source": "/crm"}
    headers["ce_type"] = f"crm.record.{word}.v1"
    body = orjson.dumps(data) if value is None else value
    return RawMessage(
        RECORDS,
        0,
        offset,
        AT,
        key.encode() or None,
        body,
        tuple((name, text.encode()) for name, text in headers.items()),
    )


@pytest.fixture
def desk(executor_pool: Pool) -> Desk:
    """A desk on a database of the test's own."""
    return Desk(executor_pool)
