"""What the handlers of execution need: sessions, units of work, and the rows of one transaction.

The handlers know no driver. A *seat* is a session in use by one pass: its rows are read and written statement by
statement, `work()` opens a transaction on the same session, so whoever lost the session writes nothing.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from executor_service.execution.domain.cohorts import Claim, Cohort, Move, NewCohort, Place
from executor_service.execution.domain.occurrences import Occurrence
from executor_service.records.ports import Records
from executor_service.workflows.ports import Workflows
from shared.contracts import OccurrenceDue, OccurrencesSkipped
from shared.event_store import EventStore


class Occurrences(Protocol):
    """Occurrences, and what the scheduler skipped."""

    async def record(self, message: OccurrenceDue, *, object_type_id: str) -> bool:
        """Store what is due; false when it was stored before."""
        ...

    async def record_skips(self, message: OccurrencesSkipped, *, event_id: str) -> bool:
        """Store what the scheduler skipped; false when this event was stored before."""
        ...

    async def is_skipped(self, workflow_id: int, *, revision: int, nominal: str, due_at: datetime) -> bool:
        """Tell whether the scheduler recorded a skip over an occurrence of this revision's schedule."""
        ...

    async def waiting_workflows(self, *, limit: int) -> list[int]:
        """Return workflows that have an occurrence to be evaluated now, the longest due first."""
        ...

    async def head(self, workflow_id: int) -> Occurrence | None:
        """Return the occurrence at the head of a workflow's queue; None while nothing in it is due.

        What waits to be tried again is out of the queue, and the scheduled ones behind it with it.
        """
        ...

    async def seconds_until_next(self) -> float | None:
        """Return how long it is until something may be evaluated, never below zero; None when nothing waits."""
        ...

    async def count_attempt(self, occurrence_id: UUID) -> int:
        """Count an evaluation that begins, and return its number, from 1."""
        ...

    async def put_off(self, occurrence_id: UUID, *, seconds: float, failure: str) -> None:
        """Take an occurrence out of the queue for some time, and remember why its evaluation failed."""
        ...

    async def lock(self, occurrence_id: UUID) -> Occurrence:
        """Lock an occurrence until the transaction ends, and return it."""
        ...

    async def settle(self, occurrence_id: UUID, *, state: str, revision: int | None, version: int) -> None:
        """Write what became of an occurrence; `version` is that of its stream."""
        ...

    async def without_cohorts(self, *, limit: int) -> list[tuple[int, UUID]]:
        """Return (workflow, occurrence) of evaluated occurrences that may be over."""
        ...


class Cohorts(Protocol):
    """Cohorts, claimed by leases and guarded by epochs."""

    async def ready(self) -> list[Place]:
        """Return where cohorts may be claimed now, by workflow, within it the longest ready first."""
        ...

    async def claim(self, place: Place, *, limit: int, owner: str, lease_seconds: float) -> Claim | None:
        """Claim up to `limit` cohorts and up to 1,000 records (one cohort at least); None when none is ready.

        Cohorts with losses are claimed alone, when no other is ready.
        """
        ...

    async def lock(self, claim: Claim) -> tuple[datetime, list[Cohort]] | None:
        """Lock a claim's cohorts that still have its epoch, by id; return the instant and them, None for none."""
        ...

    async def lock_expired(self, *, limit: int) -> list[tuple[Place, str, Cohort]]:
        """Lock cohorts whose lease has run out and that nobody locks; each with its place and object type."""
        ...

    async def end(self, cohort_ids: Sequence[UUID]) -> None:
        """Delete cohorts that have ended."""
        ...

    async def move(self, moves: Sequence[Move]) -> None:
        """Let cohorts go on as they are, without an owner or losses."""
        ...

    async def release(self, cohort_id: UUID, *, losses: int) -> None:
        """Take a cohort from its owner, with its losses."""
        ...

    async def raise_epoch(self, cohort_id: UUID) -> None:
        """Begin a new epoch of a cohort: what its last owner still does finds another one."""
        ...

    async def add(self, cohorts: Sequence[NewCohort], *, workflow_id: int, revision: int, object_type_id: str) -> None:
        """Store new cohorts of one workflow and revision."""
        ...

    async def has_cohorts(self, occurrence_id: UUID) -> bool:
        """Tell whether an occurrence has enrollments that are active."""
        ...


class Requests(Protocol):
    """Wishes that records leave a workflow, filed by others and applied by whoever has their cohorts."""

    async def take(self, workflow_id: int, record_ids: Sequence[int]) -> Mapping[int, str]:
        """Take records that are to leave out of their pending requests; return the reason of each that leaves.

        In a statement of its own, after the cohorts were locked and before the records: what was filed before is seen.
        """
        ...


class Work(Protocol):
    """One transaction; leaving it without `commit()` rolls back. Append last."""

    @property
    def events(self) -> EventStore:
        """The log."""
        ...

    @property
    def occurrences(self) -> Occurrences:
        """The occurrences."""
        ...

    @property
    def cohorts(self) -> Cohorts:
        """The cohorts."""
        ...

    @property
    def requests(self) -> Requests:
        """The requests for unenrollment."""
        ...

    @property
    def workflows(self) -> Workflows:
        """The workflows."""
        ...

    @property
    def records(self) -> Records:
        """The records."""
        ...

    async def commit(self) -> None:
        """Commit; nothing may be done with the work afterwards."""
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


class Snapshot(Protocol):
    """One snapshot of the database, read only."""

    @property
    def records(self) -> Records:
        """The records in the snapshot."""
        ...

    async def begin(self) -> tuple[datetime, str]:
        """Return the instant of the snapshot and PostgreSQL's text of it."""
        ...

    def active_ids(self, workflow_id: int) -> AsyncIterator[Sequence[int]]:
        """Yield the ids of the records that are active in a workflow, cohort by cohort."""
        ...


class Seat(Protocol):
    """A session in use by one pass."""

    @property
    def occurrences(self) -> Occurrences:
        """The occurrences, each statement a transaction of its own."""
        ...

    @property
    def cohorts(self) -> Cohorts:
        """The cohorts, each statement a transaction of its own."""
        ...

    @property
    def workflows(self) -> Workflows:
        """The workflows, each statement a transaction of its own."""
        ...

    def work(self) -> Work:
        """Return a unit of work on this session."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a transaction that sees one snapshot, younger than what the session holds.

        Raises EvaluationTooSlowError when a statement in it meets its limit.
        """
        ...

    def evaluating(self, workflow_id: int) -> AbstractAsyncContextManager[bool]:
        """Try to be the evaluator of a workflow, without waiting; gives whether it is."""
        ...

    def behind_barrier(self, workflow_id: int) -> AbstractAsyncContextManager[bool]:
        """Try to hold a workflow's barrier, shared, without waiting; gives whether it is held."""
        ...


class Session(Protocol):
    """A session of the database that is kept, and opened again when it was ended."""

    def seat(self) -> AbstractAsyncContextManager[Seat]:
        """Use the session; one pass at a time."""
        ...


class EvaluationTooSlowError(Exception):
    """A statement of an evaluation met its limit."""

    def __init__(self) -> None:
        super().__init__("the evaluation met the limit of its statement")
