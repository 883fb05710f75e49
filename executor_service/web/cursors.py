"""Opaque cursors: the key of the last row of a page, as base64url of JSON."""

import base64
import binascii
from collections.abc import Sequence

import orjson

from executor_service.web.errors import RefusedError
from executor_service.web.problems import Problem

Part = int | str
_MAX_CHARACTERS = 4_000


def encode_cursor(*parts: Part) -> str:
    """Return the cursor that stands for a key."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).rstrip(b"=").decode()


def decode_cursor(text: str, types: Sequence[type[int] | type[str]], *, field: str = "cursor") -> list[Part]:
    """Return the parts of a cursor of ours, which have these types; `field` names the parameter in the refusal.

    Raises RefusedError for a text that is none.
    """
    try:
        padded = text[:_MAX_CHARACTERS].encode("ascii") + b"=" * (-len(text[:_MAX_CHARACTERS]) % 4)
        parts = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(types) or _oversized(parts):
        raise RefusedError([Problem("NOT_ALLOWED", field, "this is no cursor of an earlier answer")])
    return parts


def _oversized(parts: Sequence[Part]) -> bool:
    return any(not -(2**63) <= part < 2**63 if isinstance(part, int) else "\x00" in part for part in parts)
