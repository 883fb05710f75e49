"""Ids that are none, and names of things that are not there, in every place of every path."""

from typing import Final

import pytest

from tests.integration.bad_input.answers import refusal
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, keyed

_NO_IDS: Final = (
    *("0", "-1", "-0", "+1", "01", "1.0", "1.5", "1e3", "0x1", "1_0", "abc", "null", "true", "NaN", "Infinity"),
    *("9007199254740992", "9223372036854775807", "9223372036854775808", "1" + "0" * 400, "9" * 5_000),
    *("1%20", "%201", "1%0a", "1%09", "1%00", "%00", "1;1", "1,2", "%5b1%5d"),
    *("%D9%A1", "%EF%BC%91", "%C2%B9", "%FF", "%ED%A0%80", "1%2f", "1%2f..", "..%2f1", "%2e%2e%2f1", "..%5c1", "%2e"),
    *("1'--", "1%20OR%201=1", "%3Cscript%3E", "$%7B7*7%7D", "%25s%25n", "9007199254740991"),
)
_NO_NAMES: Final = (
    *("nothing", "Contacts", "contacts%20", "contacts%00", "%00", "0-99", "0-1%00", "%D9%A0-1", "0-1,0-2"),
    *("a" * 5_000, "%F0%9F%92%A5", "%ED%A0%80", "%FF", "contacts'--", "$where", "__proto__"),
)


def _with_ids() -> list[Route]:
    return [route for route in keyed() if set(route.names) - {"object_type", "name"}]


@pytest.mark.parametrize("route", _with_ids(), ids=str)
async def test_an_id_that_is_none_names_nothing(world: World, route: Route) -> None:
    (name,) = set(route.names) - {"object_type", "name"}
    async with world.writes_nothing():
        for ident in _NO_IDS:
            path = world.path(route.template, **{name: ident})
            refused = refusal(await world.send(route.method, path, json=route.example))
            assert (ident[:40], refused.status, refused.codes) == (ident[:40], 404, {"NOT_FOUND"})


@pytest.mark.parametrize("route", [route for route in keyed() if "object_type" in route.names], ids=str)
async def test_an_object_type_that_is_none_names_nothing(world: World, route: Route) -> None:
    async with world.writes_nothing():
        for name in _NO_NAMES:
            path = world.path(route.template, object_type=name)
            refused = refusal(await world.send(route.method, path, json=route.example))
            assert (name[:40], refused.status) == (name[:40], 404)


@pytest.mark.parametrize("route", [route for route in keyed() if "name" in route.names], ids=str)
async def test_a_property_that_is_none_names_nothing(world: World, route: Route) -> None:
    async with world.writes_nothing():
        for name in _NO_NAMES:
            path = world.path(route.template, name=name)
            refused = refusal(await world.send(route.method, path, json=route.example))
            assert (name[:40], refused.status) == (name[:40], 404)
