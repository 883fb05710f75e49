"""What crosses between the services and to others: topics, derived ids, the data of lifecycle and due messages.

Everything here is public and changes only by addition. Ids are derived, so that whoever computes one names it alike.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

# The namespace of every derived id; it never changes.
NAMESPACE: Final = UUID("6f0d7f3e-52d4-5c8b-9a5e-3b1f0c9d2a41")

LIFECYCLE: Final = "workflows.lifecycle.v1"
DUE: Final = "workflows.due.v1"
HISTORY: Final = "workflows.history.v1"
LOG: Final = "workflows.log.v1"
COMMANDS: Final = "workflows.commands.v1"
RECORDS: Final = "crm.records.v1"
DEAD_LETTER_SUFFIX: Final = ".dead-letter"

# Who reads what the other service writes; each group's id is this and the cluster's id.
SCHEDULER_GROUP: Final = "workflows-scheduler"
EXECUTOR_GROUP: Final = "workflows-executor"

_DAY_MS: Final = 86_400_000


class Topic(BaseModel):
    """A topic as it is declared: its partitions, and for how long it keeps messages (-1: for ever)."""

    model_config = ConfigDict(frozen=True)

    name: str
    partitions: int
    retention_ms: int


TOPICS: Final = (
    Topic(name=LIFECYCLE, partitions=1, retention_ms=-1),
    Topic(name=DUE, partitions=8, retention_ms=7 * _DAY_MS),
    Topic(name=HISTORY, partitions=12, retention_ms=7 * _DAY_MS),
    Topic(name=COMMANDS, partitions=8, retention_ms=7 * _DAY_MS),
    Topic(name=RECORDS, partitions=12, retention_ms=7 * _DAY_MS),
    Topic(name=LOG, partitions=1, retention_ms=-1),
    *(
        Topic(name=name + DEAD_LETTER_SUFFIX, partitions=1, retention_ms=30 * _DAY_MS)
        for name in (LIFECYCLE, DUE, COMMANDS, RECORDS)
    ),
)


def instant_text(instant: datetime) -> str:
    """Return RFC 3339 in UTC with `Z`; fractions of a second are written only when there are any."""
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds" if utc.microsecond else "seconds") + "Z"


def derived_id(text: str) -> UUID:
    """Return the UUIDv5 of a text in the product's namespace."""
    return uuid5(NAMESPACE, text)


def scheduled_occurrence_id(workflow_id: int, due_at: datetime) -> UUID:
    """Return the id of the occurrence of a workflow's schedule at an instant."""
    return derived_id(f"occurrence/{workflow_id}/{instant_text(due_at)}")


def asked_occurrence_id(workflow_id: int, trigger: str, command_id: str) -> UUID:
    """Return the id of an occurrence that somebody asked for."""
    return derived_id(f"occurrence/{workflow_id}/{trigger}/{command_id}")


def page_cohort_id(occurrence_id: UUID, page: int) -> UUID:
    """Return the id of the cohort that an evaluation made of its page, counted from 0."""
    return derived_id(f"cohort/{occurrence_id}/{page}")


def claim_cohort_id(claim_id: UUID, version: int, number: int) -> UUID:
    """Return the id of a cohort made by a claim; `version` that of its event in the claim's stream, 0 without one."""
    return derived_id(f"cohort/{claim_id}/{version}/{number}")


def claim_id(workflow_id: int, first_cohort: UUID, epoch: int) -> UUID:
    """Return the id of a claim, by its first cohort and the epoch it gave to it."""
    return derived_id(f"claim/{workflow_id}/{first_cohort}/{epoch}")


def enrollment_id(occurrence_id: UUID, record_id: int) -> UUID:
    """Return the id of a record's passage for one occurrence."""
    return derived_id(f"enrollment/{occurrence_id}/{record_id}")


def event_id(stream: str, version: int) -> UUID:
    """Return the id of an event."""
    return derived_id(f"event/{stream}/{version}")


def effect_id(occurrence_id: UUID, record_id: int, action_id: str, visit: int) -> UUID:
    """Return the key of an effect, the same on every attempt."""
    return derived_id(f"effect/{occurrence_id}/{record_id}/{action_id}/{visit}")


def record_message_ids(event: UUID, record_ids: Iterable[int], *, ending: bool = False) -> Iterator[bytes]:
    """Yield the `ce_id` of the message about each record that an event gives, as text in bytes.

    An action that is an enrollment's last gives two messages a record; the one about the end has its own (`ending`).
    """
    begun = hashlib.sha1(NAMESPACE.bytes + f"message/{event}/".encode(), usedforsecurity=False)
    suffix = b"/end" if ending else b""
    for record_id in record_ids:
        digest = begun.copy()
        digest.update(b"%d%b" % (record_id, suffix))
        yield _uuid5_text(digest.hexdigest())


# A UUID's variant: its two highest bits are 10, whatever digit stood there.
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def _uuid5_text(sha1: str) -> bytes:
    """Return the text of the UUIDv5 of a SHA-1 in hexadecimal: as `str(UUID(…))` writes it, and much faster."""
    variant = _VARIANT[sha1[16]]
    return f"{sha1[:8]}-{sha1[8:12]}-5{sha1[13:16]}-{variant}{sha1[17:20]}-{sha1[20:32]}".encode()


SEQUENCE_INDEX_DIGITS: Final = 6


def sequence_text(position: int, index: int) -> str:
    """Return `ce_sequence`: text that sorts as (position in the log, index in the event) does."""
    return f"{position:020d}.{index:0{SEQUENCE_INDEX_DIGITS}d}"


class Wire(BaseModel):
    """The form of everything on the wire: camelCase, frozen, unknown fields let pass (data only gains fields)."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


WorkflowId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,15}$")]
Word = Annotated[str, Field(max_length=100)]
"""A revision, a zone, a nominal or local time: never longer, so that an index can hold it."""


class WorkflowTurnedOn(Wire):
    """A workflow is on with this schedule; an edit while on, and a change of the account's zone, are another one.

    `version` is that of the workflow's stream; one that is not above the version known is old news.
    """

    type: Literal["workflows.workflow.turned-on.v1"] = "workflows.workflow.turned-on.v1"
    workflow_id: WorkflowId
    revision_id: Word
    version: int = Field(ge=1)
    effective_at: datetime
    schedule: dict[str, Any] | None
    """Null: the workflow is on without a schedule, and nothing is planned."""
    time_zone_id: Word


class WorkflowTurnedOff(Wire):
    """A workflow is off from an instant on."""

    type: Literal["workflows.workflow.turned-off.v1"] = "workflows.workflow.turned-off.v1"
    workflow_id: WorkflowId
    revision_id: Word
    version: int = Field(ge=1)
    effective_at: datetime


class WorkflowPaused(Wire):
    """Nothing of a workflow begins from an instant on; the scheduler goes on deciding."""

    type: Literal["workflows.workflow.paused.v1"] = "workflows.workflow.paused.v1"
    workflow_id: WorkflowId
    revision_id: Word
    version: int = Field(ge=1)
    effective_at: datetime


class WorkflowResumed(Wire):
    """A pause of a workflow has ended."""

    type: Literal["workflows.workflow.resumed.v1"] = "workflows.workflow.resumed.v1"
    workflow_id: WorkflowId
    revision_id: Word
    version: int = Field(ge=1)
    effective_at: datetime


class WorkflowDeleted(Wire):
    """A workflow is gone from an instant on."""

    type: Literal["workflows.workflow.deleted.v1"] = "workflows.workflow.deleted.v1"
    workflow_id: WorkflowId
    revision_id: Word
    version: int = Field(ge=1)
    effective_at: datetime


Lifecycle = Annotated[
    WorkflowTurnedOn | WorkflowTurnedOff | WorkflowPaused | WorkflowResumed | WorkflowDeleted,
    Field(discriminator="type"),
]


class OccurrenceDue(Wire):
    """A workflow is due: the scheduler's promise to the executor, once for each occurrence.

    `nominal` is the local wall time that the rule names, `local_time` what it became, with its offset.
    """

    type: Literal["workflows.occurrence.due.v1"] = "workflows.occurrence.due.v1"
    workflow_id: WorkflowId
    revision_id: Word
    occurrence_id: UUID
    due_at: datetime
    nominal: Word
    local_time: Word
    time_zone_id: Word
    tzdata: Word
    nominal_dates: tuple[Word, ...] | None = None


class OccurrencesSkipped(Wire):
    """Consecutive occurrences that will not be due, with one reason; first and last are nominal times.

    `first_at` and `last_at` are the instants at which these stand: a local time that exists twice has one nominal time
    and two instants.
    """

    type: Literal["workflows.occurrence.skipped.v1"] = "workflows.occurrence.skipped.v1"
    workflow_id: WorkflowId
    revision_id: Word
    reason: Literal["MISSED", "MERGED", "HOLIDAY", "GAP", "NO_SUCH_DAY", "CATCH_UP_LIMIT"]
    first: Word
    last: Word
    count: int = Field(ge=1, le=2**31 - 1)
    first_at: datetime | None = None
    last_at: datetime | None = None


class ScheduleChanged(Wire):
    """The scheduler has taken over, dropped, or set aside a workflow's schedule; for information only."""

    type: Literal["workflows.schedule.set.v1", "workflows.schedule.cleared.v1", "workflows.schedule.broken.v1"]
    workflow_id: WorkflowId
    revision_id: Word


DueMessage = Annotated[OccurrenceDue | OccurrencesSkipped | ScheduleChanged, Field(discriminator="type")]
