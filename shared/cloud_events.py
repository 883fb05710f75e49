"""CloudEvents 1.0 on Kafka: written in binary mode, read in binary and structured mode.

Attributes travel as headers (`ce_id`, `ce_type`, …), the data as a JSON object. What is read comes from anybody, so
everything that is not a readable CloudEvent raises UnreadableMessageError with a code that goes into its dead letter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from shared.contracts import instant_text, record_message_ids, sequence_text

Headers = Sequence[tuple[str, bytes]]

_JSON: Final = b"application/json"
_STRUCTURED: Final = b"application/cloudevents+json"
_ATTRIBUTES: Final = ("specversion", "id", "source", "type", "subject", "time", "sequence")
_DEEPEST: Final = 100
_LONGEST_ATTRIBUTE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is published. The value is JSON, never null."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class Bulk:
    """One message a record, all of one event and one type, made while they are sent: events are about thousands.

    `headers` are those that all share (see `shared_headers`); `facts` is the JSON object that all share, not empty,
    to which each message adds its `recordId`. `ending` as in `record_message_ids`. `first_index` is the place of the
    first one among the messages of the event.
    """

    topic: str
    headers: Headers
    position: int
    event_id: UUID
    facts: bytes
    record_ids: Sequence[int]
    ending: bool = False
    first_index: int = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message that could be read. `sequence` and `subject` are the sender's and may be missing."""

    id: str
    type: str
    source: str
    subject: str | None
    time: datetime | None
    sequence: str | None
    data: Mapping[str, Any]


class UnreadableMessageError(ValueError):
    """A message that is no CloudEvent with a JSON object; `reason_code` is a word for its dead letter."""

    def __init__(self, reason_code: str, detail: str) -> None:
        super().__init__(f"{reason_code}: {detail}")
        self.reason_code = reason_code
        self.detail = detail


def shared_headers(
    *,
    service: str,
    type: str,  # noqa: A002 # CloudEvents' word
    time: datetime,
    traceparent: str | None = None,
) -> Headers:
    """Return the headers that all messages of one event and one type have in common."""
    headers = [
        ("content-type", _JSON),
        ("ce_specversion", b"1.0"),
        ("ce_source", f"/workflows/{service}".encode()),
        ("ce_type", type.encode()),
        ("ce_time", instant_text(time).encode()),
    ]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return tuple(headers)


def own_headers(*, message_id: bytes, key: bytes, position: int, index: int) -> Headers:
    """Return the headers that one message has to itself."""
    return (
        ("ce_id", message_id),
        ("ce_subject", key),
        ("ce_sequence", sequence_text(position, index).encode()),
    )


def encode(  # noqa: PLR0913 # one parameter an attribute of a CloudEvent
    *,
    topic: str,
    key: str,
    message_id: UUID,
    type: str,  # noqa: A002 # CloudEvents' word
    service: str,
    time: datetime,
    position: int,
    index: int = 0,
    data: Mapping[str, Any],
    traceparent: str | None = None,
) -> Message:
    """Return one message in binary mode.

    `key` becomes `ce_subject` too; `position` is that of the event in the log, `index` that of the message in the
    event. `data` is what JSON can hold (instants and UUIDs are written as text); the type stands in the headers only.
    """
    key_bytes = key.encode()
    own = own_headers(message_id=str(message_id).encode(), key=key_bytes, position=position, index=index)
    value = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    constant = shared_headers(service=service, type=type, time=time, traceparent=traceparent)
    return Message(topic, key_bytes, value, (*constant, *own))


def unfold(messages: Iterable[Message | Bulk]) -> Iterator[Message]:
    """Return the messages one by one, those of a bulk made as they are asked for."""
    for message in messages:
        if isinstance(message, Message):
            yield message
            continue
        yield from unfold_bulk(message)


def unfold_bulk(bulk: Bulk) -> Iterator[Message]:
    """Return the messages of a bulk one by one."""
    message_ids = record_message_ids(bulk.event_id, bulk.record_ids, ending=bulk.ending)
    for index, (record_id, message_id) in enumerate(zip(bulk.record_ids, message_ids, strict=True), bulk.first_index):
        key = b"%d" % record_id
        own = own_headers(message_id=message_id, key=key, position=bulk.position, index=index)
        value = b'%b,"recordId":"%b"}' % (bulk.facts[:-1], key)
        yield Message(bulk.topic, key, value, (*bulk.headers, *own))


def decode(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]] | None) -> Envelope:
    """Return the envelope of a message in binary or structured mode.

    Raises UnreadableMessageError. The key is not looked at: what a message is about stands in its data.
    """
    del key
    if value is None:
        raise UnreadableMessageError("NULL_VALUE", "the message has no value")
    named = _named(headers or ())
    if named.get("content-type", b"").lower().startswith(_STRUCTURED):
        document = _object(value)
        return _envelope(document, document.get("data"))
    attributes = {name: _text(name, named[f"ce_{name}"]) for name in _ATTRIBUTES if f"ce_{name}" in named}
    return _envelope(attributes, None if "id" not in attributes else _object(value))


def _named(headers: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    named: dict[str, bytes] = {}
    for name, content in headers:
        lower = name.lower()
        if lower in named:
            raise UnreadableMessageError("DUPLICATE_HEADER", f"the header {lower[:100]!r} stands there twice")
        named[lower] = content or b""
    return named


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise UnreadableMessageError("BAD_ATTRIBUTE", f"{name} is not UTF-8") from None


def _object(value: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise UnreadableMessageError("NOT_JSON", str(error)) from None
    if not isinstance(document, dict):
        raise UnreadableMessageError("NOT_AN_OBJECT", f"expected a JSON object, found {type(document).__name__}")
    _check(document)
    return document


def _check(document: dict[str, Any]) -> None:
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        if not level:
            return
        level = [child for node in level for child in _children(node)]
    raise UnreadableMessageError("TOO_DEEP", f"more than {_DEEPEST} levels")


def _children(node: Any) -> Iterator[Any]:
    match node:
        case str():
            if "\0" in node:
                raise UnreadableMessageError("NUL", "a text holds the character NUL")
        case dict():
            yield from node.keys()
            yield from node.values()
        case list():
            yield from node
        case _:
            pass


def _envelope(attributes: Mapping[str, Any], data: Any) -> Envelope:
    for name in ("id", "specversion", "type", "source"):
        if not attributes.get(name):
            raise UnreadableMessageError("NO_" + name.upper(), f"{name} is missing: no CloudEvent")
    for name in _ATTRIBUTES:
        _check_attribute(name, attributes.get(name))
    if attributes["specversion"] != "1.0":
        raise UnreadableMessageError("BAD_ATTRIBUTE", f"specversion {attributes['specversion'][:20]!r} is not '1.0'")
    if not isinstance(data, dict):
        raise UnreadableMessageError("NOT_AN_OBJECT", f"expected data to be an object, found {type(data).__name__}")
    return Envelope(
        id=attributes["id"],
        type=attributes["type"],
        source=attributes["source"],
        subject=attributes.get("subject"),
        time=_time(attributes.get("time")),
        sequence=attributes.get("sequence"),
        data=data,
    )


def _check_attribute(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise UnreadableMessageError("BAD_ATTRIBUTE", f"{name} is no text")
    if len(value.encode()) > _LONGEST_ATTRIBUTE or "\0" in value:
        raise UnreadableMessageError("BAD_ATTRIBUTE", f"{name} is longer than {_LONGEST_ATTRIBUTE} bytes or holds NUL")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableMessageError("BAD_ATTRIBUTE", f"time {text[:50]!r} is not RFC 3339") from None
    if time.tzinfo is None:
        raise UnreadableMessageError("BAD_ATTRIBUTE", f"time {text[:50]!r} names no offset")
    return time
