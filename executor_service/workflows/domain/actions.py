"""The members of `actions[]`: their common fields, their connections, and what kinds of them there are.

What stands in an action's own `fields` is the business of the catalogue of actions.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeGuard

from executor_service.workflows.domain import checks
from executor_service.workflows.domain.connections import (
    BRANCH_LISTS,
    OTHER_SHAPES,
    SINGLE,
    connections,
    type_of,
)
from executor_service.workflows.domain.graph import Edge, Node, check_graph
from executor_service.workflows.domain.problems import Findings, ProblemLike, wrong_type

MOST_ACTIONS: Final = 500
STANDARD: Final = "STANDARD"
GOTO: Final = "GOTO"

# HubSpot's own action types (facts/hubspot.md 3.3): known by name, so that a refusal says "not held here" and not "no
# such thing".
_HUBSPOT_TYPES: Final = frozenset(
    f"0-{number}"
    for number in (
        *(1, 3, 4, 5, 8, 9, 11, 13, 14, 15, 23, 25, 28, 29, 31, 33, 35),
        *(63809083, 63863438, 63189541, 61139484, 61139476, 46510720, 4702372, 18224765, 169425243),
        *(40900952, 25085031, 43347357, 44475148, 199186210),
    )
)
_OTHER_APPS: Final = re.compile(r"1-[0-9]{1,15}|2-1")
_ACTION_ID: Final = re.compile(r"[1-9][0-9]{0,8}")
_FIELDS: Final = ("type", "actionId", "actionTypeId", "actionTypeVersion", "fields", "connection")


class FieldProblems(Protocol):
    """Asks the catalogue of actions what is wrong with one of them."""

    def __call__(self, action: Mapping[str, Any], *, path: str) -> Iterable[ProblemLike]:
        """Return what is wrong with the fields of the action at `path`."""
        ...


@dataclass(slots=True)
class _Reading:
    """What has been read of `actions[]`."""

    known_types: frozenset[str]
    field_problems: FieldProblems
    found: Findings
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def check_actions(
    actions: Any, start: Any, *, known_types: frozenset[str], field_problems: FieldProblems, found: Findings
) -> None:
    """Note what is wrong with `actions` and `startActionId` (none when it is left out)."""
    reading = _Reading(known_types, field_problems, found)
    if actions is None:
        return
    if not isinstance(actions, list):
        wrong_type(found, "actions", "a list of actions")
        return
    if len(actions) > MOST_ACTIONS:
        found.add("TOO_MANY", "actions", f"must hold at most {MOST_ACTIONS} actions, not {len(actions)}")
        return
    for position, action in enumerate(actions):
        _check_action(action, f"actions[{position}]", reading)
    start_id = start if _is_action_id(start, "startActionId", found) else None
    check_graph(reading.nodes, reading.edges, start_id, found)


def _check_action(action: Any, place: str, reading: _Reading) -> None:
    found = reading.found
    if not isinstance(action, Mapping):
        wrong_type(found, place, "an object")
        return
    shape = action.get("type")
    if shape in OTHER_SHAPES and shape not in reading.known_types:
        found.add("UNSUPPORTED", f"{place}.type", f"must be {SINGLE}: {shape} is not supported", expected=SINGLE)
        return
    if isinstance(shape, str) and shape in BRANCH_LISTS:
        if action.get("actionId") is None:
            found.add("INCOMPLETE", f"{place}.actionId", "is required")
        found.take(reading.field_problems(action, path=place))
    else:
        _check_single(action, place, reading)
    _check_identity(action, place, reading)


def _check_single(action: Mapping[str, Any], place: str, reading: _Reading) -> None:
    found = reading.found
    checks.unknown_fields(action, _FIELDS, place, found)
    for name in ("type", "actionId", "actionTypeId"):
        if action.get(name) is None:
            found.add("INCOMPLETE", f"{place}.{name}", "is required")
    if action.get("type") is not None:
        checks.one_of(SINGLE)(action["type"], f"{place}.type", found)
    if action.get("actionTypeVersion") is not None:
        checks.whole_number(action["actionTypeVersion"], f"{place}.actionTypeVersion", found)
    _check_type_and_fields(action, place, reading)


def _check_type_and_fields(action: Mapping[str, Any], place: str, reading: _Reading) -> None:
    found, type_id = reading.found, action.get("actionTypeId")
    fields = action.get("fields")
    if fields is not None and not isinstance(fields, Mapping):
        wrong_type(found, f"{place}.fields", "an object")
    elif isinstance(type_id, str) and type_id in reading.known_types and type_id not in OTHER_SHAPES:
        found.take(reading.field_problems(action, path=place))
    if type_id is None:
        return
    if not isinstance(type_id, str):
        wrong_type(found, f"{place}.actionTypeId", "text")
    elif type_id not in reading.known_types or type_id in OTHER_SHAPES:
        _refuse_type(type_id, f"{place}.actionTypeId", reading)


def _refuse_type(type_id: str, place: str, reading: _Reading) -> None:
    expected = ", ".join(sorted(reading.known_types.difference(OTHER_SHAPES)))
    if type_id in _HUBSPOT_TYPES or _OTHER_APPS.fullmatch(type_id):
        reading.found.add("UNSUPPORTED", place, f"is not supported: {type_id}", expected=expected)
    else:
        reading.found.add("UNKNOWN_ACTION_TYPE", place, f"is no action: {checks.shown(type_id)}", expected=expected)


def _check_identity(action: Mapping[str, Any], place: str, reading: _Reading) -> None:
    """Take an action into the graph, if it has an id; and the edges that leave it."""
    action_id, type_id = action.get("actionId"), type_of(action)
    if not _is_action_id(action_id, f"{place}.actionId", reading.found):
        return
    reading.nodes.append(Node(action_id, type_id if isinstance(type_id, str) else "", place))
    for below, connection in connections(action):
        _check_connection(connection, action_id, f"{place}.{below}", reading)


def _check_connection(connection: Any, source: str, place: str, reading: _Reading) -> None:
    found = reading.found
    if not isinstance(connection, Mapping):
        wrong_type(found, place, "an object with edgeType and nextActionId")
        return
    checks.unknown_fields(connection, ("edgeType", "nextActionId"), place, found)
    edge_type, target = connection.get("edgeType"), connection.get("nextActionId")
    for name, value in (("edgeType", edge_type), ("nextActionId", target)):
        if value is None:
            found.add("INCOMPLETE", f"{place}.{name}", "is required in a connection")
    if edge_type is not None:
        checks.one_of(STANDARD, GOTO, "GO-TO")(edge_type, f"{place}.edgeType", found)
    if _is_action_id(target, f"{place}.nextActionId", found):
        reading.edges.append(Edge(source, target, edge_type in (GOTO, "GO-TO"), place))


def _is_action_id(value: Any, place: str, found: Findings) -> TypeGuard[str]:
    """Tell whether a value is an action's id; what is none, but is there, is noted."""
    if value is None:
        return False
    if not isinstance(value, str):
        wrong_type(found, place, "text, a whole number from 1 to 999999999")
        return False
    if _ACTION_ID.fullmatch(value) is None:
        found.add("OUT_OF_BOUNDS", place, f"must be a whole number from 1 to 999999999, not {checks.shown(value)}")
        return False
    return True
