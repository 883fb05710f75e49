"""A document with one thing in it spoiled, for each thing in it."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

Path = tuple[str | int, ...]

ONE_OF_EACH_TYPE: Final[Mapping[str, Any]] = {
    "null": None,
    "a boolean": True,
    "a whole number": 7,
    "a fraction": 1.5,
    "a text": "?",
    "a list": [],
    "an object": {},
}
_TAKES_SCALARS: Final = ("properties", "value")
"""A record's values, and the one that an action sets, may be a text, a number or a boolean; those of a search too."""


def dotted(path: Path) -> str:
    """Return a place as refusals name it: `actions[2].fields.value`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def places(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every place of a document with what stands there, the whole first."""
    yield path, document
    if isinstance(document, dict):
        for name, value in document.items():
            yield from places(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, (*path, index))


def replaced(document: Any, path: Path, value: Any) -> Any:
    """Return a copy of a document with another value at a place."""
    if not path:
        return value
    copy = deepcopy(document)
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return copy


def of_wrong_types(document: Any) -> Iterator[tuple[Path, str, Any]]:
    """Yield each place with a type that is wrong there, and the document that has it; null is not among them."""
    for path, value in places(document):
        for kind, other in ONE_OF_EACH_TYPE.items():
            if other is not None and not _fits(path, value, other):
                yield path, kind, replaced(document, path, other)


def _fits(path: Path, value: Any, other: Any) -> bool:
    if len(path) > 1 and path[-2] in _TAKES_SCALARS and path[-1] != "type":
        return isinstance(other, str | int | float)
    if "filterGroups" in path and (path[-1] in {"value", "highValue"} or path[-2:-1] == ("values",)):
        return isinstance(other, str | int | float)
    return type(value) is type(other)


def with_unknown_field(document: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the place of a field nobody knows, in each object, with the document that has it."""
    for path, value in places(document):
        if isinstance(value, dict) and path[-1:] != ("customProperties",):
            yield (*path, "nobodyKnows"), replaced(document, path, {**value, "nobodyKnows": 1})


def with_long_list(document: Any, length: int) -> Iterator[tuple[Path, Any]]:
    """Yield the place of each list with the document in which it has so many members, alike to its first."""
    for path, value in places(document):
        if isinstance(value, list):
            yield path, replaced(document, path, [*value[:1], *["x"] * (length - 1)])
