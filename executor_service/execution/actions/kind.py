"""What every action says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from executor_service.execution.domain.cohorts import cut
from executor_service.execution.domain.settlement import Outcome, OutcomeName
from executor_service.records.ports import Definitions, Records
from executor_service.workflows.domain.problems import Problem
from executor_service.workflows.domain.revision import Action


@dataclass(frozen=True, slots=True)
class Step:
    """The records of a claim at an action; `now` is the one instant of the claim, each id stands once."""

    action: Action
    workflow_id: int
    object_type_id: str
    record_ids: Sequence[int]
    now: datetime

    def went_on(
        self,
        name: OutcomeName,
        record_ids: Sequence[int],
        *,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Return an outcome whose records go on to the next action at once, or are completed."""
        return Outcome(name, record_ids, self.action.next, self.now, reason, details)

    def left(self, name: OutcomeName, record_ids: Sequence[int], *, reason: str) -> Outcome:
        """Return an outcome that ends its records' enrollments here."""
        return Outcome(name, record_ids, None, self.now, reason)


class ActionKind(Protocol):
    """One kind of action. Its effect is done in the caller's transaction: exactly once."""

    @property
    def type_id(self) -> str:
        """The `actionTypeId`."""
        ...

    def problems(self, action: Mapping[str, Any], *, path: str) -> list[Problem]:
        """Return what the fields alone show to be wrong; what is missing is no problem at save."""
        ...

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """Return what is missing, does not exist or does not fit."""
        ...

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """Do it for all records and return what became of them: outcomes that hold each record once."""
        ...


_READ_AT_ONCE = 100


async def tell_missing(step: Step, *, records: Records) -> tuple[list[int], list[int]]:
    """Return the records of a claim that are there, and those that are archived or gone; both ascend.

    For what ends without a write: a write tells them apart by itself.
    """
    living: list[int] = []
    for ids in cut(step.record_ids, _READ_AT_ONCE):
        found = await records.read(step.object_type_id, ids)
        living.extend(record.id for record in found if record.archived_at is None)
    return sorted(living), sorted(set(step.record_ids).difference(living))


class UnknownActionError(LookupError):
    """A graph holds an action of a type that is not held here."""

    def __init__(self, type_id: str) -> None:
        super().__init__(f"there is no action of type {type_id}")
        self.type_id = type_id
