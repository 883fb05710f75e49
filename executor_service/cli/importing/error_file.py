"""The rows that were refused, as CSV: number, column and reason in front, then the cells as they stood in the file."""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from executor_service.cli.failures import InvalidInputError, Problem
from executor_service.cli.importing.rows import Refused

_HEADER: Final = ("row", "column", "reason")
_LONGEST_START: Final = 100


class ErrorFile:
    """A file that is made with its first row; without one, what an earlier import left there is taken away.

    Entering raises InvalidInputError where something else stands there.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.is_made = False
        self._columns = columns
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        try:
            if self.path.exists() and not self._is_ours():
                raise InvalidInputError(str(self.path), [Problem("", "is no error file of an import; it is kept")])
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._refusal(error) from error
        return self

    def _is_ours(self) -> bool:
        with self.path.open("rb") as file:
            return file.readline(_LONGEST_START).startswith(",".join(_HEADER).encode())

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def add(self, rows: Sequence[Refused]) -> None:
        """Write rows; raises InvalidInputError when the file cannot be made."""
        if rows and not self.is_made:
            self._make()
        for row in rows:
            self._writer.writerow([row.number, row.column, row.reason, *row.cells])

    def _make(self) -> None:
        try:
            file = self.path.open("x", encoding="utf-8", newline="")
        except OSError as error:
            raise self._refusal(error) from error
        self._writer = csv.writer(self._closing.enter_context(file))
        self._writer.writerow([*_HEADER, *self._columns])
        self.is_made = True

    def _refusal(self, error: OSError) -> InvalidInputError:
        return InvalidInputError(str(self.path), [Problem("", error.strerror or str(error))])
