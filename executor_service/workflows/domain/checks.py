"""Checks of single fields of the flow: each takes a value that is there and notes what is wrong with it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from executor_service.workflows.domain.problems import Findings, below, wrong_type

Check = Callable[[Any, str, Findings], None]

_LONGEST_SHOWN = 60
_LARGEST_NUMBER = 2**31 - 1


def shown(value: str) -> str:
    """Return a text from outside, short enough to stand in a message."""
    return value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"


def text(longest: int) -> Check:
    """Ask for text of at most so many characters."""

    def check(value: Any, place: str, found: Findings) -> None:
        if not isinstance(value, str):
            wrong_type(found, place, "text")
        elif len(value) > longest:
            found.add("OUT_OF_BOUNDS", place, f"must have at most {longest} characters, not {len(value)}")

    return check


def one_of(*allowed: str) -> Check:
    """Ask for a text out of a closed list."""
    words = ", ".join(allowed)

    def check(value: Any, place: str, found: Findings) -> None:
        if not isinstance(value, str):
            wrong_type(found, place, f"one of {words}")
        elif value not in allowed:
            found.add("NOT_ALLOWED", place, f"must be one of {words}, not {shown(value)}", expected=words)

    return check


def flag(value: Any, place: str, found: Findings) -> None:
    """Ask for a JSON boolean."""
    if not isinstance(value, bool):
        wrong_type(found, place, "true or false")


def whole_number(value: Any, place: str, found: Findings) -> None:
    """Ask for a whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool):
        wrong_type(found, place, "a whole number")
    elif not 0 <= value <= _LARGEST_NUMBER:
        found.add("OUT_OF_BOUNDS", place, f"must be from 0 to {_LARGEST_NUMBER}")


def text_map(value: Any, place: str, found: Findings) -> None:
    """Ask for an object whose values are texts."""
    if not isinstance(value, Mapping):
        wrong_type(found, place, "an object of texts")
        return
    for name, each in value.items():
        if not isinstance(each, str):
            wrong_type(found, below(place, shown(name)), "text")


def anything(_value: Any, _place: str, _found: Findings) -> None:
    """Take whatever stands there: the server's own fields, which a client sends back."""


def empty_list(what: str) -> Check:
    """Take an empty list only: what it would hold is not held here."""

    def check(value: Any, place: str, found: Findings) -> None:
        if not isinstance(value, list):
            wrong_type(found, place, "a list")
        elif value:
            found.add("UNSUPPORTED", place, f"must be empty: {what} are not supported")

    return check


def nothing(what: str) -> Check:
    """Take no value at all: what would stand there is not held here."""

    def check(value: Any, place: str, found: Findings) -> None:
        if value != {}:
            found.add("UNSUPPORTED", place, f"must be left out: {what} is not supported")

    return check


def unknown_fields(sent: Mapping[str, Any], known: Iterable[str], path: str, found: Findings) -> None:
    """Note each field that has no meaning where it stands."""
    for name in sent.keys() - set(known):
        found.add("UNKNOWN_FIELD", below(path, shown(name)), "is no field here")
