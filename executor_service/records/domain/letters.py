"""How texts compare when case does not matter, in memory as in the database.

Lower case is Unicode's simple mapping, one code point to one code point, so that a text keeps its length. Python's
own `str.lower` differs from it twice: `İ` becomes two code points, and a `Σ` at a word's end becomes `ς`. Python and
the server also know different versions of Unicode; the letters in which the server differs are read from it once
(`lower.sql`) and laid over Python's table.

What makes a word is Python's table alone: the compiled SQL is given its letters and digits, so that both sides agree
whatever the server takes for a letter.
"""

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType

_SIMPLE = {"İ": "i"}


class LowerTable(dict[int, str]):
    """Lower case by code point, filled as letters are met; `overrides` win over Python's Unicode."""

    def __init__(self, overrides: Mapping[int, str] = MappingProxyType({})) -> None:
        super().__init__(overrides)

    def __missing__(self, code_point: int) -> str:
        lower = self[code_point] = _simple_lower(code_point)
        return lower


def _simple_lower(code_point: int) -> str:
    letter = chr(code_point)
    return _SIMPLE.get(letter) or letter.lower()


UNICODE_LOWER = LowerTable()


def lower_text(text: str, table: LowerTable = UNICODE_LOWER) -> str:
    """Return a text in lower case, code point by code point; its length does not change."""
    return text.lower() if text.isascii() else text.translate(table)


def server_table(mappings: Iterable[tuple[int, str]]) -> LowerTable:
    """Return the table of a server: Python's, with the code points in which the server differs.

    `mappings` are all code points that the server lowers to another one, as `lower.sql` returns them.
    """
    theirs = dict(mappings)
    ours = {code_point: lower for code_point, lower in _own_mappings() if lower != chr(code_point)}
    return LowerTable(
        {
            code_point: theirs.get(code_point, chr(code_point))
            for code_point in theirs.keys() | ours.keys()
            if theirs.get(code_point) != ours.get(code_point)
        }
    )


def _own_mappings() -> Iterator[tuple[int, str]]:
    return ((code_point, _simple_lower(code_point)) for code_point in range(sys.maxunicode + 1))


def is_word_character(character: str) -> bool:
    """Tell whether a character is a letter (category L), a decimal digit (Nd) or `_`; the empty text is none."""
    if not character:
        return False
    category = unicodedata.category(character)
    return character == "_" or category == "Nd" or category[0] == "L"


@cache
def word_ranges() -> str:
    """Return all word characters as the inside of a bracket expression: `0-9A-Z_a-z…`."""
    flags = [False, *(is_word_character(chr(code_point)) for code_point in range(1, sys.maxunicode + 1)), False]
    edges = [code_point + 1 for code_point, (before, after) in enumerate(pairwise(flags)) if before != after]
    return "".join(
        chr(first) if first == after - 1 else f"{chr(first)}-{chr(after - 1)}"
        for first, after in zip(edges[::2], edges[1::2], strict=True)
    )
