"""`workflows.log.v1`: the log verbatim, for replay elsewhere."""

from datetime import datetime
from typing import Any, Final

from pydantic import Field

from shared.contracts.wire import Wire, WorkflowId

EVENT_APPENDED: Final = "workflows.log.appended.v1"
"""The type of every message there; that of the event stands in the data."""


class EventAppended(Wire):
    """An event of a service's log, as it stands there; `data` has the schema of the event's `type`."""

    position: int = Field(ge=1)
    stream: str
    version: int = Field(ge=1)
    type: str
    data: dict[str, Any]
    record_ids: tuple[WorkflowId, ...] | None
    metadata: dict[str, Any]
    recorded_at: datetime
