"""Every query parameter of every route with what it cannot be, by what its description says that it is."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson
import pytest

from tests.integration.bad_input.answers import refusal, refused_status
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, keyed
from tests.integration.bad_input.times import NO_INSTANTS

_HUGE: Final = ("1" + "0" * 400, "9" * 5_000, "-" + "9" * 5_000)
_NO_NUMBERS: Final = ("-1", "abc", "1.5", "1e3", "0x10", "NaN", "Infinity", "null", "9223372036854775808", "", *_HUGE)
_NO_LIMITS: Final = (*_NO_NUMBERS, "0", "1001", "1000000000", "9223372036854775807")
_NO_IDS: Final = (*_NO_NUMBERS, "0", "9007199254740992")
_NO_WORDS: Final = ("", "nothing", "due", "active", "DUE,SKIPPED", "D" * 5_000, "\u0394UE", "'--")
_NO_FLAGS: Final = ("perhaps", "2", "", "truetrue", "null")
_NO_UUIDS: Final = ("", "1", "nothing", "g" * 36, "0" * 31, "0" * 5_000, "{}", "' OR true--")
_NO_ACTION_IDS: Final = ("0", "-1", "01", "abc", "1.0", "1 ", "1234567890", "\u0661", "1\n", "")
_NO_PROPERTIES: Final = ("nothing", "firstname", "Email", "email ", "e" * 5_000, "\u00ebmail", "__proto__")

_BY_NAME: Final[Mapping[str, tuple[str, ...]]] = {
    "limit": _NO_LIMITS,
    "recordId": _NO_IDS,
    "actionId": _NO_ACTION_IDS,
    "idProperty": _NO_PROPERTIES,
    "properties": (),  # any names; those that are none are left out
}
_CURSORS: Final = {"cursor", "after"}


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


_NO_KEYS: Final[tuple[Any, ...]] = (
    *([], {}, None, 1, "1", [None], [True], [1.5], ["1"], [[1]], [1, 2], [1, 2, 3, 4]),
    *([2**63], [2**64 - 1], ["\x00"], ["a" * 1_000]),
)
_NO_CURSORS: Final = (
    *("", "x", "!!!", "====", "a b", "0" * 5_000, "\u00e9", "bnVsbA", "eyJhIjoxfQ", "/etc/passwd", "-1", "abc", "1.5"),
    *map(_packed, _NO_KEYS),
)


def _unfit(name: str, schema: Mapping[str, Any]) -> tuple[str, ...]:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if "enum" in schema:
        return _NO_WORDS
    match schema:
        case {"type": "integer"}:
            return _NO_NUMBERS
        case {"type": "boolean"}:
            return _NO_FLAGS
        case {"format": "date-time"}:
            return NO_INSTANTS
        case {"format": "uuid"}:
            return _NO_UUIDS
        case {"maxLength": int() as longest} if name not in _CURSORS:
            return ("x" * (longest + 1), "x" * 50_000)
    return _NO_CURSORS if name in _CURSORS else ()


_PARAMETERS: Final = [(route, name) for route in keyed() for name in route.query]


@pytest.mark.parametrize(("route", "name"), _PARAMETERS, ids=str)
async def test_a_parameter_that_does_not_fit_is_named(world: World, route: Route, name: str) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for value in _unfit(name, route.query[name]):
            answer = await world.send(route.method, f"{path}?{name}={quote(value)}", json=route.example)
            refused = refusal(answer)
            assert (value[:40], refused.status) == (value[:40], refused_status(path))
            assert refused.places == {name}


@pytest.mark.parametrize("route", [route for route in keyed() if route.query], ids=str)
async def test_bytes_that_are_no_text_are_never_a_fault(world: World, route: Route) -> None:
    path = world.path(route.template)
    texts = [name for name, schema in route.query.items() if schema.get("type") in {"string", "array"}] or ["limit"]
    for value in ("%FF%FE", "%ED%A0%80", "%00", "a%00b", "%", "%zz", "%F0%9F%92%A5", "&&&", "=;=", "a" * 50_000):
        for name in texts:
            answer = await world.send(route.method, f"{path}?{name}={value}", json=route.example)
            if answer.status_code >= 400:
                refusal(answer)


async def test_a_position_that_was_never_reached_is_told_after_a_while(world: World) -> None:
    waiting = [route for route in keyed() if "position" in route.query]
    paths = [
        f"{world.path(route.template)}?position={position}" for route in waiting for position in (10**6, 2**63 - 1)
    ]
    answers = await asyncio.gather(*(world.send("GET", path) for path in paths))
    assert len(answers) >= 10
    for answer in answers:
        assert (refusal(answer).status, refusal(answer).mistakes) == (409, (("NOT_YET", "position"),))
