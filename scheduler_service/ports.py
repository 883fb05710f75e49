"""What the handlers need of the outside."""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from scheduler_service.domain import ScheduleState
from shared.event_store import EventStore


class Schedules(Protocol):
    """The states of all workflows, inside one transaction."""

    async def lock(self, workflow_id: int) -> ScheduleState:
        """Return a workflow's state, a new one if there is none, and let nobody else change it."""
        ...

    async def claim_due(self, now: datetime, limit: int) -> list[ScheduleState]:
        """Return up to `limit` states whose next outcome is to be decided, earliest first; those of others left out."""
        ...

    async def advance(self, states: Sequence[ScheduleState]) -> None:
        """Store how far schedules have been decided, and what is next."""
        ...

    async def replace(self, state: ScheduleState) -> None:
        """Store everything of one state."""
        ...

    async def nearest(self) -> datetime | None:
        """Return the earliest instant at which something is to be decided; it may have passed."""
        ...

    async def due_after(self, workflow_id: int, instant: datetime) -> list[datetime]:
        """Return the instants after one at which a workflow was due, by the log."""
        ...


class Work(Protocol):
    """One transaction; leaving it without `commit()` rolls back."""

    schedules: Schedules
    events: EventStore

    async def rule_time(self) -> datetime:
        """Return the instant by which every rule decides."""
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
        """Roll back what was not committed."""
        ...


OpenWork = Callable[[], Work]
