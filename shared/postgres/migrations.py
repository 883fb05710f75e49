"""Numbered SQL files, forward only, applied in one transaction under an advisory lock.

Whatever was applied, the role of the schema's service has its rights afterwards (see `rights`).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from shared.postgres.advisory import Kind, advisory_key, hashed_id
from shared.postgres.pool import Connection
from shared.postgres.queries import load_queries
from shared.postgres.rights import grant_rights, make_role

_QUERIES = load_queries(__file__)


class MigrationChangedError(RuntimeError):
    """An applied migration whose file is not what it was."""

    def __init__(self, name: str) -> None:
        super().__init__(f"migration {name} was changed after it had been applied")
        self.name = name


async def migrate_schema(connection: Connection, *, schema: str, folders: Sequence[Path]) -> list[str]:
    """Bring one schema to head and return the names of the files applied now, in order.

    `folders` are applied one after the other, the files of each by name. Again: applies nothing.
    Raises MigrationChangedError when the bytes of an applied file differ, and MayNotMakeRolesError.
    """
    role = await make_role(connection, schema)
    async with connection.transaction():
        await connection.execute(_QUERIES["lock"], advisory_key(Kind.MIGRATE, hashed_id(schema)))
        await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        await connection.execute(_QUERIES["search"], schema)
        await connection.execute(_QUERIES["create_table"])
        applied = {row["name"]: row["digest"] for row in await connection.fetch(_QUERIES["applied"])}
        now = [name for name, text in _texts(folders) if await _apply(connection, name, text, applied)]
        if role is not None:
            await grant_rights(connection, schema=schema, role=role, is_new=bool(now))
        return now


async def behind_head(connection: Connection, *, schema: str, folders: Sequence[Path]) -> list[str]:
    """Return the files that were not applied to a schema, or were changed since; empty: it is at head."""
    async with connection.transaction(readonly=True):
        await connection.execute(_QUERIES["search"], schema)
        if not await connection.fetchval(_QUERIES["is_migrated"]):
            return [name for name, _ in _texts(folders)]
        applied = {row["name"]: row["digest"] for row in await connection.fetch(_QUERIES["applied"])}
    return [name for name, text in _texts(folders) if applied.get(name) != _digest(text)]


def _texts(folders: Sequence[Path]) -> list[tuple[str, str]]:
    files = [file for folder in folders for file in sorted(folder.glob("*.sql"))]
    return [(f"{file.parent.parent.name}/{file.name}", file.read_text(encoding="utf-8")) for file in files]


async def _apply(connection: Connection, name: str, text: str, applied: dict[str, str]) -> bool:
    if name in applied:
        if applied[name] != _digest(text):
            raise MigrationChangedError(name)
        return False
    await connection.execute(text)
    await connection.execute(_QUERIES["record"], name, _digest(text))
    return True


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
