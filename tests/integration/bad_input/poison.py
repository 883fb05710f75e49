"""Messages nobody can read, the same for every topic that is read; each with the reason of its dead letter."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import asyncpg
import orjson

from shared.cloud_events import Headers
from shared.kafka import RawMessage
from shared.postgres import Pool

AT: Final = datetime(2026, 11, 27, 7, tzinfo=UTC)
_offsets = count(1)


@dataclass(frozen=True, slots=True)
class Form:
    """A topic, and the type and data of a message that it takes."""

    topic: str
    type: str
    data: Mapping[str, Any]

    def message(self, value: bytes | None = None, **headers: bytes | None) -> RawMessage:
        """Return a message with this value and these headers (null: without it) instead of the right ones."""
        body = orjson.dumps(self.data) if value is None else value
        return RawMessage(self.topic, 0, next(_offsets), AT, b"1", body, self.headers(**headers))

    def without_value(self) -> RawMessage:
        """Return the message with the value null."""
        return replace(self.message(), value=None)

    def headers(self, **others: bytes | None) -> Headers:
        """Return the headers of a message, some of them otherwise or, where null, left out."""
        right = {"specversion": b"1.0", "id": b"4b1d", "source": b"/x", "type": self.type.encode()}
        return tuple((f"ce_{name}", value) for name, value in {**right, **others}.items() if value is not None)

    def with_data(self, **fields: Any) -> RawMessage:
        """Return a message with some of its data otherwise."""
        return self.message(orjson.dumps({**self.data, **fields}))

    def unreadable(self) -> dict[str, tuple[RawMessage, str]]:
        """Return messages that cannot be read, with their reasons."""
        return {**self._values(), **self._headers(), **self._structured(), **self._types()}

    def _values(self) -> dict[str, tuple[RawMessage, str]]:
        right = orjson.dumps(self.data)
        deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
        values = {
            "nothing": (b"", "NOT_JSON"),
            "a word": (b"hello", "NOT_JSON"),
            "cut off": (right[:-1], "NOT_JSON"),
            "twice": (right * 2, "NOT_JSON"),
            "packed": (gzip.compress(right), "NOT_JSON"),
            "a byte-order mark": (b"\xef\xbb\xbf" + right, "NOT_JSON"),
            "UTF-16": (right.decode().encode("utf-16"), "NOT_JSON"),
            "NaN": (b'{"version": NaN}', "NOT_JSON"),
            "1e400": (b'{"version": 1e400}', "NOT_JSON"),
            "a lone surrogate": (rb'{"workflowId": "\ud800"}', "NOT_JSON"),
            "a surrogate in bytes": (b'{"workflowId": "\xed\xa0\x80"}', "NOT_JSON"),
            "NUL": (rb'{"workflowId": "1\u0000"}', "NUL"),
            "NUL in a name": (rb'{"a\u0000": 1}', "NUL"),
            "deep": (deep, "NOT_JSON"),
            "150 levels": (b'{"a":' * 150 + b"1" + b"}" * 150, "TOO_DEEP"),
            "null": (b"null", "NOT_AN_OBJECT"),
            "a list": (b"[]", "NOT_AN_OBJECT"),
            "a text": (b'"1"', "NOT_AN_OBJECT"),
            "nothing in it": (b"{}", "INVALID"),
            "ten million bytes": (b'{"a": "' + b"x" * 10_000_000 + b'"}', "INVALID"),
        }
        found = {kind: (self.message(value), reason) for kind, (value, reason) in values.items()}
        return {**found, "no value": (self.without_value(), "NULL_VALUE")}

    def _headers(self) -> dict[str, tuple[RawMessage, str]]:
        headers: dict[str, tuple[dict[str, bytes | None], str]] = {
            "no id": ({"id": None}, "NO_ID"),
            "an empty id": ({"id": b""}, "NO_ID"),
            "no type": ({"type": None}, "NO_TYPE"),
            "no source": ({"source": None}, "NO_SOURCE"),
            "no version of CloudEvents": ({"specversion": None}, "NO_SPECVERSION"),
            "an old version of CloudEvents": ({"specversion": b"0.3"}, "BAD_ATTRIBUTE"),
            "an id that is no text": ({"id": b"\xff\xfe"}, "BAD_ATTRIBUTE"),
            "an id with NUL": ({"id": b"a\x00b"}, "BAD_ATTRIBUTE"),
            "a long id": ({"id": b"a" * 1_001}, "BAD_ATTRIBUTE"),
            "a long id of few letters": ({"id": "\U0001f30d".encode() * 999}, "BAD_ATTRIBUTE"),
            "a time that is none": ({"time": b"2026-02-30T00:00:00Z"}, "BAD_ATTRIBUTE"),
            "a time without offset": ({"time": b"2026-11-27T07:00:00"}, "BAD_ATTRIBUTE"),
        }
        found = {kind: (self.message(**others), reason) for kind, (others, reason) in headers.items()}
        twice = (*self.headers(), ("CE_ID", b"other"))
        return {
            **found,
            "no headers": (replace(self.message(), headers=()), "NO_ID"),
            "a header twice": (replace(self.message(), headers=twice), "DUPLICATE_HEADER"),
        }

    def _structured(self) -> dict[str, tuple[RawMessage, str]]:
        kind = (("content-type", b"application/cloudevents+json"),)
        event: dict[str, Any] = {"specversion": "1.0", "id": "4b1d", "source": "/x", "type": self.type}
        documents: dict[str, tuple[Any, str]] = {
            "structured, without data": (event, "NOT_AN_OBJECT"),
            "structured, its data a text": ({**event, "data": "{}"}, "NOT_AN_OBJECT"),
            "structured, its id a number": ({**event, "id": 1, "data": {}}, "BAD_ATTRIBUTE"),
            "structured, without id": ({**event, "id": None, "data": {}}, "NO_ID"),
        }
        return {
            name: (replace(self.message(orjson.dumps(document)), headers=kind), reason)
            for name, (document, reason) in documents.items()
        }

    def _types(self) -> dict[str, tuple[RawMessage, str]]:
        types = (
            "workflows.unheard.of.v1",
            self.type.replace(".v1", ".v2"),
            self.type.upper(),
            "\x07",
            "record.enrolled",
        )
        return {f"type {name!r}": (self.message(type=name.encode()), "INVALID") for name in types}


def with_ids(form: Form) -> dict[str, tuple[RawMessage, str]]:
    """Return messages about workflows that cannot be."""
    none = ("", "0", "-1", "01", "abc", "1 ", " 1", "1\n", "1\x07", "\u202e1", "\u0661", "1e3", "9" * 17, "9" * 5_000)
    others: tuple[Any, ...] = (None, 1, 1.5, True, [], {}, ["1"])
    return {f"workflow {ident!r:.40}": (form.with_data(workflowId=ident), "INVALID") for ident in (*none, *others)}


async def dead_letters_of(pool: Pool, message: RawMessage) -> list[asyncpg.Record]:
    """Return the dead letters of a message."""
    return await pool.fetch(
        'SELECT reason, error, value, key, state FROM dead_letters WHERE topic = $1 AND "offset" = $2',
        message.topic,
        message.offset,
    )
