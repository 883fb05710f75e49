"""A revision as it is run, and what held for a workflow at an instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from executor_service.records.criteria import Tree
from executor_service.workflows.domain.document import stored_schedule, stored_tree
from executor_service.workflows.domain.turning_on import next_ids
from shared.recurrence import CalendarForm, names_instant


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the graph; `next` null is the enrollment's end."""

    action_id: str
    type_id: str
    fields: Mapping[str, Any]
    next: str | None


@dataclass(frozen=True, slots=True)
class Graph:
    """The actions by id, and where an enrollment begins; `start` null: nothing is to be done."""

    start: str | None
    actions: Mapping[str, Action]


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision with the zone that held for it.

    `tree` is the parsed filter branch of the criteria, null when the workflow enrolls by hand only; `schedule` the
    parsed schedule, null without one.
    """

    workflow_id: int
    revision: int
    object_type_id: str
    tree: Tree | None
    graph: Graph
    schedule: CalendarForm | None
    time_zone_id: str

    def names(self, due_at: datetime) -> bool:
        """Tell whether its schedule has an occurrence at an instant."""
        return self.schedule is not None and names_instant(self.schedule, self.time_zone_id, due_at)


@dataclass(frozen=True, slots=True)
class InForce:
    """What held for a workflow at a `due_at`, by the instants at which its changes took effect.

    `on`: it was on at `due_at`. `on_now`: it still is. `schedule`: `NAMED` when the revision in force has an
    occurrence at `due_at`, `EDITED` when only another revision has, `NOT_NAMED` when none has. `revision` is the one in
    force, null when the workflow was not there yet.
    """

    on: bool
    on_now: bool
    deleted: bool
    schedule: Literal["NAMED", "EDITED", "NOT_NAMED"]
    revision: Revision | None


def to_revision(workflow_id: int, revision: int, content: Mapping[str, Any], time_zone_id: str) -> Revision:
    """Return a stored content as it is run."""
    return Revision(
        workflow_id=workflow_id,
        revision=revision,
        object_type_id=content["objectTypeId"],
        tree=stored_tree(content),
        graph=to_graph(content),
        schedule=stored_schedule(content),
        time_zone_id=time_zone_id,
    )


def to_graph(content: Mapping[str, Any]) -> Graph:
    """Return the graph of a stored content."""
    return Graph(content.get("startActionId"), {each["actionId"]: _action(each) for each in content["actions"]})


def _action(action: Mapping[str, Any]) -> Action:
    return Action(action["actionId"], action["actionTypeId"], action["fields"], next(iter(next_ids(action)), None))


def judge_instant(due_at: datetime, others: Iterable[tuple[CalendarForm, str]]) -> Literal["EDITED", "NOT_NAMED"]:
    """Return how an instant that the revision in force does not name stands to all schedules that ever were."""
    is_named = any(names_instant(schedule, zone_id, due_at) for schedule, zone_id in others)
    return "EDITED" if is_named else "NOT_NAMED"
