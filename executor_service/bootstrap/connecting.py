"""One transaction on a connection of its own, for the words of the command line."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from executor_service.settings import Settings
from shared.postgres import Connection, connect

SCHEMA = "executor"

Outcome = TypeVar("Outcome")


async def with_connection(settings: Settings, act: Callable[[Connection], Awaitable[Outcome]]) -> Outcome:
    """Do something in one transaction and return what it returns."""
    connection = await connect(settings.url, schema=SCHEMA)
    try:
        async with connection.transaction():
            return await act(connection)
    finally:
        await connection.close()
