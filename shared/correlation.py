"""What belongs together: the request or message that work was begun by, carried into the log and out again.

Whoever takes a request or a message in opens a `correlated` block with what came beside it. Events that are appended
inside get it into their metadata, log lines carry its id, and what the relay publishes of such an event has its
`traceparent`. This module is the one place that knows the names.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from shared.cloud_events import Bulk, Message

REQUEST_ID: Final = "x-request-id"
TRACEPARENT: Final = "traceparent"
_TRACE: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_ID: Final = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True, slots=True)
class Correlation:
    """What work belongs to: `id` names the whole of it, `causation_id` what directly began it."""

    id: str
    causation_id: str | None = None
    traceparent: str | None = None


_current: ContextVar[Correlation | None] = ContextVar("correlation", default=None)


@contextmanager
def correlated(correlation: Correlation) -> Iterator[None]:
    """Let what is done in the block belong to something."""
    token = _current.set(correlation)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=correlation.id):
            yield
    finally:
        _current.reset(token)


def event_metadata() -> dict[str, str]:
    """Return what an event that is appended now says of what it belongs to; empty when nothing began it."""
    current = _current.get()
    if current is None:
        return {}
    found = {
        "correlationId": current.id,
        "causationId": current.causation_id,
        "traceparent": current.traceparent,
    }
    return {name: text for name, text in found.items() if text is not None}


def of_request(header: Callable[[str], str | None]) -> Correlation:
    """Return what a request belongs to: its X-Request-Id, else the trace it is part of, else an id drawn for it."""
    trace = _valid_trace(header(TRACEPARENT))
    given = header(REQUEST_ID)
    if given is not None and _ID.fullmatch(given):
        return Correlation(given, traceparent=trace)
    return Correlation(trace.split("-")[1] if trace else secrets.token_hex(16), traceparent=trace)


def of_message(message_id: str, headers: Mapping[str, bytes]) -> Correlation:
    """Return what a message belongs to: the trace it is part of, else itself; it is the cause in any case."""
    trace = _valid_trace(headers.get(TRACEPARENT, b"").decode("ascii", "replace"))
    return Correlation(trace.split("-")[1] if trace else message_id, causation_id=message_id, traceparent=trace)


def traced(messages: Iterable[Message | Bulk], metadata: Mapping[str, Any]) -> Iterable[Message | Bulk]:
    """Return the messages of an event with the trace that its metadata names."""
    trace = metadata.get(TRACEPARENT)
    if not isinstance(trace, str):
        return messages
    header = (TRACEPARENT, trace.encode())
    return (replace(message, headers=(*message.headers, header)) for message in messages)


def _valid_trace(text: str | None) -> str | None:
    """Return a traceparent of W3C's form, which names a trace and a parent that are not all zeros."""
    found = _TRACE.fullmatch(text or "")
    if found is None or not found[1].strip("0") or not found[2].strip("0") or found[0].startswith("ff"):
        return None
    return found[0]
