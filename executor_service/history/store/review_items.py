"""The items of what needs review. They stand in the executor's schema: people's decisions are in no log."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from executor_service.history.domain.causes import Cause, CauseKind, Item
from executor_service.history.ports import ItemFilter
from shared.postgres import Pool, Transaction, load_queries

_QUERIES = load_queries(__file__)


class ReviewTransaction(Transaction):
    """See ports.Review."""

    async def locked(self, ids: Sequence[UUID], *, open_of: Collection[CauseKind]) -> Mapping[UUID, Item]:
        """See Review."""
        rows = await self.connection.fetch(_QUERIES["lock"], list(ids), sorted(open_of))
        return {row["id"]: _to_item(row) for row in rows}

    async def write(self, items: Sequence[Item]) -> None:
        """See Review."""
        rows = sorted((_to_row(item) for item in items), key=lambda row: row[0])
        await self.connection.executemany(_QUERIES["write"], rows)


class ReviewItems:
    """Reads the items."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(self, which: ItemFilter, *, below: tuple[datetime, UUID] | None, limit: int) -> list[Item]:
        """Return items, those that went wrong last first."""
        at, ident = below or (None, None)
        parameters = (at, ident, limit, which.state, which.kind, which.workflow_id)
        return [_to_item(row) for row in await self._pool.fetch(_QUERIES["page"], *parameters)]

    async def read(self, ident: UUID) -> Item | None:
        """Return an item."""
        row = await self._pool.fetchrow(_QUERIES["read"], ident)
        return None if row is None else _to_item(row)


def _to_row(item: Item) -> tuple[Any, ...]:
    cause = item.cause
    return (
        *(cause.id, cause.kind, item.state, cause.workflow_id, cause.occurrence_id, cause.reason, item.since),
        *(cause.last_at, cause.count, item.resolved_count, cause.message, list(cause.sample), dict(cause.details)),
    )


def _to_item(row: asyncpg.Record) -> Item:
    cause = Cause(
        kind=row["kind"],
        workflow_id=row["workflow_id"],
        reason=row["reason"],
        count=row["count"],
        since=row["since"],
        last_at=row["last_at"],
        occurrence_id=row["occurrence_id"],
        sample=row["sample"],
        details=row["details"],
    )
    return Item(cause, row["state"], row["since"], row["resolved_count"])
