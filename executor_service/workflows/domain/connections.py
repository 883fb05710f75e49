"""Where the connections of an action stand, by its shape: one behind an action, one behind each branch.

Connections are found in documents as they are sent too, so nothing here trusts a form: what is no object is passed
over, for whoever checks the action's own fields names it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

SINGLE: Final = "SINGLE_CONNECTION"
OTHER_SHAPES: Final = ("STATIC_BRANCH", "LIST_BRANCH", "AB_TEST_BRANCH", "CUSTOM_CODE", "WEBHOOK")
"""HubSpot's shapes beside that one (facts/hubspot.md 3.1); none of them has an `actionTypeId`."""
BRANCH_LISTS: Final[Mapping[str, str]] = MappingProxyType({"LIST_BRANCH": "listBranches"})
"""The shapes that branch, and the field that holds their branches."""
DEFAULT: Final = "defaultBranch"


def type_of(action: Mapping[str, Any]) -> Any:
    """Return what an action is known by: its `actionTypeId`, or the shape of one that has none."""
    return action["type"] if action.get("type") in OTHER_SHAPES else action.get("actionTypeId")


def connections(action: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (place below the action, connection as it was sent) for each connection that is there."""
    if _branch_list(action) is None:
        yield from _present("connection", action.get("connection"))
        return
    for place, branch in branches(action):
        yield from _present(f"{place}.connection", branch.get("connection"))
    yield from _present(DEFAULT, action.get(DEFAULT))


def branches(action: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (place below the action, branch) in the order in which they are tried; none for what does not branch."""
    name = _branch_list(action)
    listed = None if name is None else action.get(name)
    for position, branch in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(branch, Mapping):
            yield f"{name}[{position}]", branch


def next_ids(action: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the actions behind one that was found right."""
    return tuple(connection["nextActionId"] for _, connection in connections(action))


def _branch_list(action: Mapping[str, Any]) -> str | None:
    shape = action.get("type")
    return BRANCH_LISTS.get(shape) if isinstance(shape, str) else None


def _present(place: str, connection: Any) -> Iterator[tuple[str, Any]]:
    if connection is not None:
        yield place, connection
