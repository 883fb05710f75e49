"""Dead letters: messages that could not be understood, kept with their bytes and their reason.

The row is the truth, because it can be erased; `<topic>.dead-letter` gets a copy from the relay (`copy_of`). A letter
is open until somebody discards it, or a retry hands it to the handler of its topic and it is taken as if it had just
come; one that is refused again stays as it was, with the newer reason.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import asyncpg

from shared.cloud_events import Message
from shared.contracts import DEAD_LETTER_SUFFIX, instant_text
from shared.kafka.acceptance import RawMessage, Refusal
from shared.postgres import Connection, Pool, load_queries

_QUERIES = load_queries(__file__)
_LONGEST_ERROR_BYTES: Final = 1_024
_LONGEST_REASON: Final = 100
_MOST_COUNTED: Final = 10_000
_SAMPLE: Final = 10

State = Literal["OPEN", "RETRIED", "DISCARDED"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stored dead letter. In a list its message has neither value nor headers."""

    id: int
    message: RawMessage
    reason: str
    error: str
    state: State
    attempts: int
    """How often a retry was begun."""


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open dead letters of one topic with one reason; `sample` are ids of the newest ones."""

    topic: str
    reason: str
    count: int
    first_at: datetime
    last_at: datetime
    sample: list[int]


class DeadLetters:
    """The dead letters of one service."""

    def __init__(self, source: Pool | Connection) -> None:
        self._source = source

    async def store(self, message: RawMessage, *, reason: str, error: str) -> None:
        """Store a message with its reason; again: changes nothing. `error` is cut at 1 KB."""
        await self._source.execute(
            _QUERIES["store"],
            message.topic,
            message.partition,
            message.offset,
            message.timestamp,
            message.key,
            message.value,
            [[_clean(name), base64.b64encode(content or b"").decode()] for name, content in message.headers],
            *_reason(reason, error),
        )

    async def unpublished(self, limit: int) -> list[DeadLetter]:
        """Return dead letters without a copy in their topic, oldest first."""
        return [_to_letter(row) for row in await self._source.fetch(_QUERIES["unpublished"], limit)]

    async def count_open(self) -> int:
        """Return how many are open, counted up to 10,000."""
        return int(await self._source.fetchval(_QUERIES["count_open"], _MOST_COUNTED))

    async def open_groups(self) -> list[OpenGroup]:
        """Return those that are open by topic and reason, counted up to 10,000."""
        rows = await self._source.fetch(_QUERIES["open_groups"], _MOST_COUNTED, _SAMPLE)
        return [OpenGroup(**row) for row in rows]

    async def mark_published(self, ids: list[int]) -> None:
        """Note that copies stand in the topic."""
        await self._source.execute(_QUERIES["mark_published"], ids)

    async def publish_again(self, topic: str) -> int:
        """Have the copies of a topic's dead letters sent once more, and return how many."""
        return int(await self._source.fetchval(_QUERIES["publish_again"], topic))

    async def copied_topics(self) -> list[str]:
        """Return the topics whose dead letters have copies, by name."""
        return [row["topic"] for row in await self._source.fetch(_QUERIES["copied_topics"])]

    async def page(self, *, topic: str | None, state: State | None, below: int, limit: int) -> list[DeadLetter]:
        """Return dead letters, newest first."""
        rows = await self._source.fetch(_QUERIES["page"], topic, state, below, limit)
        return [_to_letter(row) for row in rows]

    async def read(self, letter_id: int) -> DeadLetter | None:
        """Return a dead letter."""
        row = await self._source.fetchrow(_QUERIES["read"], letter_id)
        return None if row is None else _to_letter(row)

    async def count_attempt(self, letter_id: int) -> None:
        """Count a retry that begins."""
        await self._source.execute(_QUERIES["count_attempt"], letter_id)

    async def note_refusal(self, letter_id: int, refusal: Refusal) -> None:
        """Note why a message was refused once more."""
        await self._source.execute(_QUERIES["note_refusal"], letter_id, *_reason(refusal.reason, refusal.error))

    async def close(self, letter_id: int, state: State) -> None:
        """Close a letter; one that was retried stays so."""
        await self._source.execute(_QUERIES["close"], letter_id, state)


def copy_of(letter: DeadLetter) -> Message:
    """Return the copy of a dead letter: original key, value and headers, and where and why it was refused."""
    message = letter.message
    headers = (
        *message.headers,
        ("dl-topic", message.topic.encode()),
        ("dl-partition", str(message.partition).encode()),
        ("dl-offset", str(message.offset).encode()),
        ("dl-timestamp", instant_text(message.timestamp).encode()),
        ("dl-reason", letter.reason.encode()),
        ("dl-error", letter.error.encode()),
    )
    # Kafka takes no message without both key and value; what had neither keeps an empty key.
    key = message.key if message.key is not None else b""
    return Message(message.topic + DEAD_LETTER_SUFFIX, key, message.value or b"", headers)


def _to_letter(row: asyncpg.Record) -> DeadLetter:
    headers: list[list[Any]] = row["headers"]
    message = RawMessage(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        timestamp=row["timestamp"],
        key=row["key"],
        value=row["value"],
        headers=tuple((name, base64.b64decode(content)) for name, content in headers),
    )
    return DeadLetter(row["id"], message, row["reason"], row["error"], row["state"], row["attempts"])


def _reason(reason: str, error: str) -> tuple[str, str]:
    return _clean(reason)[:_LONGEST_REASON], _cut(_clean(error))


def _clean(text: str) -> str:
    """Return a text that PostgreSQL and JSON take: no NUL, no lone surrogate."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _cut(text: str) -> str:
    return text.encode()[:_LONGEST_ERROR_BYTES].decode(errors="ignore")
