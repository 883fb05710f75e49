"""CSV into rows. The first line names the properties; an empty cell leaves its property as it is."""

import csv
from collections.abc import Iterable, Iterator
from typing import Final

from executor_service.cli.failures import InvalidInputError, MisuseError, Problem
from executor_service.cli.importing.rows import AnyRow, Refused, Row

_DELIMITERS: Final = ",;\t"
_QUOTE: Final = '"'


def read_delimiter(word: str) -> str:
    """Return the delimiter that was asked for: one character, or `tab`; raises MisuseError."""
    found = "\t" if word == "tab" else word
    if len(found) != 1 or found in f"{_QUOTE}\r\n\ufeff":
        raise MisuseError(f'"{word}" is no delimiter', hint="give one character, or tab")
    return found


def guess_delimiter(header: str) -> str:
    """Return the one of comma, semicolon and tab that a header has most outside quotes; the comma when it has none."""
    bare = "".join(header.split(_QUOTE)[::2])
    return max(_DELIMITERS, key=bare.count)


class CsvRows:
    """The rows of a CSV file; raises InvalidInputError for a header that names no properties."""

    def __init__(self, source: str, lines: Iterable[str], delimiter: str | None) -> None:
        text = iter(lines)
        first = next(text, "")
        self._reader = csv.reader(_chain(first, text), delimiter=delimiter or guess_delimiter(first), strict=True)
        self.columns = _columns(source, self._reader)

    def __iter__(self) -> Iterator[AnyRow]:
        """Yield the rows; what has no value at all is none."""
        number = 1
        while True:
            number += 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Refused(number, (), "", str(error))
                continue
            if any(cells):
                yield self._row(number, tuple(cells))

    def _row(self, number: int, cells: tuple[str, ...]) -> AnyRow:
        if len(cells) != len(self.columns):
            return Refused(number, cells, "", f"it has {len(cells)} cells, the header has {len(self.columns)}")
        pairs = zip(self.columns, cells, strict=True)
        return Row(number, cells, {name: cell for name, cell in pairs if cell})


def _columns(source: str, reader: Iterator[list[str]]) -> tuple[str, ...]:
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise InvalidInputError(source, [Problem("line 1", str(error))]) from error
    problems = [Problem(f"column {place}", "has no name") for place, name in enumerate(names, 1) if not name]
    problems += [Problem(name, "stands twice in the header") for name in dict.fromkeys(names) if names.count(name) > 1]
    if not names:
        problems = [Problem("", "it is empty: its first line names the properties")]
    if problems:
        raise InvalidInputError(source, problems)
    return tuple(names)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest
