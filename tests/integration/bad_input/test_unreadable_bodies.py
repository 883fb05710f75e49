"""Bodies that cannot be read: no JSON, two meanings, too deep, too large, of another type."""

import gzip
from collections.abc import AsyncIterator, Mapping
from typing import Final

import pytest

from tests.integration.bad_input.answers import refusal
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, with_body

_JSON: Final = {"content-type": "application/json"}
_DEEP: Final = 100_000
_TOO_LARGE: Final = 11_000_000

_UNREADABLE: Final[Mapping[str, tuple[bytes, str]]] = {
    "nothing": (b"", "NOT_JSON"),
    "a blank": (b" ", "NOT_JSON"),
    "a word": (b"hello", "NOT_JSON"),
    "a form": (b"name=Acme&timeZone=UTC", "NOT_JSON"),
    "cut off": (b'{"name": "Ac', "NOT_JSON"),
    "two documents": (b"{} {}", "NOT_JSON"),
    "a comma too many": (b'{"name": "Acme",}', "NOT_JSON"),
    "a comment": (b'{"name": "Acme" /* ours */}', "NOT_JSON"),
    "other quotes": (b"{'name': 'Acme'}", "NOT_JSON"),
    "a byte-order mark": (b'\xef\xbb\xbf{"name": "Acme"}', "NOT_JSON"),
    "UTF-16": ('{"name": "Acme"}'.encode("utf-16"), "NOT_JSON"),
    "no UTF-8": (b'{"name": "Ac\xffme"}', "NOT_JSON"),
    "NaN": (b'{"count": NaN}', "NOT_JSON"),
    "Infinity": (b'{"count": Infinity}', "NOT_JSON"),
    "minus Infinity": (b'{"count": -Infinity}', "NOT_JSON"),
    "1e400": (b'{"count": 1e400}', "NOT_JSON"),
    "a large number": (b'{"count": 9223372036854775808}', "NUMBER_TOO_LARGE"),
    "a leading zero": (b'{"count": 01}', "NOT_JSON"),
    "a lone surrogate": (rb'{"name": "\ud800"}', "NOT_JSON"),
    "a lone surrogate in a name": (rb'{"\udfff": 1}', "NOT_JSON"),
    "a surrogate in bytes": (b'{"name": "\xed\xa0\x80"}', "NOT_JSON"),
    "NUL": (rb'{"name": "a\u0000b"}', "NUL"),
    "NUL in a name": (rb'{"na\u0000me": "a"}', "NUL"),
    "NUL in a list": (rb'[["\u0000"]]', "NUL"),
    "a bare NUL": (b'{"name": "a\x00b"}', "NOT_JSON"),
    "a key twice": (b'{"name": "a", "name": "b"}', "DUPLICATE_KEY"),
    "a key twice, spelled otherwise": (rb'{"name": "a", "n\u0061me": "b"}', "DUPLICATE_KEY"),
    "a key twice below": (b'{"a": [{"b": 1, "b": 1}]}', "DUPLICATE_KEY"),
    "deep lists": (b"[" * _DEEP + b"]" * _DEEP, "TOO_DEEP"),
    "deep objects": (b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, "TOO_DEEP"),
    "lists that never end": (b"[" * _DEEP, "TOO_DEEP"),
}
_DIGITS: Final = (b'{"count": ' + b"9" * 5_000 + b"}", b'{"count": -' + b"1" * 5_000 + b"}", b"1" + b"0" * 5_000)
_OTHER_TYPES: Final = (
    "text/plain",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/json; charset=utf-16",
    "application/jsonp",
    "json",
    "*/*",
    "",
)


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_body_that_cannot_be_read_says_why(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for kind, (body, code) in _UNREADABLE.items():
            answer = await world.send(route.method, path, content=body, headers=_JSON)
            assert (kind, refusal(answer).status, refusal(answer).mistakes) == (kind, 400, ((code, ""),))


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_number_of_thousands_of_digits_cannot_be_read(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for body in _DIGITS:
            answer = await world.send(route.method, path, content=body, headers=_JSON)
            assert refusal(answer).status == 400
            assert refusal(answer).codes <= {"NOT_JSON", "NUMBER_TOO_LARGE"}


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_body_of_another_type_is_not_guessed_at(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for kind in _OTHER_TYPES:
            answer = await world.send(route.method, path, content=b"{}", headers={"content-type": kind})
            assert (kind, refusal(answer).status, refusal(answer).codes) == (kind, 400, {"NOT_JSON"})


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_packed_body_is_not_unpacked(world: World, route: Route) -> None:
    packed = gzip.compress(b"[" + b"0," * 1_000_000 + b"0]")
    async with world.writes_nothing():
        for encoding in ("gzip", "deflate", "br", "gzip, gzip", "identity, gzip"):
            headers = {**_JSON, "content-encoding": encoding}
            answer = await world.send(route.method, world.path(route.template), content=packed, headers=headers)
            assert (encoding, refusal(answer).status) == (encoding, 400)


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_body_of_eleven_megabytes_is_refused(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for length in (str(_TOO_LARGE), "1" + "0" * 30, "9" * 5_000):
            headers = {**_JSON, "content-length": length}
            answer = await world.send(route.method, path, content=b"{}", headers=headers)
            assert (refusal(answer).status, refusal(answer).codes) == (413, {"TOO_LARGE"})


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_body_is_counted_as_it_comes_whatever_it_says_of_itself(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for told in ({}, {"content-length": "5"}, {"content-length": "-1"}, {"content-length": "many"}):
            answer = await world.send(route.method, path, content=_pieces(), headers={**_JSON, **told})
            assert (refusal(answer).status, refusal(answer).codes) == (413, {"TOO_LARGE"})
            assert answer.headers["connection"] == "close"


async def _pieces() -> AsyncIterator[bytes]:
    piece = b" " * 1_000_000
    for _ in range(_TOO_LARGE // len(piece)):
        yield piece
