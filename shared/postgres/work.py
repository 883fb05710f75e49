"""A unit of work: one transaction, entered with `async with`, rolled back unless it was committed."""

from types import TracebackType
from typing import Self

import asyncpg
from asyncpg.transaction import Transaction as DriverTransaction

from shared.postgres.pool import Connection, Pool


class NotEnteredError(RuntimeError):
    """A unit of work used outside its `async with`."""

    def __init__(self) -> None:
        super().__init__("a unit of work is used inside `async with`")


class Transaction:
    """One transaction on a connection of the pool, or on a session that the caller keeps.

    Subclasses build the ports of the transaction in `ports()`. Leaving it without `commit()` rolls back.
    """

    def __init__(self, source: Pool | Connection) -> None:
        self._source = source
        self._connection: Connection | None = None
        self._driver: DriverTransaction | None = None
        self._ended = False

    @property
    def connection(self) -> Connection:
        """The connection of the transaction; raises NotEnteredError outside it."""
        if self._connection is None:
            raise NotEnteredError
        return self._connection

    def ports(self) -> None:
        """Build what the transaction carries; called once it has begun."""

    async def commit(self) -> None:
        """Commit; nothing may be done with the unit of work afterwards."""
        if self._driver is None:
            raise NotEnteredError
        self._ended = True
        await self._driver.commit()

    async def __aenter__(self) -> Self:
        if isinstance(self._source, asyncpg.Pool):
            self._connection = await self._source.acquire()  # type: ignore[assignment] # a proxy that stands for it
        else:
            self._connection = self._source
        try:
            self._driver = self.connection.transaction()
            await self._driver.start()
            self._ended = False
            self.ports()
        except BaseException:  # whatever it was, the connection goes back to its pool
            await self._release()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if not self._ended and self._driver is not None and not self.connection.is_closed():
                await self._driver.rollback()
        finally:
            await self._release()

    async def _release(self) -> None:
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None and isinstance(self._source, asyncpg.Pool):
            await self._source.release(connection)  # type: ignore[arg-type] # the proxy that the pool handed out
