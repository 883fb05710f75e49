"""How far each topic has been published: stored by compare-and-set on holder and epoch.

The holder changes when another process takes the relay over, the epoch when a topic is published from the start. Either
makes what the old holder still wants to store void: it raises CursorMovedError, and whoever gets it reads again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import asyncpg

from shared.event_store import Append, NewEvent
from shared.postgres import Connection, Pool, Transaction, load_queries
from shared.postgres_event_store import PostgresEventStore

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to `position` has been published.

    `ends` is the highest acknowledged offset + 1 a partition, `sequences` the `ce_sequence` of the message before it.
    `lost`: the topic was lost, and what stands in it is to be deleted before anything is sent.
    """

    position: int
    epoch: int
    ends: Mapping[int, int] = field(default_factory=dict)
    sequences: Mapping[int, str | None] = field(default_factory=dict)
    lost: bool = False


class CursorMovedError(RuntimeError):
    """The cursor is no more what was known: another holder, or a new epoch."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the cursor of {topic} was moved by somebody else")
        self.topic = topic


class HolderChangedError(RuntimeError):
    """Another process publishes this topic now."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"{topic} is published by another holder")
        self.topic = topic


class Cursors:
    """The cursor of one topic, in the hands of one holder."""

    def __init__(self, pool: Pool, *, topic: str, holder: str) -> None:
        self._pool = pool
        self._topic = topic
        self._holder = holder

    async def take_over(self) -> Cursor:
        """Become the holder and return the cursor; a topic that has none begins at 0."""
        rows = await self._pool.fetch(_QUERIES["take_over"], self._topic, self._holder)
        return _to_cursor(rows[0])

    async def read(self) -> Cursor:
        """Return the cursor as it stands; raises HolderChangedError."""
        row = await self._pool.fetchrow(_QUERIES["read"], self._topic, self._holder)
        if row is None:
            raise HolderChangedError(self._topic)
        return _to_cursor(row)

    async def store(self, cursor: Cursor) -> None:
        """Store a cursor of the epoch known, whose topic is not lost any more; raises CursorMovedError."""
        async with self._pool.acquire() as connection:
            await self._store(connection, cursor)  # type: ignore[arg-type] # the pool's proxy stands for it

    async def step_over(self, cursor: Cursor, *, position: int, reason: str) -> None:
        """Store a cursor and record, in the same transaction, that the event at a position was not published."""
        stream = f"relay-{self._topic}"
        data = {"position": position, "topic": self._topic, "reason": reason}
        async with Transaction(self._pool) as work:
            await self._store(work.connection, cursor)
            log = PostgresEventStore(work.connection)
            version = (await log.versions([stream]))[stream]
            await log.append([Append(stream, version, [NewEvent("PublishFailed", data)])])
            await work.commit()

    async def restart(self, cursor: Cursor) -> Cursor:
        """Go back to the start under a new epoch, because the topic was lost; raises CursorMovedError."""
        epoch = await self._pool.fetchval(_QUERIES["restart"], self._topic, self._holder, cursor.epoch)
        if epoch is None:
            raise CursorMovedError(self._topic)
        return Cursor(position=0, epoch=epoch, lost=True)

    async def _store(self, connection: Connection, cursor: Cursor) -> None:
        ends = {str(partition): end for partition, end in cursor.ends.items()}
        sequences = {str(partition): sequence for partition, sequence in cursor.sequences.items()}
        stored = await connection.fetchval(
            _QUERIES["store"], self._topic, self._holder, cursor.epoch, cursor.position, ends, sequences
        )
        if stored is None:
            raise CursorMovedError(self._topic)


async def published_topics(source: Pool | Connection) -> list[str]:
    """Return the topics of which something was published, or is about to be, by name."""
    return [row["topic"] for row in await source.fetch(_QUERIES["topics"])]


async def republish(source: Pool | Connection, topic: str) -> bool:
    """Have a topic published again from the start of the log; False when nothing of it was ever published.

    The running relay notices it at its next look. What stands in the topic stays; readers drop it by id or sequence.
    """
    return await source.fetchval(_QUERIES["republish"], topic) is not None


def _to_cursor(row: asyncpg.Record) -> Cursor:
    return Cursor(
        position=row["position"],
        epoch=row["epoch"],
        ends={int(partition): end for partition, end in row["ends"].items()},
        sequences={int(partition): sequence for partition, sequence in row["sequences"].items()},
        lost=row["lost"],
    )
