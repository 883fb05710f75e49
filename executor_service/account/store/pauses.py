"""The account's pauses, as those who must not begin anything in one read them."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)


async def is_account_paused(connection: Connection) -> bool:
    """Tell whether the account is paused now."""
    return bool(await connection.fetchval(_QUERIES["is_paused"]))


async def hold_account(connection: Connection) -> None:
    """Keep the account from being paused, or changed, before the transaction ends."""
    await connection.execute(_QUERIES["hold"])


async def account_pauses(connection: Connection, *, after: datetime) -> Sequence[asyncpg.Record]:
    """Return the pauses (`paused_at`, `resumed_at`) that had not ended before an instant."""
    return await connection.fetch(_QUERIES["pauses"], after)
