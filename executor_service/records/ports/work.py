"""The unit of work over records and properties."""

from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from executor_service.records.ports.properties import Properties
from executor_service.records.ports.records import Records
from executor_service.records.ports.searching import Lookups


class RecordsWork(Protocol):
    """A unit of work over records and properties; leaving it without `commit()` rolls back."""

    @property
    def records(self) -> Records:
        """The records."""
        ...

    @property
    def lookups(self) -> Lookups:
        """What people look up of the records."""
        ...

    @property
    def properties(self) -> Properties:
        """The properties."""
        ...

    async def now(self) -> datetime:
        """Return the instant by which rules decide."""
        ...

    async def account_zone(self) -> str:
        """Return the IANA name of the account's zone."""
        ...

    async def commit(self) -> None:
        """Commit; nothing may be done with it afterwards."""
        ...

    async def __aenter__(self) -> Self:
        """Begin."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back unless committed."""
        ...
