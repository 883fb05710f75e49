r"""`STRING` and `MULTISTRING`: texts compared ignoring case, nothing trimmed; of several values any suffices.

In SQL the values are lowered by the server itself, once a statement. Equality is `= ANY`, the substring operators are
`LIKE ANY` over escaped patterns, so any number of values costs one lowering a record.

`CONTAINS_EXACTLY` asks for a phrase bounded on both sides by the end of the text or a character that is neither
letter, digit nor `_`. A regular expression made of the phrase would do, but the server refuses to compile long ones.
Instead every character that is no word character is wrapped in marks, and the whole text too: with `|` for the mark,
`a, b` becomes `|a|,|| |b|`. Between a phrase and its bound there is then always a mark, and nowhere else beside it; so
the phrase, marked the same way, is a plain substring exactly where it is bounded. The mark is U+FFFF, which is no
character; a text that holds it all the same is read as if it held U+FFFE.
"""

from abc import abstractmethod
from typing import Literal

from executor_service.records.criteria.operation import Operation, Text, Texts
from executor_service.records.criteria.reading import Reading
from executor_service.records.criteria.statement import COLLATION, Statement
from executor_service.records.domain.letters import is_word_character, lower_text, word_ranges
from executor_service.records.domain.values import PropertyType

_NEGATED = {"IS_NOT_EQUAL_TO", "DOES_NOT_CONTAIN", "DOES_NOT_CONTAIN_EXACTLY"}
_LIKE_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
MARK, _MARK_READ_AS = "\uffff", "\ufffe"
_SQL_MARK, _SQL_MARK_READ_AS = r"U&'\FFFF'", r"U&'\FFFE'"
_COSTS = {"IS_EQUAL_TO": 5, "IS_NOT_EQUAL_TO": 5, "CONTAINS_EXACTLY": 8, "DOES_NOT_CONTAIN_EXACTLY": 8}
_DEFAULT_COST = 6

TextOperator = Literal[
    "IS_EQUAL_TO",
    "IS_NOT_EQUAL_TO",
    "CONTAINS",
    "DOES_NOT_CONTAIN",
    "STARTS_WITH",
    "ENDS_WITH",
    "CONTAINS_EXACTLY",
    "DOES_NOT_CONTAIN_EXACTLY",
]


class _TextOperation(Operation):
    fits = frozenset({PropertyType.STRING, PropertyType.PHONE_NUMBER})

    @property
    @abstractmethod
    def asked(self) -> tuple[TextOperator, tuple[str, ...]]:
        """The operator, and the values of which any suffices."""

    @property
    def equals(self) -> tuple[str, ...] | None:
        """The texts one of which the property must be."""
        operator, values = self.asked
        return values if operator == "IS_EQUAL_TO" and not self.include_objects_with_no_value_set else None

    @property
    def cost(self) -> int:
        """A lowering of the text, and what is done with it."""
        return _COSTS.get(self.asked[0], _DEFAULT_COST)

    def condition(self, name: str, statement: Statement) -> str:
        """Return the comparison of the lowered text."""
        operator, values = self.asked
        negation = "NOT " if operator in _NEGATED else ""
        compared = f"{negation}({_compared(statement.lowered(name), operator, values, statement)})"
        return statement.where_text(name, compared, otherwise=self.include_objects_with_no_value_set)

    def accepts(self, name: str, record: Reading) -> bool:
        """Compare the lowered text."""
        text = record.lowered(name)
        if text is None:
            return self.include_objects_with_no_value_set
        operator, values = self.asked
        found = any(_holds(text, operator, lower_text(value, record.letters)) for value in values)
        return found is not (operator in _NEGATED)


class StringOperation(_TextOperation):
    """A text against one value."""

    operation_type = "STRING"
    not_held = frozenset(
        {"HAS_EVER_BEEN_EQUAL_TO", "HAS_NEVER_BEEN_EQUAL_TO", "HAS_EVER_CONTAINED", "HAS_NEVER_CONTAINED"}
    )

    operator: Literal["IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "CONTAINS", "DOES_NOT_CONTAIN", "STARTS_WITH", "ENDS_WITH"]
    value: Text

    @property
    def asked(self) -> tuple[TextOperator, tuple[str, ...]]:
        """The operator and the one value."""
        return self.operator, (self.value,)


class MultiStringOperation(_TextOperation):
    """A text against several values."""

    operation_type = "MULTISTRING"

    operator: TextOperator
    values: Texts

    @property
    def asked(self) -> tuple[TextOperator, tuple[str, ...]]:
        """The operator and the values."""
        return self.operator, self.values


def _compared(lowered: str, operator: TextOperator, values: tuple[str, ...], statement: Statement) -> str:
    match operator:
        case "IS_EQUAL_TO" | "IS_NOT_EQUAL_TO":
            return f"{lowered} = ANY ({_lowered_once(values, statement)})"
        case "CONTAINS" | "DOES_NOT_CONTAIN":
            return like_any(lowered, tuple(f"%{escape_like(value)}%" for value in values), statement)
        case "STARTS_WITH":
            return like_any(lowered, tuple(f"{escape_like(value)}%" for value in values), statement)
        case "ENDS_WITH":
            return like_any(lowered, tuple(f"%{escape_like(value)}" for value in values), statement)
        case "CONTAINS_EXACTLY" | "DOES_NOT_CONTAIN_EXACTLY":
            return _phrased(lowered, values, statement)


def escape_like(value: str) -> str:
    """Return a text as `LIKE` takes it literally."""
    return value.translate(_LIKE_SPECIAL)


def _lowered_once(values: tuple[str, ...], statement: Statement) -> str:
    return _each(f"lower(v COLLATE {COLLATION})", values, statement)


def _each(expression: str, values: tuple[str, ...], statement: Statement) -> str:
    return f"ARRAY(SELECT {expression} FROM unnest({statement.bind_texts(values)}) AS v)"  # noqa: S608 # only places


def like_any(lowered: str, patterns: tuple[str, ...], statement: Statement) -> str:
    """Return whether a lowered text is like any of the patterns, which the server lowers."""
    return f"{lowered} LIKE ANY ({_lowered_once(patterns, statement)})"


def _phrased(lowered: str, values: tuple[str, ...], statement: Statement) -> str:
    text = sql_without_mark(lowered)
    phrases = tuple(without_mark(value) for value in values)
    contained = like_any(text, tuple(f"%{escape_like(phrase)}%" for phrase in phrases), statement)
    marked_phrase = mark_words(f"lower(v COLLATE {COLLATION})", statement)
    pattern = rf"'%' || regexp_replace({marked_phrase}, '[\\%_]', '\\\&', 'g') || '%'"
    return f"{contained} AND {mark_words(text, statement)} LIKE ANY ({_each(pattern, phrases, statement)})"


def sql_without_mark(text: str) -> str:
    """Return a text in SQL, read as if it did not hold the mark."""
    return f"translate({text}, {_SQL_MARK}, {_SQL_MARK_READ_AS})"


def mark_words(text: str, statement: Statement) -> str:
    """Return a text in SQL with its marks."""
    no_word = statement.bind(f"[^{word_ranges()}]")
    return rf"{_SQL_MARK} || regexp_replace({text}, {no_word}, {_SQL_MARK} || '\&' || {_SQL_MARK}, 'g') || {_SQL_MARK}"


def without_mark(text: str) -> str:
    """Return a text read as if it did not hold the mark."""
    return text.replace(MARK, _MARK_READ_AS)


def _holds(text: str, operator: TextOperator, value: str) -> bool:
    match operator:
        case "IS_EQUAL_TO" | "IS_NOT_EQUAL_TO":
            return text == value
        case "CONTAINS" | "DOES_NOT_CONTAIN":
            return value in text
        case "STARTS_WITH":
            return text.startswith(value)
        case "ENDS_WITH":
            return text.endswith(value)
        case "CONTAINS_EXACTLY" | "DOES_NOT_CONTAIN_EXACTLY":
            return _holds_phrase(without_mark(text), without_mark(value))


def _holds_phrase(text: str, phrase: str) -> bool:
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        before, after = text[start - 1 : start] if start else "", text[end : end + 1]
        if not is_word_character(before) and not is_word_character(after):
            return True
        start = text.find(phrase, start + 1)
    return False
