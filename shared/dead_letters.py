"""Dead letters: messages that could not be understood, kept with their bytes and their reason.

The row is the truth, because it can be erased; `<topic>.dead-letter` gets a copy from the relay (`copy_of`).
"""

import base64
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from shared.cloud_events import Message
from shared.contracts import DEAD_LETTER_SUFFIX, instant_text
from shared.kafka.acceptance import RawMessage
from shared.postgres import Connection, Pool, load_queries

_QUERIES = load_queries(__file__)
_LONGEST_ERROR_BYTES: Final = 1_024
_LONGEST_REASON: Final = 100


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A stored dead letter, as far as its copy needs it."""

    id: int
    message: RawMessage
    reason: str
    error: str


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
            _clean(reason)[:_LONGEST_REASON],
            _cut(_clean(error)),
        )

    async def unpublished(self, limit: int) -> list[DeadLetter]:
        """Return dead letters without a copy in their topic, oldest first."""
        return [_to_letter(row) for row in await self._source.fetch(_QUERIES["unpublished"], limit)]

    async def mark_published(self, ids: list[int]) -> None:
        """Note that copies stand in the topic."""
        await self._source.execute(_QUERIES["mark_published"], ids)


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
    return DeadLetter(id=row["id"], message=message, reason=row["reason"], error=row["error"])


def _clean(text: str) -> str:
    """Return a text that PostgreSQL and JSON take: no NUL, no lone surrogate."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _cut(text: str) -> str:
    return text.encode()[:_LONGEST_ERROR_BYTES].decode(errors="ignore")
