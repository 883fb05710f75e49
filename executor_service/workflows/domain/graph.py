"""The graph of a flow: what its edges lead to, its cycles, and what can be reached. Every walk is iterative."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from executor_service.workflows.domain.problems import Findings

WAITING_TYPES = frozenset({"0-1", "0-29"})
"""The delays that always wait (ACTIONS.md A3)."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection of the action at `position`; `place` is where it is written."""

    source: str
    target: str
    is_goto: bool
    place: str


@dataclass(frozen=True, slots=True)
class Node:
    """An action as the graph sees it; `place` is where it is written."""

    action_id: str
    type_id: str
    place: str


def check_graph(nodes: Sequence[Node], edges: Sequence[Edge], start: str | None, found: Findings) -> None:
    """Note ids used twice, edges to nowhere, and cycles without a delay or without a GOTO."""
    known: set[str] = set()
    for node in nodes:
        if node.action_id in known:
            found.add("DUPLICATE_ID", f"{node.place}.actionId", f"must be used once: {node.action_id} is used before")
        known.add(node.action_id)
    if start is not None and start not in known:
        found.add("UNKNOWN_TARGET", "startActionId", f"must name an action, not {start}")
    for edge in edges:
        if edge.target not in known:
            found.add("UNKNOWN_TARGET", f"{edge.place}.nextActionId", f"must name an action, not {edge.target}")
    _check_cycles(nodes, [edge for edge in edges if edge.target in known], found)


def _check_cycles(nodes: Sequence[Node], edges: Sequence[Edge], found: Findings) -> None:
    """Look for cycles of edges that are no GOTO, and for cycles that avoid every delay."""
    waiting = {node.action_id for node in nodes if node.type_id in WAITING_TYPES}
    hasty = on_cycles((edge.source, edge.target) for edge in edges if not waiting & {edge.source, edge.target})
    plain = on_cycles((edge.source, edge.target) for edge in edges if not edge.is_goto)
    for node in nodes:
        if node.action_id in hasty:
            found.add("CYCLE_WITHOUT_DELAY", node.place, "stands in a cycle in which no delay always waits")
            break
    for node in nodes:
        if node.action_id in plain:
            found.add("CYCLE_WITHOUT_GOTO", node.place, "stands in a cycle without a GOTO edge")
            break


def on_cycles(edges: Iterable[tuple[str, str]]) -> AbstractSet[str]:
    """Return what lies on a cycle, or between two: ends and beginnings are taken away until none is left."""
    left = list(edges)
    while left:
        sources = {source for source, _ in left}
        targets = {target for _, target in left}
        kept = [(source, target) for source, target in left if target in sources and source in targets]
        if len(kept) == len(left):
            break
        left = kept
    return {source for source, _ in left}


def reachable(start: str | None, targets: Mapping[str, Sequence[str]]) -> AbstractSet[str]:
    """Return the ids that a walk from `start` comes to; `targets` are the ids behind each action."""
    seen: set[str] = set()
    ahead = deque([start] if start is not None else [])
    while ahead:
        action_id = ahead.popleft()
        if action_id in targets and action_id not in seen:
            seen.add(action_id)
            ahead.extend(targets[action_id])
    return seen
