"""Reading JSON strictly: what two readers could understand differently, or the database cannot hold, is refused.

orjson already refuses `NaN`, infinities, lone surrogates, a byte-order mark and trailing commas. It keeps the last of
two equal keys silently, lets NUL pass and turns a large integer into a float; these are found here. The number of
members written is the number of texts followed by a colon; it differs from the number of members kept exactly when a
key stood twice.
"""

import re
from typing import Any, Final

import orjson

MAX_DEPTH: Final = 200
_LARGEST = 2**63
_MEMBERS = re.compile(rb'"(?:[^"\\]|\\.)*+"[ \t\r\n]*+(:?)')
_NUL = re.compile(rb"\\u0000")


class UnreadableJsonError(ValueError):
    """Bytes that are no JSON this service reads; `code` says why in one word, `reason` in a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def parse_json(text: bytes) -> Any:
    """Return what JSON text holds.

    Raises UnreadableJsonError: NOT_JSON, TOO_DEEP, DUPLICATE_KEY, NUMBER_TOO_LARGE, NUL.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error):
            raise _too_deep() from error
        raise UnreadableJsonError("NOT_JSON", f"this is not JSON: {error}") from error
    kept = _count_members(value)
    if b"\\u0000" in text and _holds_nul(text):
        raise UnreadableJsonError("NUL", "a text holds the character NUL")
    if kept and sum(1 for colon in _MEMBERS.findall(text) if colon) != kept:
        raise UnreadableJsonError("DUPLICATE_KEY", "an object has the same key twice")
    return value


def _too_deep() -> UnreadableJsonError:
    return UnreadableJsonError("TOO_DEEP", f"values are nested deeper than {MAX_DEPTH} levels")


def _holds_nul(text: bytes) -> bool:
    """Tell whether an escape is a NUL and not a backslash followed by letters: the backslashes before it are even."""
    return any(
        (len(text[: found.start()]) - len(text[: found.start()].rstrip(b"\\"))) % 2 == 0
        for found in _NUL.finditer(text)
    )


def _count_members(value: Any) -> int:
    """Walk level by level, so that no depth is too deep for the walk itself."""
    members, level, depth = 0, [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise _too_deep()
        below: list[Any] = []
        for item in level:
            members += _descend(item, below)
        level = below
    return members


def _descend(item: Any, below: list[Any]) -> int:
    if isinstance(item, dict):
        below.extend(item.values())
        return len(item)
    if isinstance(item, list):
        below.extend(item)
    elif isinstance(item, int | float) and not -_LARGEST <= item < _LARGEST:
        raise UnreadableJsonError("NUMBER_TOO_LARGE", "a number lies beyond 2^63")
    return 0
