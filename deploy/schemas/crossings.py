"""What crosses an edge: the messages of each topic, who sends and who receives them, the events of both logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pydantic import BaseModel

from executor_service import events as executor_events
from scheduler_service.domain import events as scheduler_events
from shared import contracts, inbound
from shared.contracts import history, log

Way = Literal["OUT", "IN"]
"""Whether messages are made here for others, or made by others for us."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A topic: its key in words, its messages by their type, and which service does what with them."""

    topic: str
    key: str
    way: Way
    messages: Mapping[str, type[BaseModel]]
    senders: Sequence[str] = ()
    receivers: Sequence[str] = ()


def _by_type(*models: type[BaseModel]) -> dict[str, type[BaseModel]]:
    return {name: model for model in models for name in get_args(model.model_fields["type"].annotation)}


CROSSINGS: Final = (
    Crossing(
        topic=contracts.LIFECYCLE,
        key="the workflow's id",
        way="OUT",
        messages=_by_type(
            contracts.WorkflowTurnedOn,
            contracts.WorkflowTurnedOff,
            contracts.WorkflowPaused,
            contracts.WorkflowResumed,
            contracts.WorkflowDeleted,
        ),
        senders=("executor",),
        receivers=("scheduler",),
    ),
    Crossing(
        topic=contracts.DUE,
        key="the workflow's id",
        way="OUT",
        messages=_by_type(contracts.OccurrenceDue, contracts.OccurrencesSkipped, contracts.ScheduleChanged),
        senders=("scheduler",),
        receivers=("executor",),
    ),
    Crossing(
        topic=contracts.HISTORY,
        key="the record's id; of a message about no record, the workflow's",
        way="OUT",
        messages=_by_type(*get_args(history.AnyHistoryMessage)),
        senders=("executor",),
    ),
    Crossing(
        topic=contracts.LOG,
        key="the stream's name",
        way="OUT",
        messages={log.EVENT_APPENDED: log.EventAppended},
        senders=("executor",),
    ),
    Crossing(
        topic=contracts.COMMANDS,
        key="the workflow's id",
        way="IN",
        messages=_by_type(*get_args(inbound.AnyCommand)),
        receivers=("executor",),
    ),
    Crossing(
        topic=contracts.RECORDS,
        key="the object type's id, a slash, and the record's id or the value that names it",
        way="IN",
        messages=_by_type(*get_args(inbound.AnyRecordChange)),
        receivers=("executor",),
    ),
)

LOGS: Final[Mapping[str, Mapping[str, type[BaseModel]]]] = {
    "executor": _by_type(*get_args(executor_events.Event)),
    "scheduler": {
        **{model.__name__: model for model in get_args(scheduler_events.Event)},
        "PublishFailed": executor_events.PublishFailed,
    },
}
"""The classes of each service's events by the type under which its log holds them; the relay writes to both."""
