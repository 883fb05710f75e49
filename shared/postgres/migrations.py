"""Numbered SQL files, forward only, applied in one transaction under an advisory lock."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from shared.postgres.advisory import Kind, advisory_key, hashed_id
from shared.postgres.pool import Connection
from shared.postgres.queries import load_queries

_QUERIES = load_queries(__file__)


class MigrationChangedError(RuntimeError):
    """An applied migration whose file is not what it was."""

    def __init__(self, name: str) -> None:
        super().__init__(f"migration {name} was changed after it had been applied")
        self.name = name


async def migrate_schema(connection: Connection, *, schema: str, folders: Sequence[Path]) -> list[str]:
    """Bring one schema to head and return the names of the files applied now, in order.

    `folders` are applied one after the other, the files of each by name. Again: applies nothing.
    Raises MigrationChangedError when the bytes of an applied file differ.
    """
    files = [file for folder in folders for file in sorted(folder.glob("*.sql"))]
    async with connection.transaction():
        await connection.execute(_QUERIES["lock"], advisory_key(Kind.MIGRATE, hashed_id(schema)))
        await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        await connection.execute(_QUERIES["search"], schema)
        await connection.execute(_QUERIES["create_table"])
        applied = {row["name"]: row["digest"] for row in await connection.fetch(_QUERIES["applied"])}
        texts = [(f"{file.parent.parent.name}/{file.name}", file.read_text(encoding="utf-8")) for file in files]
        return [name for name, text in texts if await _apply(connection, name, text, applied)]


async def _apply(connection: Connection, name: str, text: str, applied: dict[str, str]) -> bool:
    digest = hashlib.sha256(text.encode()).hexdigest()
    if name in applied:
        if applied[name] != digest:
            raise MigrationChangedError(name)
        return False
    await connection.execute(text)
    await connection.execute(_QUERIES["record"], name, digest)
    return True
