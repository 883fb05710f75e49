"""What a workflow is after its events, and what each wish to change it comes to.

Every decision takes the instant at which the change takes effect, read after the workflow's row was locked: it counts
for every `due_at` after it, strictly. A wish that changes nothing gives no events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from executor_service.events import (
    OccurrencesSkipped,
    WorkflowDeleted,
    WorkflowEvent,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowSaved,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
)
from executor_service.workflows.domain.normal import is_same_content
from shared.contracts import instant_text


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """A workflow. `version` is that of its stream, `highest_action_id` the highest that any revision ever had."""

    workflow_id: int
    version: int = 0
    revision: int = 0
    content: Mapping[str, Any] = field(default_factory=dict)
    is_enabled: bool = False
    highest_action_id: int = 0
    time_zone_id: str = "UTC"
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    paused_at: datetime | None = None

    @property
    def stream(self) -> str:
        """The name of its stream in the log."""
        return f"workflow-{self.workflow_id}"

    @property
    def revision_id(self) -> str:
        """The newest revision, as it is written."""
        return str(self.revision)


def evolve(state: WorkflowState, event: WorkflowEvent) -> WorkflowState:
    """Return the workflow after one more event of its stream."""
    following = replace(state, version=state.version + 1)
    match event:
        case WorkflowSaved():
            return replace(
                following,
                revision=int(event.revision_id),
                content=event.document,
                highest_action_id=max(state.highest_action_id, highest_action_id(event.document)),
                time_zone_id=event.time_zone_id,
                created_at=state.created_at or event.effective_at,
                updated_at=event.effective_at,
            )
        case WorkflowTurnedOn():
            return replace(following, is_enabled=True, time_zone_id=event.time_zone_id, updated_at=event.effective_at)
        case WorkflowTurnedOff():
            return replace(following, is_enabled=False, updated_at=event.effective_at)
        case WorkflowPaused():
            return replace(following, paused_at=event.effective_at, updated_at=event.effective_at)
        case WorkflowResumed():
            return replace(following, paused_at=None, updated_at=event.effective_at)
        case WorkflowDeleted():
            return replace(following, is_enabled=False, updated_at=event.effective_at, deleted_at=event.effective_at)
        case OccurrencesSkipped():
            return following


def evolve_all(state: WorkflowState, events: Iterable[WorkflowEvent]) -> WorkflowState:
    """Return the workflow after several more events."""
    for event in events:
        state = evolve(state, event)
    return state


def decide_save(
    state: WorkflowState, content: Mapping[str, Any], *, is_enabled: bool, account_zone: str, now: datetime
) -> list[WorkflowEvent]:
    """Save a content and turn the workflow on or off with it.

    A content equal to the stored one makes no revision. Off comes before the new revision and on after it, so that no
    revision is in force that nobody wanted to run.
    """
    events: list[WorkflowEvent] = []
    if state.is_enabled and not is_enabled:
        events.extend(decide_off(state, now=now))
    if not is_same_content(content, state.content):
        events.append(
            WorkflowSaved(
                workflow_id=str(state.workflow_id),
                revision_id=str(state.revision + 1),
                document=dict(content),
                effective_at=now,
                is_enabled=state.is_enabled and is_enabled,
                time_zone_id=zone_of(content, account_zone),
            )
        )
    if is_enabled and not state.is_enabled:
        events.extend(decide_on(evolve_all(state, events), account_zone=account_zone, now=now))
    return events


def decide_on(state: WorkflowState, *, account_zone: str, now: datetime) -> list[WorkflowEvent]:
    """Turn a workflow on, if it is off."""
    return [] if state.is_enabled else [_on(state, zone_of(state.content, account_zone), now)]


def decide_zone(state: WorkflowState, *, account_zone: str, now: datetime) -> list[WorkflowEvent]:
    """Tell that the account's zone is another one: the schedule of a workflow that is on may be read in it."""
    zone_id = zone_of(state.content, account_zone)
    return [_on(state, zone_id, now)] if state.is_enabled and zone_id != state.time_zone_id else []


def decide_off(state: WorkflowState, *, now: datetime) -> list[WorkflowEvent]:
    """Turn a workflow off, if it is on."""
    if not state.is_enabled:
        return []
    ids = {"workflow_id": str(state.workflow_id), "revision_id": state.revision_id}
    return [WorkflowTurnedOff(**ids, effective_at=now)]


def decide_pause(state: WorkflowState, *, now: datetime) -> list[WorkflowEvent]:
    """Pause a workflow, on or off, if it is not paused."""
    if state.paused_at is not None:
        return []
    ids = {"workflow_id": str(state.workflow_id), "revision_id": state.revision_id}
    return [WorkflowPaused(**ids, effective_at=now)]


def decide_resume(state: WorkflowState, *, now: datetime) -> list[WorkflowEvent]:
    """Resume a workflow, if it is paused."""
    if state.paused_at is None:
        return []
    ids = {"workflow_id": str(state.workflow_id), "revision_id": state.revision_id}
    return [WorkflowResumed(**ids, effective_at=now, paused_at=state.paused_at)]


def decide_delete(state: WorkflowState, *, now: datetime) -> list[WorkflowEvent]:
    """Delete a workflow; on or off, it is off from then on."""
    ids = {"workflow_id": str(state.workflow_id), "revision_id": state.revision_id}
    return [WorkflowDeleted(**ids, effective_at=now)]


def _on(state: WorkflowState, zone_id: str, now: datetime) -> WorkflowTurnedOn:
    return WorkflowTurnedOn(
        workflow_id=str(state.workflow_id),
        revision_id=state.revision_id,
        effective_at=now,
        schedule=state.content.get("enrollmentSchedule"),
        time_zone_id=zone_id,
    )


def zone_of(content: Mapping[str, Any], account_zone: str) -> str:
    """Return the zone of a workflow: its schedule's own, else the account's."""
    schedule = content.get("enrollmentSchedule") or {}
    zone: str = schedule.get("timeZoneId") or account_zone
    return zone


def highest_action_id(content: Mapping[str, Any]) -> int:
    """Return the highest action id of a content, 0 without actions."""
    return max((int(action["actionId"]) for action in content["actions"]), default=0)


def to_flow(state: WorkflowState) -> dict[str, Any]:
    """Return the flow as it is given back."""
    return {
        "id": str(state.workflow_id),
        "isEnabled": state.is_enabled,
        "revisionId": state.revision_id,
        "createdAt": None if state.created_at is None else instant_text(state.created_at),
        "updatedAt": None if state.updated_at is None else instant_text(state.updated_at),
        "nextAvailableActionId": str(state.highest_action_id + 1),
        "crmObjectCreationStatus": "COMPLETE",
        **state.content,
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """What is in force from `effective_at` on: a revision, and the zone of its schedule; `version` orders them."""

    version: int
    revision: int
    time_zone_id: str
    effective_at: datetime


def plans(events: Sequence[WorkflowEvent], *, after_version: int) -> list[Plan]:
    """Return what each event puts in force; the first of them has the version after `after_version`."""
    found: list[Plan] = []
    for version, event in enumerate(events, after_version + 1):
        match event:
            case WorkflowSaved() | WorkflowTurnedOn():
                found.append(Plan(version, int(event.revision_id), event.time_zone_id, event.effective_at))
            case WorkflowTurnedOff() | WorkflowPaused() | WorkflowResumed() | WorkflowDeleted() | OccurrencesSkipped():
                pass
    return found
