"""What a record's property holds, in SQL: the counterpart of `Reading`, and the parameters of one statement.

The text of a statement is put together from constant pieces; whatever comes from a document, property names too, is
a bound parameter. Every condition stands behind a guard that asks for the JSON type first, and the guard's `ELSE` is
the answer for no value; so no condition is ever null, and none is asked of a value it could fail on.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from executor_service.records.criteria.ranges import ABOVE_ALL, BELOW_ALL, Span
from executor_service.records.criteria.reading import DAY_SHAPE, INSTANT_SHAPE, definition_of
from executor_service.records.domain.values import PropertyDefinition, PropertyType

# On PostgreSQL 17 and newer the same on every machine: Unicode's simple mapping, whatever the locale.
COLLATION = '"pg_c_utf8"'
_INSTANT_FORM = """'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""
_COLUMN = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?")


class ColumnNameError(ValueError):
    """A name that is no column, or column of a table, written without quotes."""

    def __init__(self, column: str) -> None:
        super().__init__(f"{column!r} is no plain column name")
        self.column = column


def literal(value: bool) -> str:
    """Return a boolean in SQL."""
    return "TRUE" if value else "FALSE"


@dataclass(slots=True)
class Statement:
    """One statement in the making: `column` holds the document, parameters are numbered from `first_parameter`.

    `columns` are the numbers and instants that stand beside the document, in columns that are never null.
    """

    definitions: Mapping[str, PropertyDefinition]
    now: datetime
    zone: str
    first_parameter: int
    column: str
    columns: Mapping[str, str] = field(default_factory=dict)
    parameters: list[Any] = field(default_factory=list)
    _places: dict[tuple[str, object], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in (self.column, *self.columns.values()):
            if _COLUMN.fullmatch(column) is None:
                raise ColumnNameError(column)

    def bind(self, value: str, sql_type: str = "text") -> str:
        """Return the place of a value; the same value is bound once."""
        return self._place(value, value, sql_type)

    def bind_texts(self, values: Sequence[str]) -> str:
        """Return the place of an array of texts."""
        return self._place(tuple(values), list(values), "text[]")

    def constant(self, expression: str) -> str:
        """Return an expression over parameters alone so that it is computed once a statement, not once a record."""
        return f"(SELECT {expression})"

    def json(self, name: str) -> str:
        """Return the property as `jsonb`, null where the document lacks it."""
        column = self.columns.get(name)
        if column is None:
            return f"{self.column}->{self.bind(name)}"
        return f"to_jsonb({column})" if self._is_numeric(name) else f"to_jsonb({self.text(name)})"

    def text(self, name: str) -> str:
        """Return the property as text."""
        column = self.columns.get(name)
        if column is None:
            return f"({self.column}->>{self.bind(name)})"
        return f"{column}::text" if self._is_numeric(name) else f"to_char({column} AT TIME ZONE 'UTC', {_INSTANT_FORM})"

    def _is_numeric(self, name: str) -> bool:
        return definition_of(self.definitions, name).type is PropertyType.NUMBER

    def lowered(self, name: str) -> str:
        """Return the property's text in lower case."""
        return f"lower({self.text(name)} COLLATE {COLLATION})"

    def members(self, name: str) -> str:
        """Return an enumeration, or a boolean as its text, as `jsonb` that holds texts."""
        is_flag = definition_of(self.definitions, name).type is PropertyType.BOOL
        return f"to_jsonb({self.text(name)})" if is_flag else f"({self.json(name)})"

    def within(self, name: str, span: Span, *, is_outside: bool, otherwise: bool) -> str:
        """Return whether the property's day or instant lies in a span, or outside of it.

        The shape of a text is dear to look at, so it is asked last, and only of what lies in the span, where that
        changes no answer.
        """
        compared = self._between(name, span)
        if is_outside or otherwise:
            compared = f"NOT ({compared})" if is_outside else compared
            return self.where_time(name, compared, otherwise=otherwise)
        return _guarded(compared, self._presence(name), otherwise=False)

    def _between(self, name: str, span: Span) -> str:
        """Compare with the ends of a span; an end that bounds nothing is not asked for."""
        column = self.columns.get(name)
        value, kind = (f'{self.text(name)} COLLATE "C"', "") if column is None else (column, "::timestamptz")
        lower = [] if span.lower == BELOW_ALL else [f"{value} >= {self.bind(span.lower)}{kind}"]
        upper = [] if span.upper == ABOVE_ALL else [f"{value} < {self.bind(span.upper)}{kind}"]
        return " AND ".join([*lower, *upper]) or literal(True)

    def where_time(self, name: str, condition: str, *, otherwise: bool) -> str:
        """Guard a condition on the text of the property's day or instant."""
        return _guarded(self._presence(name), condition, otherwise=otherwise)

    def where_text(self, name: str, condition: str, *, otherwise: bool) -> str:
        """Guard a condition on the property's text."""
        return _guarded(self._is_text(name), condition, otherwise=otherwise)

    def where_number(self, name: str, condition: str, *, otherwise: bool) -> str:
        """Guard a condition on the property's number."""
        return _guarded(self._presence(name), condition, otherwise=otherwise)

    def where_flag(self, name: str, condition: str, *, otherwise: bool) -> str:
        """Guard a condition on the property's boolean."""
        return _guarded(self._is_of(name, "boolean"), condition, otherwise=otherwise)

    def where_members(self, name: str, condition: str, *, otherwise: bool) -> str:
        """Guard a condition on the property's options."""
        is_flag = definition_of(self.definitions, name).type is PropertyType.BOOL
        present = self._is_of(name, "boolean") if is_flag else self._is_set(name)
        return _guarded(present, condition, otherwise=otherwise)

    def has_value(self, name: str) -> str:
        """Return whether the property holds a value of its type."""
        return f"COALESCE({self._presence(name)}, FALSE)"

    def _presence(self, name: str) -> str:
        if name in self.columns:
            return literal(True)
        match definition_of(self.definitions, name).type:
            case PropertyType.STRING | PropertyType.PHONE_NUMBER:
                return self._is_text(name)
            case PropertyType.NUMBER:
                return self._is_of(name, "number")
            case PropertyType.BOOL:
                return self._is_of(name, "boolean")
            case PropertyType.ENUMERATION:
                return self._is_set(name)
            case PropertyType.DATE:
                return f"{self.text(name)} ~ '^{DAY_SHAPE}$'"
            case PropertyType.DATETIME:
                return f"{self.text(name)} ~ '^{INSTANT_SHAPE}$'"

    def _is_of(self, name: str, json_type: str) -> str:
        return f"jsonb_typeof({self.json(name)}) = '{json_type}'"

    def _is_text(self, name: str) -> str:
        return f"{self._is_of(name, 'string')} AND {self.text(name)} <> ''"

    def _is_set(self, name: str) -> str:
        is_list = f"{self._is_of(name, 'array')} AND {self.json(name)} <> '[]'"
        holds_texts = f"""NOT {self.json(name)} @? 'strict $[*] ? (@.type() != "string")'"""
        return f"({self._is_text(name)} OR {is_list} AND {holds_texts})"

    def _place(self, key: object, value: object, sql_type: str) -> str:
        place = self._places.get((sql_type, key))
        if place is None:
            place = f"${self.first_parameter + len(self.parameters)}::{sql_type}"
            self._places[(sql_type, key)] = place
            self.parameters.append(value)
        return place


def _guarded(present: str, condition: str, *, otherwise: bool) -> str:
    return f"CASE WHEN {present} THEN {condition} ELSE {literal(otherwise)} END"
