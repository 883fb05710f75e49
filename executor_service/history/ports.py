"""What the history's calls are asked for and answer with."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from executor_service.history.domain.causes import Cause, CauseKind, Item, ItemState
from executor_service.history.domain.rows import Change, GroupName, Status
from shared.event_store import RecordedEvent

# Above every position and every place in an event: where a list begins that is read newest first.
TOP = (2**62, 2**31 - 1, 2**62)

Place = tuple[int, int, int]
"""(position, n, place in the array): the cursor of lists of records."""


@dataclass(frozen=True, slots=True)
class EnrollmentFilter:
    """Which enrollments of a workflow; what is None lets all through."""

    record_id: int | None = None
    status: Status | None = None
    occurrence_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows of the action log; `since` is inclusive, `until` exclusive."""

    record_id: int | None = None
    action_id: str | None = None
    group: GroupName | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OccurrenceFilter:
    """Which occurrences of a workflow, by state and by the instant they are due at; `until` is exclusive."""

    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events of the log itself."""

    stream: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The object type that was meant, and whether a record of it has this id, archived or not."""

    object_type_id: str
    is_record: bool


FindRecord = Callable[[str, int], Awaitable[Whereabouts | None]]
"""Looks for a record by its type's id or plural name and its own id, none for no such type; bound to records."""


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items; what is None lets all through."""

    state: ItemState | None = None
    kind: CauseKind | None = None
    workflow_id: int | None = None


class ProjectionWork(Protocol):
    """One transaction of the projector."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def next_events(self, *, horizon: int, limit: int) -> list[RecordedEvent]:
        """Return the events behind the checkpoint up to the horizon; nobody else projects meanwhile."""
        ...

    async def write(self, changes: Sequence[Change], *, position: int) -> None:
        """Write changes and move the checkpoint."""
        ...

    async def commit(self) -> None:
        """Commit."""
        ...


class CauseSource(Protocol):
    """Something that knows what goes wrong."""

    @property
    def present(self) -> frozenset[CauseKind]:
        """The kinds of which it named all that there are when it was asked last."""
        ...

    async def causes(self) -> Sequence[Cause]:
        """Return the causes that there are, or that are not what was seen of them."""
        ...


class Review(Protocol):
    """One transaction over the items; leaving it without `commit()` rolls back."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def locked(self, ids: Sequence[UUID], *, open_of: Collection[CauseKind]) -> Mapping[UUID, Item]:
        """Return items by id, with all open ones of some kinds; nobody else changes them meanwhile."""
        ...

    async def write(self, items: Sequence[Item]) -> None:
        """Store items."""
        ...

    async def commit(self) -> None:
        """Commit."""
        ...


OpenReview = Callable[[], Review]
