"""What the handlers of execution need: sessions, units of work, and the rows of one transaction.

The handlers know no driver. A *seat* is a session in use by one pass: its rows are read and written statement by
statement, `work()` opens a transaction on the same session, so whoever lost the session writes nothing.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from executor_service.execution.domain.cohorts import CLAIM_SIZE, Claim, Cohort, Move, NewCohort, Place
from executor_service.execution.domain.occurrences import AskedOccurrence, Occurrence
from executor_service.execution.domain.payloads import Payload
from executor_service.execution.domain.requests import Holder, Request, Shrunk
from executor_service.records.ports import Records
from executor_service.workflows.ports import Workflows
from shared.contracts import OccurrenceDue, OccurrencesSkipped
from shared.event_store import EventStore


@dataclass(frozen=True, slots=True)
class Waiting:
    """A workflow with something in its queue now; `has_requests`: also requests for unenrollment."""

    workflow_id: int
    has_requests: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A scheduled occurrence that stands later in the same pause."""

    due_at: datetime
    nominal: str
    state: str


class Queue(Protocol):
    """What waits for a workflow's evaluator, in one order."""

    async def waiting(self) -> list[Waiting]:
        """Return the workflows that have something in their queue now, the one that waits longest first."""
        ...

    async def head(self, workflow_id: int, *, is_paused: bool) -> Occurrence | Request | None:
        """Return the head of a workflow's queue; None while nothing in it is due.

        What waits to be tried again is out of the queue, and the scheduled ones behind it with it. In a pause only a
        request is given, which passes what is scheduled and not what was asked for before it.
        """
        ...

    async def seconds_until_next(self) -> float | None:
        """Return how long it is until something that is still ahead may be evaluated; None when nothing is."""
        ...


class Occurrences(Protocol):
    """Occurrences, and what the scheduler skipped."""

    async def now(self) -> datetime:
        """Return the instant by which rules decide."""
        ...

    async def record_asked(self, asked: AskedOccurrence) -> bool:
        """Store what somebody asked for; false when it was stored before."""
        ...

    async def find(self, occurrence_id: UUID) -> Occurrence | None:
        """Return an occurrence as it is; None for one that is not stored."""
        ...

    async def named_ids(self, occurrence_id: UUID) -> Sequence[int] | None:
        """Return the records that an occurrence was asked for, ascending; None when it is for those that match."""
        ...

    async def newest(self, workflow_id: int, *, after: datetime, upto: datetime) -> Later | None:
        """Return the newest scheduled occurrence with after < due_at <= upto, whatever became of it."""
        ...

    async def record(self, message: OccurrenceDue, *, object_type_id: str) -> bool:
        """Store what is due; false when it was stored before."""
        ...

    async def record_skips(self, message: OccurrencesSkipped, *, event_id: str) -> bool:
        """Store what the scheduler skipped; false when this event was stored before."""
        ...

    async def is_skipped(self, workflow_id: int, *, revision: int, nominal: str, due_at: datetime) -> bool:
        """Tell whether the scheduler recorded a skip over an occurrence of this revision's schedule."""
        ...

    async def count_attempt(self, occurrence_id: UUID) -> int:
        """Count an evaluation that begins, and return its number, from 1."""
        ...

    async def take_back_attempt(self, occurrence_id: UUID) -> None:
        """Count an attempt no longer: a pause was set before it had begun."""
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

    async def claim(
        self, place: Place, *, limit: int, owner: str, lease_seconds: float, most_records: int = CLAIM_SIZE
    ) -> Claim | None:
        """Claim up to `limit` cohorts and `most_records` records (one cohort at least); None when none is ready.

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

    async def file(
        self, request_id: UUID, workflow_id: int, record_ids: Sequence[int], *, reason: str, filed_at: datetime
    ) -> bool:
        """Store a request; false when it was stored before."""
        ...

    async def is_filed(self, request_id: UUID) -> bool:
        """Tell whether a request was stored before, ended or not."""
        ...

    async def take(self, workflow_id: int, record_ids: Sequence[int]) -> Mapping[int, str]:
        """Note that records leave by their pending requests; return the reason of each that leaves.

        In a statement of its own, after the cohorts were locked and before the records: what was filed before is seen.
        A request ends only at the head of the queue, so that it also reaches whom an older occurrence enrolls.
        """
        ...

    async def holding(self, workflow_id: int, request_id: UUID, *, limit: int) -> list[UUID]:
        """Return cohorts that hold records of a pending request, those that nobody owns first."""
        ...

    async def lock_unowned(self, cohort_ids: Sequence[UUID]) -> list[Holder]:
        """Lock those of some cohorts that nobody owns and nobody is about to claim, by id."""
        ...

    async def lock_any_unowned(self, workflow_id: int, *, limit: int) -> list[Holder]:
        """Lock cohorts of a workflow that nobody owns and nobody is about to claim, by id."""
        ...

    async def shrink(self, cohorts: Sequence[Shrunk]) -> None:
        """Let locked cohorts go on with fewer records, in a new epoch."""
        ...

    async def end(self, request_id: UUID) -> int:
        """End a request, and return how many records have left by it."""
        ...

    async def with_unowned(self) -> list[int]:
        """Return the workflows that have cohorts which nobody owns, ascending."""
        ...


class Payloads(Protocol):
    """Personal or verbatim bytes, kept outside the log."""

    async def add(self, payload: Payload) -> None:
        """Store the payload of a claim."""
        ...

    async def contents(self, payload_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[int, bytes]]:
        """Return the contents of payloads by record, without what was erased."""
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
    def payloads(self) -> Payloads:
        """What is kept outside the log."""
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
    def occurrences(self) -> Occurrences:
        """The occurrences in the snapshot."""
        ...

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
    def queue(self) -> Queue:
        """The queues, each statement a transaction of its own."""
        ...

    @property
    def requests(self) -> Requests:
        """The requests for unenrollment, each statement a transaction of its own."""
        ...

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
