"""Random trees and random documents that share a vocabulary, so that they meet often enough to mean something."""

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from executor_service.records.domain.values import FieldType, Option, PropertyDefinition, PropertyType
from tests.integration.criteria.dates import date_filters

ODD_NAME = 'o\'dd "na\\me" %_$1'
OPTIONS = ("a", "b", "A", "İ", "a;b", "it's", "50%", "true")


def _defined(name: str, kind: PropertyType, field: FieldType) -> PropertyDefinition:
    options = tuple(Option(value, value) for value in OPTIONS) if kind is PropertyType.ENUMERATION else ()
    return PropertyDefinition(name, name, kind, field, options)


DEFINITIONS = {
    definition.name: definition
    for definition in (
        _defined("name", PropertyType.STRING, FieldType.TEXT),
        _defined(ODD_NAME, PropertyType.STRING, FieldType.TEXTAREA),
        _defined("phone", PropertyType.PHONE_NUMBER, FieldType.PHONENUMBER),
        _defined("score", PropertyType.NUMBER, FieldType.NUMBER),
        _defined("amount", PropertyType.NUMBER, FieldType.NUMBER),
        _defined("subscribed", PropertyType.BOOL, FieldType.BOOLEANCHECKBOX),
        _defined("stage", PropertyType.ENUMERATION, FieldType.SELECT),
        _defined("colours", PropertyType.ENUMERATION, FieldType.CHECKBOX),
        _defined("birthday", PropertyType.DATE, FieldType.DATE),
        _defined("seen", PropertyType.DATETIME, FieldType.DATE),
    )
}

# Letters with odd cases (dotted and dotless I, long s, Kelvin, sigmas, sharp s, title case, beyond the BMP, newer than
# Python's Unicode), what SQL and patterns treat specially, what bounds a word and what does not, and the marks of
# CONTAINS_EXACTLY.
WORDS = (
    *(
        "Anna",
        "anna",
        "ANNA",
        "foo",
        "Foo",
        "bar",
        "x",
        "İ",
        "i",
        "\u0131",
        "I",
        "\u017f",
        "S",
        "\u212a",
        "k",
        "K",
        "Σ",
        "\u03c3",
        "ς",
    ),
    *(
        "ß",
        "ẞ",
        "Dž",
        "dž",
        "Ångström",
        "É",
        "é",
        "e\u0301",
        "𐐀",
        "𐐨",
        "\ua7cb",
        "\u0264",
        "\u1c89",
        "\u1c8a",
        "ⓐ",
        "Ⓐ",
    ),
    *(
        "😀",
        "漢",
        "٣",
        "7",
        "½",
        "²",
        "Ⅷ",
        "_",
        "%",
        "\\",
        "'",
        '"',
        "$1",
        "\n",
        "\t",
        " ",
        "  ",
        ".",
        "-",
        "!",
        "\u00a0",
    ),
    *("\u200d", "\ufffe", "\uffff", "\ue000", "(", "[", "^", "*", ";", "|", "{}", "\\%", "\\_", "a%b", "\x01"),
)
NUMBERS = (
    "0",
    "-0.0",
    "1",
    "1.1",
    "1.10",
    "1.100000000000000000001",
    "100",
    "1e2",
    "-3",
    "0.1",
    "9007199254740993",
    "1e30",
)
ODDITIES = (
    *(
        "null",
        '""',
        "true",
        "false",
        "5",
        '"5"',
        '"true"',
        '"null"',
        "{}",
        '{"a": 1}',
        "[]",
        '["a"]',
        '["a", "a"]',
        '[""]',
    ),
    *(
        '["a", 1]',
        '[["a"]]',
        "[null]",
        '["b", "a"]',
        '"a;b"',
        '"2024-02-30"',
        '"2024-2-3"',
        '"2024-01-01\\n"',
        '"٢٠٢٤-01-01"',
    ),
)
DAYS = (
    *('"2024-02-29"', '"0001-01-01"', '"9999-12-31"'),
    *(f'"2026-03-{day:02d}"' for day in (1, 2, 3, 8, 27, 28, 29, 30, 31)),
    *('"2026-02-28"', '"2026-04-01"', '"2025-12-31"', '"2026-10-25"', '"2027-01-01"'),
)
# Around the moments of `MOMENTS`, and around clock changes: the beginnings and ends of days on either side of them.
INSTANTS = (
    *(
        f'"2026-{day}T{time}Z"'
        for day in ("02-28", "03-01", "03-02", "03-08", "03-28", "03-29", "03-30", "10-24", "10-25")
        for time in ("00:00:00.000", "04:59:59.999", "05:00:00.000", "12:00:00.000", "22:00:00.000", "23:00:00.000")
    ),
    *('"2010-11-07T02:31:00.000Z"', '"2010-11-07T03:29:59.999Z"', '"2011-12-30T10:00:00.000Z"'),
    '"2024-02-29T23:59:59.999Z"',
    '"1970-01-01T00:00:00.000Z"',
    '"2024-02-29T23:59:59Z"',
    '"2024-02-29T23:59:59.999"',
)


def _text(random: Random) -> str:
    return json.dumps("".join(random.choices(WORDS, k=random.randint(1, 5))))


def _set(random: Random) -> str:
    return json.dumps(sorted(random.sample(OPTIONS, k=random.randint(0, 3))))


def _typed(random: Random, kind: PropertyType) -> str:
    written: dict[PropertyType, Callable[[], str]] = {
        PropertyType.STRING: lambda: _text(random),
        PropertyType.PHONE_NUMBER: lambda: _text(random),
        PropertyType.NUMBER: lambda: random.choice(NUMBERS),
        PropertyType.BOOL: lambda: random.choice(("true", "false")),
        PropertyType.ENUMERATION: lambda: random.choice((_set(random), json.dumps(random.choice(OPTIONS)))),
        PropertyType.DATE: lambda: random.choice(DAYS),
        PropertyType.DATETIME: lambda: random.choice(INSTANTS),
    }
    return written[kind]()


def document(random: Random) -> str:
    """Return a document as JSON text: a fifth of the values missing, a sixth of whatever kind."""
    values = []
    for name, definition in DEFINITIONS.items():
        chance = random.random()
        if chance < 0.63:
            values.append(f"{json.dumps(name)}: {_typed(random, definition.type)}")
        elif chance < 0.8:
            odd = random.choice((*ODDITIES, _text(random), random.choice(NUMBERS), random.choice(INSTANTS)))
            values.append(f"{json.dumps(name)}: {odd}")
    return "{" + ", ".join(values) + "}"


_words = st.sampled_from(WORDS)
_needles = st.one_of(_words, st.lists(_words, min_size=1, max_size=3).map("".join))
_numbers = st.one_of(st.sampled_from(NUMBERS), st.integers(-5, 105), st.floats(-3, 3, allow_nan=False))
_members = st.sampled_from((*OPTIONS, "none such", "", "false"))
_texts = ["name", ODD_NAME, "phone"]
_any_value = st.booleans()


@st.composite
def _asked(
    draw: st.DrawFn, names: list[str], operation_type: str, operators: list[str], fields: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationType": operation_type, "operator": draw(st.sampled_from(operators))}
    operation |= {name: draw(values) for name, values in fields.items()}
    if draw(_any_value):
        operation["includeObjectsWithNoValueSet"] = draw(_any_value)
    return {"filterType": "PROPERTY", "property": draw(st.sampled_from(names)), "operation": operation}


_TEXT = ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "CONTAINS", "DOES_NOT_CONTAIN", "STARTS_WITH", "ENDS_WITH"]
_NUMBER = ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "IS_GREATER_THAN", "IS_LESS_THAN"]
_NUMBER += ["IS_GREATER_THAN_OR_EQUAL_TO", "IS_LESS_THAN_OR_EQUAL_TO"]
_SETS = ["IS_ANY_OF", "IS_NONE_OF", "CONTAINS_ALL", "DOES_NOT_CONTAIN_ALL", "IS_EXACTLY", "IS_NOT_EXACTLY"]
_PHRASES = ["CONTAINS_EXACTLY", "DOES_NOT_CONTAIN_EXACTLY"]
TEXT_OPERATORS = (*_TEXT, *_PHRASES)
NUMBER_OPERATORS = tuple(_NUMBER)
SET_OPERATORS = tuple(_SETS)


def _ordered(asked: dict[str, Any]) -> dict[str, Any]:
    operation = asked["operation"]
    lower, upper = sorted((operation["lowerBound"], operation["upperBound"]), key=float)
    return asked | {"operation": operation | {"lowerBound": lower, "upperBound": upper}}


def filters() -> st.SearchStrategy[dict[str, Any]]:
    """Return filters of every family."""
    several = st.lists(_needles, min_size=1, max_size=3)
    return st.one_of(
        _asked(list(DEFINITIONS), "ALL_PROPERTY", ["IS_KNOWN", "IS_UNKNOWN", "IS_BLANK", "IS_NOT_BLANK"], {}),
        _asked(_texts, "STRING", _TEXT, {"value": _needles}),
        _asked(_texts, "MULTISTRING", list(TEXT_OPERATORS), {"values": several}),
        _asked(_texts, "MULTISTRING", _PHRASES, {"values": several}),
        _asked(["score", "amount"], "NUMBER", _NUMBER, {"value": _numbers}),
        _asked(
            ["score", "amount"],
            "NUMBER_RANGED",
            ["IS_BETWEEN", "IS_NOT_BETWEEN"],
            {"lowerBound": _numbers, "upperBound": _numbers},
        ).map(_ordered),
        _asked(["subscribed"], "BOOL", ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO"], {"value": _any_value}),
        _asked(
            ["stage", "colours", "subscribed"],
            "ENUMERATION",
            _SETS,
            {"values": st.lists(_members, min_size=1, max_size=3)},
        ),
        date_filters(),
        _any_value.map(lambda accepted: {"filterType": "CONSTANT", "shouldAccept": accepted}),
    )


def moments() -> st.SearchStrategy[tuple[datetime, str]]:
    """Return instants of evaluation with the zone that is asked in: near clock changes, and ordinary ones."""
    return st.sampled_from(MOMENTS)


MOMENTS = tuple(
    (datetime.fromisoformat(at), zone)
    for at, zone in (
        ("2026-03-01T12:00:00Z", "Europe/Berlin"),
        ("2026-03-29T01:00:00.000500Z", "Europe/Berlin"),
        ("2026-03-28T22:30:00Z", "Asia/Tokyo"),
        ("2026-10-25T00:30:00Z", "Europe/Oslo"),
        ("2026-03-08T05:00:00Z", "America/New_York"),
        ("2010-11-07T03:00:00Z", "America/St_Johns"),
        ("2011-12-30T10:00:00Z", "Pacific/Apia"),
        ("2026-02-28T23:59:59.999999Z", "UTC"),
    )
)


def _branch(kind: str, filters: list[Any], branches: list[Any]) -> dict[str, Any]:
    return {"filterBranchType": kind, "filters": filters, "filterBranches": branches}


_inner = st.sampled_from(["AND", "OR", "NOT_ALL", "NOT_ANY"])
_branches = st.recursive(
    st.builds(_branch, _inner, st.lists(filters(), max_size=4), st.just([])),
    lambda below: st.builds(_branch, _inner, st.lists(filters(), max_size=2), st.lists(below, max_size=3)),
    max_leaves=5,
)
_below_root = st.builds(
    _branch,
    st.sampled_from(["AND", "NOT_ALL", "NOT_ANY"]),
    st.lists(filters(), max_size=3),
    st.lists(_branches, max_size=2),
)


def trees() -> st.SearchStrategy[dict[str, Any]]:
    """Return trees: single filters half of the time, for those show a difference best."""
    single = filters().map(lambda only: _branch("OR", [], [_branch("AND", [only], [])]))
    return st.one_of(single, st.builds(_branch, st.just("OR"), st.just([]), st.lists(_below_root, max_size=3)))
