"""Whole words in a text, as a search asks for them; a `*` at an end leaves that end open, one inside spans anything.

The way of `CONTAINS_EXACTLY`: text and phrase are marked where words are bounded, and compared as substrings, one part
between two `*` after the other. No document names this operation; searches are read into it.
"""

from typing import Literal

from executor_service.records.criteria.operation import Operation, Text
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import Statement
from executor_service.records.criteria.text import (
    MARK,
    escape_like,
    like_any,
    mark_words,
    sql_without_mark,
    without_mark,
)
from executor_service.records.domain.letters import is_word_character, lower_text
from executor_service.records.domain.values import PropertyType


class TokenOperation(Operation):
    """A text holds, or does not hold, a phrase of whole words."""

    operation_type = "TOKEN"
    fits = frozenset({PropertyType.STRING, PropertyType.PHONE_NUMBER})

    operator: Literal["CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"]
    value: Text

    @property
    def cost(self) -> int:
        """A lowering of the text, and its marks where the phrase is in it at all."""
        return 8

    def condition(self, name: str, statement: Statement) -> str:
        """Return whether the parts of the phrase follow each other in the marked text."""
        text, parts = sql_without_mark(statement.lowered(name)), self._parts
        contained = like_any(text, (_pattern(parts),), statement)
        bounded = like_any(f"({mark_words(text, statement)})", (_pattern(self._bounded(parts)),), statement)
        negation = "NOT " if self.operator == "NOT_CONTAINS_TOKEN" else ""
        compared = f"{negation}({contained} AND {bounded})"
        return statement.where_text(name, compared, otherwise=self.include_objects_with_no_value_set)

    def accepts(self, name: str, record: Reading) -> bool:
        """Look for one part after the other in the marked text."""
        text = record.lowered(name)
        if text is None:
            return self.include_objects_with_no_value_set
        marked = MARK + _marked(without_mark(text)) + MARK
        parts = [lower_text(part, record.letters) for part in self._bounded(self._parts)]
        return _follow_each_other(marked, parts) is (self.operator == "CONTAINS_TOKEN")

    @property
    def _parts(self) -> list[str]:
        return without_mark(self.value).split("*")

    def _bounded(self, parts: list[str]) -> list[str]:
        """Return the parts with their marks: those outside of the whole phrase too, but where a `*` leaves it open."""
        marked = [_marked(part) for part in parts]
        first = marked[0] and MARK
        last = marked[-1] and MARK
        marked[0] = f"{first}{marked[0]}"
        marked[-1] = f"{marked[-1]}{last}"
        return marked


def _marked(text: str) -> str:
    """Return a text with its inner marks."""
    return "".join(letter if is_word_character(letter) else f"{MARK}{letter}{MARK}" for letter in text)


def _pattern(parts: list[str]) -> str:
    return "%" + "%".join(escape_like(part) for part in parts) + "%"


def _follow_each_other(text: str, parts: list[str]) -> bool:
    start = 0
    for part in parts:
        start = text.find(part, start)
        if start < 0:
            return False
        start += len(part)
    return True
