"""Who may not: no key, a key that opens nothing, a role that does not suffice; whatever else is wrong beside it."""

from collections.abc import Mapping
from typing import Final

import pytest

from executor_service.web import Role
from tests.integration.bad_input.answers import refusal
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, keyed, routes

_NO_KEYS: Final[Mapping[str, bytes | None]] = {
    "no header": None,
    "nothing": b"",
    "no scheme": b"wf_live_" + b"A" * 43,
    "no key": b"Bearer",
    "blanks": b"Bearer    ",
    "another scheme": b"Basic d2Y6bGl2ZQ==",
    "a key nobody has": b"Bearer wf_live_" + b"A" * 43,
    "a short key": b"Bearer wf_live_A",
    "a long key": b"Bearer wf_live_" + b"A" * 20_000,
    "no ASCII": "Bearer wf_live_ключ".encode(),
    "bytes that are no text": b"Bearer \xff\xfe\x80",
    "statements": b"Bearer ' OR true --",
}


def _authorization(world: World) -> list[bytes]:
    valid = b"Bearer " + world.keys["admin"].encode()
    return [
        *(value for value in _NO_KEYS.values() if value is not None),
        valid + b"x",
        valid[:-1],
        valid.swapcase(),
        *(b"Bearer " + world.keys[kind].encode() for kind in ("revoked", "expired")),
    ]


@pytest.mark.parametrize("route", keyed(), ids=str)
async def test_a_request_without_a_key_that_opens_is_refused_alike(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for value in _authorization(world):
            answer = await world.send(route.method, path, headers={"authorization": value}, json=route.example)
            assert refusal(answer).status == 401
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route", keyed(), ids=str)
async def test_without_a_header_nothing_else_is_told(world: World, route: Route) -> None:
    path = world.path(route.template, **dict.fromkeys(route.names, "no-such-thing"))
    async with world.writes_nothing():
        request = world.client.build_request(route.method, f"http://workflows{path}?limit=none", content=b"{")
        del request.headers["authorization"]
        answer = await world.client.send(request)
        assert refusal(answer).status == 401
        assert refusal(answer).mistakes == ()


@pytest.mark.parametrize("route", keyed(), ids=str)
async def test_a_role_that_does_not_suffice_is_refused(world: World, route: Route) -> None:
    path = world.path(route.template)
    too_low = [role for role in Role if role < route.lowest_role]
    async with world.writes_nothing():
        for role in too_low:
            headers = {"authorization": f"Bearer {world.keys[role.word]}"}
            answer = await world.send(route.method, path, headers=headers, json=route.example)
            assert refusal(answer).status == 403
            assert route.lowest_role.word in answer.text


async def test_the_routes_without_a_key_are_the_operators_and_no_others(world: World) -> None:
    open_ones = {route.template for route in routes() if not route.takes_key}
    assert open_ones == {"/livez", "/readyz", "/metrics"}
    for template in open_ones:
        assert (await world.send("GET", template, headers={"authorization": "nonsense"})).status_code == 200
