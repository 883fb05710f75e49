"""What every action says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self

from executor_service.execution.domain.cohorts import Cohort, Phase, cut
from executor_service.execution.domain.settlement import Outcome, OutcomeName
from executor_service.records.ports import Definitions, Records, Source
from executor_service.workflows.domain.problems import Problem
from executor_service.workflows.domain.revision import Action, Branch, Revision


class Kind(StrEnum):
    """What doing an action takes.

    `INSIDE`: its effect is done in the transaction that moves the records on. `WAIT`: records stay until an instant.
    `BRANCH`: records are told apart. Only what is `INSIDE` is passed over while the workflow is off.
    """

    INSIDE = "INSIDE"
    WAIT = "WAIT"
    BRANCH = "BRANCH"


@dataclass(frozen=True, slots=True)
class Step:
    """The records of a claim at an action; each id stands once, `now` is the one instant of the claim.

    `cohorts` are all of the claim, also where some of their records have left.
    """

    action: Action
    revision: Revision
    record_ids: Sequence[int]
    now: datetime
    cohorts: Sequence[Cohort]

    @property
    def workflow_id(self) -> int:
        """The workflow."""
        return self.revision.workflow_id

    @property
    def object_type_id(self) -> str:
        """The object type of the records."""
        return self.revision.object_type_id

    @property
    def phase(self) -> Phase:
        """The phase of all records."""
        return self.cohorts[0].phase

    def only(self, record_ids: Sequence[int]) -> Self:
        """Return the step of some of its records."""
        return replace(self, record_ids=record_ids)

    @property
    def source(self) -> Source:
        """What the value history names as the writer."""
        return Source("AUTOMATION_PLATFORM", str(self.workflow_id))

    def went_on(
        self,
        name: OutcomeName,
        record_ids: Sequence[int],
        *,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
        contents: Sequence[bytes] = (),
    ) -> Outcome:
        """Return an outcome whose records go on to the next action at once, or are completed."""
        action = self.action
        return Outcome(name, record_ids, action.next, self.now, reason, details, again=action.again, contents=contents)

    def took(
        self, branch: Branch | None, record_ids: Sequence[int], *, details: Mapping[str, Any], contents: Sequence[bytes]
    ) -> Outcome:
        """Return an outcome whose records take a branch; null: the default."""
        way = branch or self.action
        return Outcome(
            "SUCCEEDED",
            record_ids,
            way.next,
            self.now,
            details=details,
            again=way.again,
            branch=None if branch is None else branch.name,
            contents=contents,
        )

    def stayed(self, record_ids: Sequence[int], *, until: datetime) -> Outcome:
        """Return an outcome whose records wait where they are."""
        return Outcome("WAITING", record_ids, self.action.action_id, until, phase="WAITING")

    def left(self, name: OutcomeName, record_ids: Sequence[int], *, reason: str) -> Outcome:
        """Return an outcome that ends its records' enrollments here."""
        return Outcome(name, record_ids, None, self.now, reason)

    def missing(self, record_ids: Sequence[int]) -> Outcome:
        """Return the outcome of records that are archived or gone."""
        return self.left("MISSING", record_ids, reason="RECORD_DELETED")


class ActionKind(Protocol):
    """One kind of action. What it does inside is done in the caller's transaction: exactly once."""

    @property
    def type_id(self) -> str:
        """The `actionTypeId`; of an action that has none, its `type`."""
        ...

    @property
    def kind(self) -> Kind:
        """What doing it takes."""
        ...

    @property
    def payload(self) -> str | None:
        """Under which name its details tell of the contents of its outcomes; null where there never are any."""
        ...

    def problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """Return what the document alone shows to be wrong; what is missing is no problem at save."""
        ...

    def turn_on_problems(self, action: Mapping[str, Any], *, path: str, definitions: Definitions) -> list[Problem]:
        """Return what is missing, does not exist or does not fit."""
        ...

    async def act(self, step: Step, *, records: Records) -> list[Outcome]:
        """Do it for all records and return what became of them: outcomes that hold each record once."""
        ...


_ASKED_AT_ONCE = 8_000


async def tell_missing(step: Step, *, records: Records) -> tuple[list[int], list[int]]:
    """Return the records of a claim that are there, and those that are archived or gone; both ascend.

    For what ends without a write: a write tells them apart by itself.
    """
    missing: set[int] = set()
    for ids in cut(step.record_ids, _ASKED_AT_ONCE):
        missing.update(await records.missing(step.object_type_id, ids))
    return sorted(set(step.record_ids).difference(missing)), sorted(missing)


class UnknownActionError(LookupError):
    """A graph holds an action of a type that is not held here."""

    def __init__(self, type_id: str) -> None:
        super().__init__(f"there is no action of type {type_id}")
        self.type_id = type_id
