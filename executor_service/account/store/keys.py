"""API keys: made, found by their digest, revoked."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from executor_service.account.domain import KEY_BYTES, KEY_PREFIX, ApiKey, key_digest
from executor_service.account.store.accounts import PostgresAccountBook
from executor_service.events import KeyCreated, KeyRevoked
from executor_service.web import MAX_ID, Actor, Role
from shared.postgres import Connection, Pool, load_queries

_QUERIES = load_queries(__file__)


class KeyRing:
    """Finds the holder of a key, in the database on each request, so that a revoked key opens nothing at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, key: str) -> Actor | None:
        """Return the holder; none for a key that is unknown, expired or revoked."""
        digest = key_digest(key)
        if digest is None:
            return None
        row = await self._pool.fetchrow(_QUERIES["find"], digest)
        return None if row is None else Actor(row["id"], row["name"], Role[row["role"].upper()])


class MadeKey(NamedTuple):
    """A new key: its id, the key itself, which is known here alone, and the log's position."""

    id: int
    key: str
    position: int


async def create_key(
    connection: Connection,
    name: str,
    role: Role,
    *,
    expires_at: datetime | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> MadeKey:
    """Make a key inside the caller's transaction, last in it: it appends to the log."""
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    book = PostgresAccountBook(connection, metadata)
    await book.lock()
    key_id: int = await connection.fetchval(_QUERIES["create"], name, role.word, key_digest(key), expires_at)
    created = KeyCreated(key_id=str(key_id), name=name, role=role.word)
    return MadeKey(key_id, key, await book.append([created]))


async def list_keys(connection: Connection, *, below: int = MAX_ID, limit: int = 100) -> list[ApiKey]:
    """Return the keys whose ids are below one, newest first, the revoked ones too."""
    rows = await connection.fetch(_QUERIES["list"], below, limit)
    return [ApiKey(**{**row, "role": Role[row["role"].upper()]}) for row in rows]


async def revoke_key(connection: Connection, key_id: int, *, metadata: Mapping[str, Any] | None = None) -> int | None:
    """Revoke a key and return the log's position: 0 when it was revoked before, none when there is no such key."""
    book = PostgresAccountBook(connection, metadata)
    await book.lock()
    if await connection.fetchval(_QUERIES["revoke"], key_id) is None:
        return 0 if await connection.fetchval(_QUERIES["exists"], key_id) else None
    return await book.append([KeyRevoked(key_id=str(key_id))])
