"""What of a workflow's events crosses to the scheduler: `workflows.lifecycle.v1`.

A revision saved while the workflow is on is told as another turning on, for that is what it means to a scheduler.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from shared.cloud_events import Message, encode
from shared.contracts import (
    LIFECYCLE,
    WorkflowDeleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
    event_id,
)
from shared.event_store import RecordedEvent

LIFECYCLE_EVENTS: Final = (
    "WorkflowSaved",
    "WorkflowTurnedOn",
    "WorkflowTurnedOff",
    "WorkflowPaused",
    "WorkflowResumed",
    "WorkflowDeleted",
)
"""The types of event that the topic is made of."""

_Told = WorkflowTurnedOn | WorkflowTurnedOff | WorkflowPaused | WorkflowResumed | WorkflowDeleted
_SAME_FIELDS: Final[Mapping[str, type[_Told]]] = MappingProxyType(
    {
        "WorkflowTurnedOn": WorkflowTurnedOn,
        "WorkflowTurnedOff": WorkflowTurnedOff,
        "WorkflowPaused": WorkflowPaused,
        "WorkflowResumed": WorkflowResumed,
        "WorkflowDeleted": WorkflowDeleted,
    }
)


def lifecycle_messages(recorded: RecordedEvent, *, topic: str = LIFECYCLE) -> Iterator[Message]:
    """Yield the message of an event, none for one that the scheduler need not know."""
    told = _lifecycle(recorded.type, {**recorded.data, "version": recorded.version})
    if told is not None:
        yield encode(
            topic=topic,
            key=told.workflow_id,
            message_id=event_id(recorded.stream, recorded.version),
            type=told.type,
            service="executor",
            time=recorded.recorded_at,
            position=recorded.position,
            data=told.model_dump(mode="json", by_alias=True, exclude={"type"}),
        )


def _lifecycle(kind: str, data: Mapping[str, Any]) -> _Told | None:
    """Read an event's data as the contract has it: the events of this log hold the same fields."""
    if kind == "WorkflowSaved" and data["isEnabled"]:
        return WorkflowTurnedOn.model_validate({**data, "schedule": data["document"].get("enrollmentSchedule")})
    told = _SAME_FIELDS.get(kind)
    return None if told is None else told.model_validate(data)
