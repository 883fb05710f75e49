"""What a service asks of PostgreSQL before it starts: that it keeps what it acknowledged, and is migrated to head.

A server that is away is waited for, with a log line a change of state; one that is there and not fit is refused, for it
would lose what the product promises to keep.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import asyncpg

from shared.logs import get_logger
from shared.loops import Stop
from shared.postgres.migrations import behind_head
from shared.postgres.pool import Connection, connect, is_transient
from shared.postgres.queries import load_queries

_QUERIES = load_queries(__file__)
_OLDEST: Final = 150_000
_LOOK_SECONDS: Final = 1.0
_log = get_logger("start")

Schemas = Mapping[str, Sequence[Path]]
"""The folders of each schema's migrations."""


class UnfitServerError(RuntimeError):
    """PostgreSQL is there, and cannot be worked with; `reasons` are sentences for people."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


async def wait_until_fit(url: str, *, schemas: Schemas, stop: Stop) -> None:
    """Return when the server is there and fit, or when told to stop; raises UnfitServerError."""
    reported: str | None = None
    while not stop.is_set:
        try:
            await _refuse_unfit(url, schemas)
        except Exception as error:  # sorted out in the next line
            if not is_transient(error):
                raise
            if type(error).__name__ != reported:
                _log.warning("PostgreSQL is away and is waited for", reason=str(error) or type(error).__name__)
            reported = type(error).__name__
            await stop.wait(_LOOK_SECONDS)
            continue
        if reported is not None:
            _log.info("PostgreSQL is there")
        return


async def troubles(connection: Connection, *, schemas: Schemas) -> list[str]:
    """Return what is wrong with a server, a sentence each; empty: it is fit."""
    row = await connection.fetchrow(_QUERIES["server"])
    assert row is not None  # noqa: S101 # a SELECT without FROM has one row
    found = [
        sentence
        for is_wrong, sentence in (
            (row["version"] < _OLDEST, f"PostgreSQL {row['version_text']} is too old: 15 or newer is needed"),
            (row["encoding"] != "UTF8", f"the database is encoded in {row['encoding']}: it must be UTF8"),
            (row["is_standby"], "the server is a standby: the primary is needed"),
            (not row["syncs"], "fsync is off: a crash could lose what was acknowledged"),
            (not row["writes_full_pages"], "full_page_writes is off: a crash could damage what was kept"),
        )
        if is_wrong
    ]
    for schema, folders in schemas.items():
        if missing := await behind_head(connection, schema=schema, folders=folders):
            found.append(f"the schema {schema} is not at head ({missing[0]}): run `workflows migrate`")
    return found


async def settings_of(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Return settings of the server, as people write them."""
    return {row["name"]: row["value"] for row in await connection.fetch(_QUERIES["settings"], list(names))}


async def _refuse_unfit(url: str, schemas: Schemas) -> None:
    connection = await open_known(url, schema=", ".join(schemas))
    try:
        found = await troubles(connection, schemas=schemas)
    finally:
        connection.terminate()
    if found:
        raise UnfitServerError(found)


async def open_known(url: str, *, schema: str) -> Connection:
    """Open a connection; raises UnfitServerError where the server does not take us, and what the driver raises."""
    try:
        return await connect(url, schema=schema)
    except asyncpg.InvalidParameterValueError as error:
        if "role" in str(error):
            raise UnfitServerError([f"{error}: run `workflows migrate`"]) from error
        raise UnfitServerError([str(error)]) from error
    except (asyncpg.ClientConfigurationError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        raise UnfitServerError([str(error)]) from error
    except asyncpg.PostgresError as error:
        if is_transient(error):
            raise
        raise UnfitServerError([str(error)]) from error
