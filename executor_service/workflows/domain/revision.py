"""A revision as it is run, and what held for a workflow at an instant."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from executor_service.records.criteria import Tree, parse_tree
from executor_service.workflows.domain.actions import GOTO
from executor_service.workflows.domain.connections import DEFAULT, SINGLE, branches, connections, next_ids, type_of
from executor_service.workflows.domain.document import stored_schedule, stored_tree
from executor_service.workflows.domain.graph import cycles
from shared.recurrence import CalendarForm, names_instant
from shared.recurrence.fields import CatchUpPolicy

_OF_EVERY_ACTION: Final = frozenset({"type", "actionId"})


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of an action; `document` is what was sent for it, `tree` its parsed filter branch.

    `next` null is the enrollment's end; `again`: the way there is a GOTO edge inside a cycle, so it is another visit.
    """

    name: str | None
    document: Mapping[str, Any]
    tree: Tree | None
    next: str | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the graph; `next` and `again` as in Branch: of an action that branches, those of its default.

    `fields` are its own, also of one that has no `fields` in its document.
    """

    action_id: str
    type_id: str
    fields: Mapping[str, Any]
    next: str | None
    again: bool = False
    branches: tuple[Branch, ...] = ()


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
    name: str = ""
    """The workflow's, as it was then."""

    def decides_like(self, other: "Revision") -> bool:
        """Tell whether both are one revision, read in one zone: a change of the account's zone makes no new one."""
        return (self.revision, self.time_zone_id) == (other.revision, other.time_zone_id)

    def names(self, due_at: datetime) -> bool:
        """Tell whether its schedule has an occurrence at an instant."""
        return self.schedule is not None and names_instant(self.schedule, self.time_zone_id, due_at)


@dataclass(frozen=True, slots=True)
class EndedPause:
    """A pause that an instant lay in and that has ended; the policy is that of the newest revision at its end."""

    resumed_at: datetime
    policy: CatchUpPolicy


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
    paused_now: bool = False
    """Nothing of it begins now, by itself or with the account."""
    pause: EndedPause | None = None
    """The pause that `due_at` lay in, null while it goes on."""


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
        name=content.get("name", ""),
    )


def to_graph(content: Mapping[str, Any]) -> Graph:
    """Return the graph of a stored content."""
    actions = content["actions"]
    edges = [(each["actionId"], target) for each in actions for target in next_ids(each)]
    knots = {action_id: knot for knot in cycles(edges) for action_id in knot}
    return Graph(
        content.get("startActionId"),
        {each["actionId"]: _action(each, knots.get(each["actionId"], frozenset())) for each in actions},
    )


def _action(action: Mapping[str, Any], knot: AbstractSet[str]) -> Action:
    """Return an action as it is run; `knot` are the actions of the cycles it stands in."""
    ways = dict(connections(action))
    following, again = _way(ways.get("connection") or ways.get(DEFAULT), knot)
    is_single = action["type"] == SINGLE
    return Action(
        action_id=action["actionId"],
        type_id=type_of(action),
        fields=action["fields"] if is_single else {name: action[name] for name in action.keys() - _OF_EVERY_ACTION},
        next=following,
        again=again,
        branches=tuple(_branch(branch, knot) for _, branch in branches(action)),
    )


def _branch(branch: Mapping[str, Any], knot: AbstractSet[str]) -> Branch:
    following, again = _way(branch.get("connection"), knot)
    tree = parse_tree(branch["filterBranch"], path="filterBranch") if "filterBranch" in branch else None
    return Branch(branch.get("branchName"), branch, tree, following, again)


def _way(connection: Mapping[str, Any] | None, knot: AbstractSet[str]) -> tuple[str | None, bool]:
    if connection is None:
        return None, False
    target: str = connection["nextActionId"]
    return target, connection["edgeType"] == GOTO and target in knot


def judge_instant(due_at: datetime, others: Iterable[tuple[CalendarForm, str]]) -> Literal["EDITED", "NOT_NAMED"]:
    """Return how an instant that the revision in force does not name stands to all schedules that ever were."""
    is_named = any(names_instant(schedule, zone_id, due_at) for schedule, zone_id in others)
    return "EDITED" if is_named else "NOT_NAMED"
