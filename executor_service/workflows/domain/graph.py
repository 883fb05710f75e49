"""The graph of a flow: what its edges lead to, its cycles, and what can be reached. Every walk is iterative."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from executor_service.workflows.domain.problems import Findings

WAITING_TYPES = frozenset({"0-1", "0-29"})
"""The delays that always wait (ACTIONS.md A3)."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection of the action `source`; `place` is where it is written."""

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
    """Look for cycles that avoid every delay, and for cycles of edges that are no GOTO."""
    waiting = {node.action_id for node in nodes if node.type_id in WAITING_TYPES}
    hasty = [edge for edge in edges if not waiting & {edge.source, edge.target}]
    for place in _first_places(hasty):
        found.add("CYCLE_WITHOUT_DELAY", place, "stands in a cycle in which no delay always waits")
    for place in _first_places([edge for edge in edges if not edge.is_goto]):
        found.add("CYCLE_WITHOUT_GOTO", place, "stands in a cycle without a GOTO edge")


def _first_places(edges: Sequence[Edge]) -> Iterator[str]:
    """Yield, for each knot of cycles, where its lowest action leads on within it."""
    for knot in sorted(cycles((edge.source, edge.target) for edge in edges), key=_lowest):
        inside = (edge.place for edge in edges if edge.source == str(_lowest(knot)) and edge.target in knot)
        yield next(inside)


def _lowest(action_ids: Iterable[str]) -> int:
    return min(map(int, action_ids))


def cycles(edges: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """Return the knots of a graph: the largest sets of ids that all lead to each other (Kosaraju's two walks)."""
    ahead: defaultdict[str, list[str]] = defaultdict(list)
    back: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        ahead[source].append(target)
        back[target].append(source)
    knots: list[frozenset[str]] = []
    seen: set[str] = set()
    for action_id in reversed(_left_last(ahead)):
        if action_id not in seen:
            knot = frozenset(_walk(action_id, back, seen))
            if len(knot) > 1 or action_id in ahead[action_id]:
                knots.append(knot)
    return knots


def _left_last(ahead: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the ids in the order in which a walk into the depth leaves them."""
    left: list[str] = []
    seen: set[str] = set()
    for start in list(ahead):
        trail = [] if start in seen else [(start, iter(ahead[start]))]
        seen.add(start)
        while trail:
            action_id, targets = trail[-1]
            following = next((target for target in targets if target not in seen), None)
            if following is None:
                left.append(action_id)
                trail.pop()
            else:
                seen.add(following)
                trail.append((following, iter(ahead.get(following, ()))))
    return left


def _walk(start: str, targets: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[str]:
    """Yield what a walk comes to that was not seen before, which it then is."""
    waiting = deque([start])
    while waiting:
        action_id = waiting.popleft()
        if action_id not in seen:
            seen.add(action_id)
            yield action_id
            waiting.extend(targets.get(action_id, ()))


def reachable(start: str | None, targets: Mapping[str, Sequence[str]]) -> AbstractSet[str]:
    """Return the ids that a walk from `start` comes to; `targets` are the ids behind each action."""
    met = set() if start is None else set(_walk(start, targets, set()))
    return met & targets.keys()
