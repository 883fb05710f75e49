"""Writing records with their keys and changes, in the one order that everybody keeps.

Records ascending by id, in a statement of their own; then the records are written; then unique values, those that go
before those that come, each ascending; then searchable values; then the changes.

Who owns a unique value is read before the records are locked, because the value says which records to lock. So it is
looked at again afterwards: a record that was found by a value must still have it, and a value that was free must
still be free when it is inserted. If either fails, somebody else was faster: everything since the savepoint is undone,
the locks with it, and the call begins anew with what is true now. Nothing is ever locked after a key was waited for.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import asyncpg

from executor_service.records.domain.values import StoredValue, dump_document, load_document
from executor_service.records.ports import Source
from executor_service.records.store.planning import Draft, Keyed, KeyOf, KeyRows, Plan, key_changes
from shared.postgres import Connection, load_queries

_QUERIES = load_queries(__file__)
_TRIES: Final = 8

Result = TypeVar("Result")


class OvertakenError(Exception):
    """Somebody else took or moved a unique value between the look and the write; begin anew."""


class StillOvertakenError(RuntimeError):
    """A write that was overtaken each time it was tried."""

    def __init__(self) -> None:
        super().__init__(f"a write of records was overtaken {_TRIES} times")


async def retried(connection: Connection, act: Callable[[], Awaitable[Result]]) -> Result:
    """Do a write under a savepoint, again when it was overtaken."""
    for _ in range(_TRIES):
        try:
            async with connection.transaction():
                return await act()
        except (OvertakenError, asyncpg.DeadlockDetectedError):
            continue
    raise StillOvertakenError


async def read_now(connection: Connection) -> datetime:
    """Return the instant by which rules decide."""
    now: datetime = await connection.fetchval(_QUERIES["now"])
    return now


@dataclass(frozen=True, slots=True)
class Writer:
    """Reads and writes records of one object type, on a connection inside the caller's transaction."""

    connection: Connection
    object_type_id: str
    keyed: Keyed

    async def owners(self, keys: Iterable[KeyOf]) -> dict[KeyOf, int]:
        """Return who has which of these unique values."""
        wanted = sorted(set(keys))
        if not wanted:
            return {}
        properties, values = [key[0] for key in wanted], [key[1] for key in wanted]
        rows = await self.connection.fetch(_QUERIES["owners"], self.object_type_id, properties, values)
        return {(row["property"], row["value"]): row["record_id"] for row in rows}

    async def lock(self, record_ids: Iterable[int]) -> dict[int, Draft]:
        """Lock records, and return drafts of those that are not archived."""
        wanted = sorted(set(record_ids))
        if not wanted:
            return {}
        rows = await self.connection.fetch(_QUERIES["lock"], self.object_type_id, wanted)
        return {row["id"]: Draft(row["id"], load_document(row["properties"])) for row in rows}

    async def draw_ids(self, count: int) -> list[int]:
        """Draw ids for new records, ascending."""
        return [row["id"] for row in await self.connection.fetch(_QUERIES["draw_ids"], count)] if count else []

    async def write(self, plan: Plan, source: Source) -> None:
        """Write what a plan came to; raises OvertakenError when a unique value was taken meanwhile."""
        new = sorted((draft for draft in plan.drafts.values() if draft.is_new), key=_record_id)
        differences = {
            draft.record_id: draft.differences()
            for draft in sorted(plan.drafts.values(), key=_record_id)
            if not draft.is_new
        }
        changed = [plan.drafts[record_id] for record_id, difference in differences.items() if difference]
        if not new and not changed:
            return
        now = await read_now(self.connection)
        await self._write_records(new, changed, now)
        await self._write_keys([*new, *changed])
        await self._write_changes(new, differences, now, source)

    async def _write_records(self, new: Sequence[Draft], changed: Sequence[Draft], now: datetime) -> None:
        if new:
            ids, documents = [draft.record_id for draft in new], [dump_document(draft.after) for draft in new]
            await self.connection.execute(_QUERIES["insert"], self.object_type_id, ids, documents, now)
        if changed:
            ids, documents = [draft.record_id for draft in changed], [dump_document(draft.after) for draft in changed]
            await self.connection.execute(_QUERIES["update"], ids, documents, now)

    async def _write_keys(self, drafts: Sequence[Draft]) -> None:
        gone, come = key_changes(drafts, self.keyed.unique)
        await self._key_rows("delete_keys", gone)
        if await self.take_keys(come) < len(come):
            raise OvertakenError
        if self.keyed.searchable:
            gone, come = key_changes(drafts, self.keyed.searchable)
            await self._key_rows("delete_search_keys", gone)
            await self._key_rows("insert_search_keys", come)

    async def take_keys(self, rows: KeyRows) -> int:
        """Take unique values that nobody has, and return how many were free."""
        if not rows:
            return 0
        taken: int = await self.connection.fetchval(
            _QUERIES["insert_keys"], self.object_type_id, rows.properties, rows.values, rows.record_ids
        )
        return taken

    async def _key_rows(self, query: str, rows: KeyRows) -> None:
        if rows:
            await self.connection.execute(
                _QUERIES[query], self.object_type_id, rows.properties, rows.values, rows.record_ids
            )

    async def _write_changes(
        self,
        new: Sequence[Draft],
        differences: dict[int, dict[str, StoredValue | None]],
        now: datetime,
        source: Source,
    ) -> None:
        rows: list[tuple[int, str | None, str | None]] = [
            (draft.record_id, None, dump_document(draft.after)) for draft in new
        ]
        rows.extend(
            (record_id, name, dump_value(value))
            for record_id, difference in differences.items()
            for name, value in difference.items()
        )
        columns = ([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
        await self.connection.execute(
            _QUERIES["insert_changes"], self.object_type_id, *columns, now, source.type, source.id
        )

    async def archive(self, record_ids: Sequence[int]) -> list[int]:
        """Archive records, let go of their keys, and return those that were not archived before, ascending."""
        live = sorted(await self.lock(record_ids))
        if live:
            await self.connection.execute(_QUERIES["archive"], live)
            await self.connection.execute(_QUERIES["drop_keys_of"], live)
            await self.connection.execute(_QUERIES["drop_search_keys_of"], live)
        return live


def _record_id(draft: Draft) -> int:
    return draft.record_id


def dump_value(value: StoredValue | None) -> str | None:
    """Return a value as JSON text, none for no value."""
    return None if value is None else dump_document({"": value})[4:-1]
