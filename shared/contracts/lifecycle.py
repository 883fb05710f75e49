"""`workflows.lifecycle.v1`: what becomes of a workflow, told to the scheduler and to others."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.wire import Wire, Word, WorkflowId


class _Change(Wire):
    """What every change of a workflow says."""

    workflow_id: WorkflowId
    revision_id: Word
    version: int = Field(ge=1)
    effective_at: datetime


class WorkflowTurnedOn(_Change):
    """A workflow is on with this schedule; an edit while on, and a change of the account's zone, are another one.

    `version` is that of the workflow's stream; one that is not above the version known is old news.
    """

    type: Literal["workflows.workflow.turned-on.v1"] = "workflows.workflow.turned-on.v1"
    schedule: dict[str, Any] | None
    """Null: the workflow is on without a schedule, and nothing is planned."""
    time_zone_id: Word


class WorkflowTurnedOff(_Change):
    """A workflow is off from an instant on."""

    type: Literal["workflows.workflow.turned-off.v1"] = "workflows.workflow.turned-off.v1"


class WorkflowPaused(_Change):
    """Nothing of a workflow begins from an instant on; the scheduler goes on deciding."""

    type: Literal["workflows.workflow.paused.v1"] = "workflows.workflow.paused.v1"


class WorkflowResumed(_Change):
    """A pause of a workflow has ended."""

    type: Literal["workflows.workflow.resumed.v1"] = "workflows.workflow.resumed.v1"


class WorkflowDeleted(_Change):
    """A workflow is gone from an instant on."""

    type: Literal["workflows.workflow.deleted.v1"] = "workflows.workflow.deleted.v1"


Lifecycle = Annotated[
    WorkflowTurnedOn | WorkflowTurnedOff | WorkflowPaused | WorkflowResumed | WorkflowDeleted,
    Field(discriminator="type"),
]
