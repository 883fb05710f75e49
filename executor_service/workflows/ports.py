"""What workflows ask of others, and what they offer to execution inside its transactions."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from executor_service.events import OccurrencesSkipped
from executor_service.records.domain.values import PropertyDefinition
from executor_service.workflows.domain.problems import Problem, ProblemLike
from executor_service.workflows.domain.revision import Action, Graph, InForce, Revision
from executor_service.workflows.domain.state import Plan, WorkflowState
from shared.event_store import EventStore

__all__ = [
    "Action",
    "ActionCatalogue",
    "Barrier",
    "Definitions",
    "Graph",
    "InForce",
    "NoSuchRevisionError",
    "NoSuchWorkflowError",
    "Outline",
    "Problem",
    "Repository",
    "Revision",
    "Standing",
    "Work",
    "WorkflowRow",
    "Workflows",
]

Definitions = Mapping[str, PropertyDefinition]
"""The properties of one object type by name; empty for a type that does not exist."""


class NoSuchWorkflowError(LookupError):
    """A workflow that never was, or is deleted."""

    def __init__(self, workflow_id: int) -> None:
        super().__init__(f"there is no workflow {workflow_id}")
        self.workflow_id = workflow_id


class NoSuchRevisionError(LookupError):
    """A revision that a workflow never had."""

    def __init__(self, workflow_id: int, revision: int) -> None:
        super().__init__(f"workflow {workflow_id} has no revision {revision}")
        self.workflow_id = workflow_id
        self.revision = revision


class ActionCatalogue(Protocol):
    """The actions that there are; bound to `execution.actions`.

    `action` is a member of `actions[]` as it was sent (its `fields`, where there are any, is an object), `path` its
    place (`actions[2]`): problems name places below it.
    """

    @property
    def known_types(self) -> frozenset[str]:
        """The `actionTypeId`s that can be run."""
        ...

    def problems(
        self, action: Mapping[str, Any], *, path: str, object_type_id: str, definitions: Definitions
    ) -> Sequence[ProblemLike]:
        """Return what the fields alone show to be wrong; asked at save. What is missing is no problem here."""
        ...

    def turn_on_problems(
        self, action: Mapping[str, Any], *, path: str, object_type_id: str, definitions: Definitions
    ) -> Sequence[ProblemLike]:
        """Return what is missing, does not exist or does not fit; asked of reachable actions when turned on."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What a worker asks of a workflow before it claims. `is_paused`: by itself or with the account."""

    is_on: bool
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """What is to be known of a workflow before something is asked of it; `time_zone_id` is its schedule's, resolved.

    `has_criteria`: whether it enrolls whom they match; else by hand only.
    """

    object_type_id: str
    revision: int
    time_zone_id: str
    is_on: bool
    has_criteria: bool


class Workflows(Protocol):
    """Workflows as execution sees them, on one connection inside the caller's transaction."""

    async def lock_for_evaluation(self, workflow_id: int) -> bool:
        """Lock account and workflow FOR SHARE, so that no change takes effect before the commit; false for none."""
        ...

    async def outline(self, workflow_id: int) -> Outline | None:
        """Return what a workflow is now, without a lock; null for one that never was, or is deleted."""
        ...

    async def paused_among(self, workflow_ids: Sequence[int]) -> AbstractSet[int]:
        """Return those of some workflows that are paused, by themselves or with the account."""
        ...

    async def deleted_among(self, workflow_ids: Sequence[int]) -> list[int]:
        """Return those of some workflows that are deleted, ascending."""
        ...

    async def in_force(self, workflow_id: int, due_at: datetime) -> InForce | None:
        """Return what held at `due_at`, read in a statement of its own; null for a workflow that never was."""
        ...

    async def standing(self, workflow_id: int) -> Standing:
        """Return whether a workflow is on and paused now; off for none. Read it after the barrier is held."""
        ...

    async def is_deleted(self, workflow_id: int) -> bool:
        """Tell whether a workflow is deleted; true for none."""
        ...

    async def object_type_id(self, workflow_id: int) -> str | None:
        """Return the object type of a workflow, deleted or not; null for one that never was."""
        ...

    async def revision(self, workflow_id: int, revision: int) -> Revision:
        """Return a revision by its number, out of a cache; raises NoSuchRevisionError.

        Its zone is the one it was last planned in when the cache met it.
        """
        ...

    async def append_skips(self, workflow_id: int, skips: Sequence[OccurrencesSkipped]) -> int:
        """Append what the scheduler skipped to the workflow's stream and return the position; locks the row.

        Call it last in a transaction: it appends to the log. Raises NoSuchWorkflowError for one that never was.
        """
        ...


class Repository(Protocol):
    """Workflows as their own handlers see them, on the connection of a unit of work."""

    async def now(self) -> datetime:
        """Return the instant by which rules decide: of a change, read it after the row is locked."""
        ...

    async def draw_id(self) -> int:
        """Return the id of a workflow that is about to be made."""
        ...

    async def lock(self, workflow_id: int) -> WorkflowState:
        """Lock a workflow for a change and return it; raises NoSuchWorkflowError, for a deleted one too."""
        ...

    async def lock_enabled(self) -> list[WorkflowState]:
        """Lock every workflow that is on, ascending."""
        ...

    async def load(self, workflow_id: int) -> WorkflowState:
        """Return a workflow without a lock; raises NoSuchWorkflowError, for a deleted one too."""
        ...

    async def page(self, *, after: int, limit: int) -> list[Mapping[str, Any]]:
        """Return workflows above an id that are not deleted, ascending, as items of the list."""
        ...

    async def write(self, before: WorkflowState, after: WorkflowState, plans: Sequence[Plan]) -> None:
        """Store what a locked, or new, workflow has become, with what was put in force."""
        ...


class Work(Protocol):
    """A unit of work: one transaction; leaving it without `commit()` rolls back."""

    @property
    def workflows(self) -> Repository:
        """The workflows."""
        ...

    @property
    def log(self) -> EventStore:
        """The executor's log; appended to last."""
        ...

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What goes into the metadata of its events: who asked."""
        ...

    async def account_zone(self) -> str:
        """Return the account's zone and keep it from changing before the commit."""
        ...

    async def definitions(self, object_type_id: str) -> Definitions:
        """Return the properties of an object type."""
        ...

    async def commit(self) -> None:
        """Make everything last."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Barrier(Protocol):
    """What turning off and pausing wait at."""

    async def passed(self, workflow_id: int) -> bool:
        """Wait until no action begun before is still to start; false when that was not so within 5 s."""
        ...


class WorkflowRow(Protocol):
    """The row of `GET /v1/workflows/{id}`; bound to history."""

    async def row(self, workflow_id: int, *, position: int) -> Mapping[str, Any]:
        """Return the row as it is once the projection has reached `position` (waits for it, at most 5 s)."""
        ...
