"""Accepting a message: what an agent's body calls for each one, and which never raises.

Faust commits the offset of a message whose handler raised, so whatever happens is decided here. An error that passes
(the database restarts) is tried again in place, which holds the partition back, as order demands. Everything else ends
in a dead letter: what cannot be read, what a contract or a handler refuses, and, after five tries, what our own code
cannot do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared.cloud_events import Envelope, Headers, UnreadableMessageError, decode
from shared.correlation import correlated, of_message
from shared.logs import described, get_logger
from shared.postgres import is_transient

T = TypeVar("T")

_FIRST_BACKOFF_SECONDS = 0.05
_LONGEST_BACKOFF_SECONDS = 2.0
_TRIES = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS = 253_402_300_799
_log = get_logger("acceptance")


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as it stands in a topic; nothing about it is trusted."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers


class RefusedMessageError(ValueError):
    """A handler's no to a message it understood; `reason_code` is a word for its dead letter."""

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was not taken: a word, and more for people; never a value that came, for it may be personal."""

    reason: str
    error: str


Attempt = Callable[[RawMessage], Awaitable[Refusal | None]]
"""Tries to take one message, and returns why it was not taken; safe to call again."""


class StoreDeadLetter(Protocol):
    """Stores a message with its reason, once; bound to `DeadLetters.store`."""

    async def __call__(self, message: RawMessage, *, reason: str, error: str) -> None:
        """Store it; may raise what passes."""
        ...


def raw_message(message: Any) -> RawMessage:
    """Return a message of Faust (`event.message`) or aiokafka (a `ConsumerRecord`) as ours."""
    headers = message.headers or ()
    return RawMessage(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=_instant(message.timestamp or 0),
        key=message.key,
        value=message.value,
        headers=tuple(headers.items() if isinstance(headers, dict) else headers),
    )


def _instant(timestamp: float) -> datetime:
    """Return when a message was written; its sender may have named any number, which must not stop us."""
    # Faust counts in seconds, aiokafka in milliseconds.
    seconds = timestamp / 1000 if isinstance(timestamp, int) else timestamp
    return _EPOCH + timedelta(seconds=min(max(seconds, 0), _LATEST_SECONDS))


def decode_as(adapter: TypeAdapter[T]) -> Callable[[Envelope], T]:
    """Return a decoder that validates the data together with the type, for unions discriminated by `type`."""

    def decode_envelope(envelope: Envelope) -> T:
        return adapter.validate_python({**envelope.data, "type": envelope.type})

    return decode_envelope


async def accept(message: RawMessage, *, attempt: Attempt, dead_letter: StoreDeadLetter) -> None:
    """Take a message or make a dead letter of it; returns when one of them is done. Never raises."""
    refusal = await attempt(message)
    if refusal is not None:
        reason, error = refusal.reason, refusal.error
        _log.warning("A message became a dead letter", topic=message.topic, offset=message.offset, reason=reason)
        await insist(lambda: dead_letter(message, reason=reason, error=error))


async def try_message(
    message: RawMessage, *, decode_data: Callable[[Envelope], T], handle: Callable[[T, Envelope], Awaitable[None]]
) -> Refusal | None:
    """Decode a message and hand it to its handler, and return why it was not taken. Never raises.

    `handle` must be safe to call twice, and raises RefusedMessageError for what it does not take.
    """
    understood = understand(message, decode_data)
    if isinstance(understood, Refusal):
        return understood
    data, envelope = understood
    try:
        with correlated(of_message(envelope.id, dict(message.headers))):
            return await insist(lambda: handle(data, envelope))
    except RefusedMessageError as error:
        return Refusal(error.reason_code, error.detail)


def understand(message: RawMessage, decode_data: Callable[[Envelope], T]) -> tuple[T, Envelope] | Refusal:
    """Return the data of a message with its envelope, or why it cannot be read."""
    try:
        envelope = decode(message.key, message.value, message.headers)
        return decode_data(envelope), envelope
    except UnreadableMessageError as error:
        return Refusal(error.reason_code, error.detail)
    except ValidationError as error:
        return Refusal("INVALID", _places(error))


def _places(error: ValidationError) -> str:
    """Return where and what, never the values that came: they may be personal."""
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))


async def insist(work: Callable[[], Awaitable[None]]) -> Refusal | None:
    """Call until it succeeds (None) or has failed five times in a way that does not pass.

    Raises RefusedMessageError, and nothing else.
    """
    tries, backoff = 0, _FIRST_BACKOFF_SECONDS
    while True:
        try:
            await work()
        except RefusedMessageError:
            raise
        except Exception as error:  # noqa: BLE001 # the consumer's edge: whatever came out would lose the message
            if not is_transient(error):
                tries += 1
                _log.exception("A message could not be handled", tries=tries)
            if tries >= _TRIES:
                return Refusal("INTERNAL", described(error))
        else:
            return None
        await asyncio.sleep(backoff)
        backoff = min(backoff * 2, _LONGEST_BACKOFF_SECONDS)
