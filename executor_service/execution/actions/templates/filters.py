"""The filters of templates, by name (ACTIONS.md A21, A78): each takes a value that is there and its arguments.

Decimals have 34 digits, half even. Letters change case one code point to one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, DecimalException
from types import MappingProxyType
from typing import Final

from executor_service.execution.actions.templates.dates import (
    add_time,
    format_date,
    subtract_time,
    time_between,
    to_day,
)
from executor_service.execution.actions.templates.values import FormulaError, Value, text_of
from executor_service.records.domain.letters import lower_text
from executor_service.records.domain.values import NotADecimalError, parse_decimal

_EXACT: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
_MOST_DIGITS: Final = 30
_WORDS: Final = re.compile(r"[^\W\d_]+")

Apply = Callable[[Value, Sequence[Value], str], Value]
"""What a filter does: to a value, with its arguments, in a zone."""


@dataclass(frozen=True, slots=True)
class FilterKind:
    """A filter: what it does, and how many arguments it takes."""

    apply: Apply
    least: int = 0
    most: int = 0


def _on_text(change: Callable[[str], str]) -> Apply:
    return lambda value, _arguments, _zone: change(text_of(value))


def _on_number(change: Callable[[Decimal], Decimal]) -> Apply:
    return lambda value, _arguments, _zone: _calculated(change, value)


def _on_numbers(combine: Callable[[Decimal, Decimal], Decimal]) -> Apply:
    return lambda value, arguments, _zone: _calculated(combine, value, arguments[0])


def _calculated(change: Callable[..., Decimal], *values: Value) -> Decimal:
    try:
        return change(*map(_number, values))
    except DecimalException as error:
        raise FormulaError(f"cannot be calculated: {type(error).__name__}") from error


def _number(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        try:
            return parse_decimal(value.strip())
        except NotADecimalError as error:
            raise FormulaError(str(error)) from error
    raise FormulaError(f"{text_of(value)[:40]} is no number")


def whole(value: Value, least: int, most: int) -> int:
    """Return a whole number between bounds; raises FormulaError."""
    number = _number(value)
    if number != number.to_integral_value() or not least <= number <= most:
        raise FormulaError(f"{text_of(value)[:40]} is no whole number from {least} to {most}")
    return int(number)


def _round(value: Value, arguments: Sequence[Value], _zone: str) -> Decimal:
    digits = whole(arguments[0], 0, _MOST_DIGITS) if arguments else 0
    return _calculated(lambda number: number.quantize(Decimal(1).scaleb(-digits), context=_EXACT), value)


def _format_number(value: Value, arguments: Sequence[Value], zone: str) -> str:
    return format(_round(value, arguments, zone), "f")


def _capitalize(text: str) -> str:
    return _upper(text[:1]) + lower_text(text[1:])


def _upper(text: str) -> str:
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in text)


def _title(text: str) -> str:
    return _WORDS.sub(lambda word: _capitalize(word[0]), text)


def _concat(value: Value, arguments: Sequence[Value], _zone: str) -> str:
    return "".join(map(text_of, (value, *arguments)))


def _cut(value: Value, arguments: Sequence[Value], _zone: str) -> str:
    return text_of(value).replace(text_of(arguments[0]), "") if arguments[0] else text_of(value)


def _replace(value: Value, arguments: Sequence[Value], _zone: str) -> str:
    old, new = map(text_of, arguments)
    return text_of(value).replace(old, new) if old else text_of(value)


def _truncate(value: Value, arguments: Sequence[Value], _zone: str) -> str:
    return text_of(value)[: whole(arguments[0], 0, 1_000_000)]


def _length(value: Value, _arguments: Sequence[Value], _zone: str) -> Decimal:
    return Decimal(len(text_of(value)))


def _to_number(value: Value, _arguments: Sequence[Value], _zone: str) -> Decimal:
    return _number(value)


def _to_date(value: Value, _arguments: Sequence[Value], zone: str) -> date:
    return to_day(value, zone)


def _add_time(value: Value, arguments: Sequence[Value], zone: str) -> date | datetime:
    return add_time(value, whole(arguments[0], -1_000_000_000, 1_000_000_000), text_of(arguments[1]), zone)


def _subtract_time(value: Value, arguments: Sequence[Value], zone: str) -> date | datetime:
    return subtract_time(value, whole(arguments[0], -1_000_000_000, 1_000_000_000), text_of(arguments[1]), zone)


def _time_between(value: Value, arguments: Sequence[Value], zone: str) -> Decimal:
    return Decimal(time_between(value, arguments[0], text_of(arguments[1]), zone))


def _format_date(value: Value, arguments: Sequence[Value], zone: str) -> str:
    in_zone = text_of(arguments[1]) if len(arguments) > 1 else zone
    return format_date(value, text_of(arguments[0]), in_zone)


def _unchanged(value: Value, _arguments: Sequence[Value], _zone: str) -> Value:
    return value


def _to_whole(rounding: str) -> Apply:
    return _on_number(lambda number: number.to_integral_value(rounding=rounding))


FILTERS: Final[Mapping[str, FilterKind]] = MappingProxyType(
    {
        "abs": FilterKind(_on_number(abs)),
        "add": FilterKind(_on_numbers(_EXACT.add), 1, 1),
        "subtract": FilterKind(_on_numbers(_EXACT.subtract), 1, 1),
        "multiply": FilterKind(_on_numbers(_EXACT.multiply), 1, 1),
        "divide": FilterKind(_on_numbers(_EXACT.divide), 1, 1),
        "round": FilterKind(_round, 0, 1),
        "floor": FilterKind(_to_whole(ROUND_FLOOR)),
        "ceil": FilterKind(_to_whole(ROUND_CEILING)),
        "min": FilterKind(_on_numbers(min), 1, 1),
        "max": FilterKind(_on_numbers(max), 1, 1),
        "number": FilterKind(_to_number),
        "format_number": FilterKind(_format_number, 0, 1),
        "lower": FilterKind(_on_text(lower_text)),
        "upper": FilterKind(_on_text(_upper)),
        "title": FilterKind(_on_text(_title)),
        "capitalize": FilterKind(_on_text(_capitalize)),
        "trim": FilterKind(_on_text(str.strip)),
        "concat": FilterKind(_concat, 1, 16),
        "cut": FilterKind(_cut, 1, 1),
        "replace": FilterKind(_replace, 2, 2),
        "truncate": FilterKind(_truncate, 1, 1),
        "length": FilterKind(_length),
        "default": FilterKind(_unchanged, 1, 1),
        "date": FilterKind(_to_date),
        "format_date": FilterKind(_format_date, 1, 2),
        "add_time": FilterKind(_add_time, 2, 2),
        "subtract_time": FilterKind(_subtract_time, 2, 2),
        "time_between": FilterKind(_time_between, 2, 2),
    }
)
