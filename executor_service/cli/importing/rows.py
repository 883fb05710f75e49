"""Rows of a file, on their way to becoming records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from executor_service.cli.output import Row as Json

ID_PROPERTY: Final = "hs_object_id"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts from 1 at the top of the file; `cells` are as they stood there.

    A value that is empty empties its property; a name that is missing leaves it as it is.
    """

    number: int
    cells: tuple[str, ...]
    values: Mapping[str, str]

    def to_input(self, key: str) -> Json:
        """Return it as an input of an upsert by a unique property."""
        properties = {name: value for name, value in self.values.items() if name != key}
        return {"id": self.values[key], "idProperty": key, "properties": properties}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that became no record. `column` is empty when no single one is to blame."""

    number: int
    cells: tuple[str, ...]
    column: str
    reason: str


AnyRow = Row | Refused


def without_surrogates(text: str) -> bool:
    """Tell whether UTF-8 can hold a text."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def refuse(row: Row, column: str, reason: str) -> Refused:
    """Return a row as refused."""
    return Refused(row.number, row.cells, column, reason)
