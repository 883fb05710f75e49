"""What the account offers to the packages above it, and what it asks of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from executor_service.account.domain import Account
from executor_service.events import AccountEvent
from shared.postgres import Connection


class AccountBook(Protocol):
    """The account's row and stream, inside one transaction."""

    async def lock(self) -> Account:
        """Return the settings; until the transaction ends nobody else changes them or appends to the stream."""
        ...

    async def set(self, account: Account) -> None:
        """Write the settings."""
        ...

    async def now(self) -> datetime:
        """Return the instant by which rules decide: of a change, read it after the row is locked."""
        ...

    async def pause(self, at: datetime) -> None:
        """Write that everything is paused from an instant on."""
        ...

    async def resume(self, at: datetime) -> None:
        """Write that the pause ends at an instant."""
        ...

    async def append(self, events: Sequence[AccountEvent]) -> int:
        """Append to the stream `account` and return the position; last in a transaction."""
        ...

    async def position(self) -> int:
        """Return the position of the stream's last event, 0 without one."""
        ...


class ZoneChanged(Protocol):
    """Told when the account's zone has changed, inside the same transaction, after the account's row was locked.

    Bound to the handler of `workflows` that tells the scheduler of every workflow whose schedule names no zone.
    """

    async def __call__(self, connection: Connection, *, time_zone_id: str) -> None:
        """Append what follows from the change; the account's own event is appended after it."""
        ...


class TellZone(Protocol):
    """`ZoneChanged`, bound to the transaction."""

    async def __call__(self, *, time_zone_id: str) -> None:
        """Append what follows from the change."""
        ...


class Standstill(Protocol):
    """Waits until nothing begun before is still to start; bound to the barriers of `workflows`."""

    async def __call__(self) -> bool:
        """Wait at the barrier of every workflow; false when that took more than 5 s."""
        ...


class StoredOccurrences(Protocol):
    """The occurrences that wait for a pause to end; bound to `execution`."""

    async def __call__(
        self, connection: Connection, *, workflow_id: int | None, after: datetime, upto: datetime
    ) -> int:
        """Count the scheduled ones with after < due_at <= upto that are stored; of all workflows for null."""
        ...


class Zones(Protocol):
    """The account's zone, on a connection; bound to `account.store.zone`."""

    async def __call__(self, connection: Connection) -> str:
        """Return the IANA name of the account's zone."""
        ...
