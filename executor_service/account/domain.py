"""API keys and idempotency keys: how they look, and what of them is kept."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from executor_service.web.roles import Role

KEY_PREFIX: Final = "wf_live_"
KEY_BYTES: Final = 32
_KEY = re.compile(r"wf_live_[A-Za-z0-9_-]{43}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Account:
    """The account's settings. `id` is HubSpot's `portalId`."""

    id: int
    name: str
    time_zone_id: str
    paused_at: datetime | None = None
    """Since when nothing of any workflow begins."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed; the key itself is shown once and never stored."""

    id: int
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request under an Idempotency-Key: whose key, and the digest of method, path and body."""

    api_key_id: int
    key: str
    digest: bytes


def key_digest(key: str) -> bytes | None:
    """Return what is kept of an API key, or none for a text that is no key of ours."""
    return hashlib.sha256(key.encode()).digest() if _KEY.fullmatch(key) else None


def request_digest(method: str, target: str, body: bytes) -> bytes:
    """Return the digest by which a repeated request is known to be the same; `target` is the path with its query."""
    return hashlib.sha256(b"\n".join((method.encode(), target.encode(), body))).digest()


def is_idempotency_key(text: str) -> bool:
    """Tell whether a header is taken as an Idempotency-Key: 1 to 255 visible ASCII characters."""
    return _IDEMPOTENCY_KEY.fullmatch(text) is not None
