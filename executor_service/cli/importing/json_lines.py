"""JSON Lines into rows: one object a line, property → value. Numbers are taken as they are written; null empties."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from executor_service.cli.importing.rows import AnyRow, Refused, Row, without_surrogates


class _RowError(ValueError):
    """What is wrong with a line; `column` is empty when it is no single value."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class JsonLinesRows:
    """The rows of a JSON Lines file; their numbers are those of the lines."""

    columns = ("line",)

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[AnyRow]:
        """Yield the rows; a blank line is none."""
        for number, line in enumerate(self._lines, 1):
            text = line.strip()
            if text:
                yield _row(number, text)


def _row(number: int, text: str) -> AnyRow:
    try:
        return Row(number, (text,), _values(text))
    except _RowError as error:
        return Refused(number, (text,), error.column, error.reason)


def _values(text: str) -> dict[str, str]:
    try:
        found = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise _RowError("", f"it is not JSON: {error.msg} at character {error.colno}") from error
    except RecursionError as error:
        raise _RowError("", "it is nested too deeply") from error
    if not isinstance(found, dict):
        raise _RowError("", "it is no object")
    return {name: _text(name, value) for name, value in found.items()}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _RowError(next(name for name in names if names.count(name) > 1), "it stands twice")
    return found


def _text(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() if without_surrogates(name + value):
            return value
        case str():
            raise _RowError(name.encode("utf-8", "replace").decode(), "it holds half a character")
        case _:
            raise _RowError(name, "a value is a text, a number, true, false or null")


def _refuse_constant(word: str) -> NoReturn:
    raise _RowError("", f"{word} is no number")
