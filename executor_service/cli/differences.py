"""What applying a document would change, as far as the documents themselves tell.

A field that is left out takes its default, and every default of a flow is empty, zero or no: so two documents are held
against each other without what is empty. The server decides whether a save made a revision; this shows people what and
where.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

OF_THE_SERVER: Final = frozenset(
    {"id", "revisionId", "createdAt", "updatedAt", "nextAvailableActionId", "crmObjectCreationStatus"}
)
"""Fields that the server writes; a file may hold them, and they are not looked at."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A place whose value would change; null stands for none."""

    path: str
    before: Any
    after: Any

    @property
    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {"path": self.path, "before": self.before, "after": self.after}


def differences(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Difference]:
    """Return where two flow documents differ, in the order of the wanted one."""
    left, right = (
        {name: value for name, value in each.items() if name not in OF_THE_SERVER} for each in (stored, wanted)
    )
    return list(_between(_bare(left), _bare(right), ""))


def _between(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*after, *before]):
            yield from _between(before.get(name), after.get(name), f"{path}.{name}".removeprefix("."))
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            yield from _between(_at(before, place), _at(after, place), f"{path}[{place}]")
    elif before != after:
        yield Difference(path, before, after)


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def _bare(value: Any) -> Any:
    """Return a value without what is empty, zero or no; null when nothing is left."""
    match value:
        case dict():
            kept = {name: _bare(member) for name, member in value.items()}
            return {name: member for name, member in kept.items() if member is not None} or None
        case list():
            return [_bare(member) for member in value] or None
        case _:
            return value or None
