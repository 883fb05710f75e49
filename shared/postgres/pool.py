"""Connections: one way to open them, so that all have the same settings.

Tables are named without a schema in every query: the connection's search path decides which service's they are.
"""

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import orjson

# Only the stubs know the parameter; at run time the classes have none.
if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

# Tells our sessions from those of others.
APPLICATION_NAME = "workflows"
# Both ends of every connection notice a dead or stopped peer: idle transactions hold locks, and a server that cannot
# write to a stopped client waits for ever without the TCP time-outs.
_SERVER_SETTINGS = {
    "application_name": APPLICATION_NAME,
    "jit": "off",
    "timezone": "UTC",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "8000",
    "client_connection_check_interval": "2000",
    "idle_in_transaction_session_timeout": "10000",
    "lock_timeout": "5000",
}
_STATEMENT_SECONDS = 60

# Whatever a statement may raise when its session was ended under it; which of them is a matter of the moment.
DRIVER_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

# What passes: the server restarts, is away, or ended a session of ours.
_TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
)


def is_transient(error: BaseException) -> bool:
    """Tell whether an error of the driver passes by itself, so that the same work may be tried again."""
    return isinstance(error, _TRANSIENT)


# PostgreSQL's jsonb travels with a number of its format in front; in binary, so that COPY takes it too.
_JSONB_FORMAT = b"\x01"


def _dump_jsonb(value: object) -> bytes:
    return _JSONB_FORMAT + orjson.dumps(value)


def _load_jsonb(content: bytes) -> object:
    return orjson.loads(memoryview(content)[1:])


async def _initialise(connection: Connection) -> None:
    await connection.set_type_codec(
        "json", encoder=orjson.dumps, decoder=orjson.loads, schema="pg_catalog", format="binary"
    )
    await connection.set_type_codec(
        "jsonb", encoder=_dump_jsonb, decoder=_load_jsonb, schema="pg_catalog", format="binary"
    )


def _settings(schema: str, settings: dict[str, str] | None) -> dict[str, str]:
    own = {"search_path": schema, "statement_timeout": str(_STATEMENT_SECONDS * 1000)}
    return _SERVER_SETTINGS | own | (settings or {})


async def connect(url: str, *, schema: str, settings: dict[str, str] | None = None) -> Connection:
    """Open one connection with the settings of the pool; `settings` are PostgreSQL's own names and win.

    `schema` becomes the search path and may name several schemas, separated by commas.
    """
    connection = await asyncpg.connect(url, server_settings=_settings(schema, settings), timeout=10)
    await _initialise(connection)
    return connection


async def open_pool(
    url: str, *, schema: str, min_size: int = 1, max_size: int = 8, settings: dict[str, str] | None = None
) -> Pool:
    """Open a pool whose connections see one service's schema; the caller closes it."""
    return await asyncpg.create_pool(
        url,
        min_size=min_size,
        max_size=max_size,
        server_settings=_settings(schema, settings),
        init=_initialise,
        timeout=10,
    )


async def close_pool(pool: Pool, *, seconds: float = 5) -> None:
    """Close a pool; connections that do not come back in time are cut."""
    try:
        async with asyncio.timeout(seconds):
            await pool.close()
    except TimeoutError:
        pool.terminate()
