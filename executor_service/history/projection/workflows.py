"""What becomes of a workflow's row."""

from functools import partial

from executor_service.events import (
    WorkflowDeleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowSaved,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
)
from executor_service.history.domain.rows import WorkflowChanged

WorkflowRowEvent = (
    WorkflowSaved | WorkflowTurnedOn | WorkflowTurnedOff | WorkflowPaused | WorkflowResumed | WorkflowDeleted
)


def workflow_changed(position: int, event: WorkflowRowEvent) -> WorkflowChanged:
    """Return what an event of a workflow's stream makes of its row."""
    changed = partial(WorkflowChanged, position, int(event.workflow_id), event.revision_id)
    match event:
        case WorkflowSaved():
            document = event.document
            return changed(
                sets_document=True,
                name=document.get("name"),
                object_type_id=document["objectTypeId"],
                schedule=document.get("enrollmentSchedule"),
                time_zone_id=event.time_zone_id,
                in_force_since=event.effective_at,
            )
        case WorkflowTurnedOn():
            return changed(is_enabled=True, time_zone_id=event.time_zone_id, in_force_since=event.effective_at)
        case WorkflowTurnedOff():
            return changed(is_enabled=False)
        case WorkflowPaused():
            return changed(sets_pause=True, paused_at=event.effective_at)
        case WorkflowResumed():
            return changed(sets_pause=True)
        case WorkflowDeleted():
            return changed(is_enabled=False, deleted_at=event.effective_at)
