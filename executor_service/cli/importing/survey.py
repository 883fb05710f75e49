"""The first of two readings: how long a file is, and which of its rows a later row of the same key replaces.

Of one key the last row wins, and the same file twice changes nothing. Both hold only when no earlier row of a key is
sent at all, wherever in the file the later one stands; so every key is looked at before the first row is sent. This
keeps the keys in memory, some 150 bytes each, and none of the rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from executor_service.cli.importing.rows import AnyRow, Refused


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file holds. `replaced` are the numbers of rows whose key a later row has too."""

    rows: int
    replaced: frozenset[int]


def survey(rows: Iterable[AnyRow], key: str) -> Survey:
    """Read a file once."""
    newest: dict[str, int] = {}
    replaced: set[int] = set()
    count = 0
    for row in rows:
        count += 1
        if isinstance(row, Refused) or not row.values.get(key):
            continue
        value = row.values[key]
        if value in newest:
            replaced.add(newest[value])
        newest[value] = row.number
    return Survey(count, frozenset(replaced))
