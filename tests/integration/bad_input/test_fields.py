"""Each field of each body with everything that it cannot be."""

import pytest

from tests.integration.bad_input.answers import refusal, refused_status
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, with_body
from tests.integration.bad_input.spoiling import dotted, of_wrong_types, with_long_list, with_null, with_unknown_field

_LONG = 200_000


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_value_of_a_wrong_type_is_named_by_its_place(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for place, kind, body in of_wrong_types(route.example):
            refused = refusal(await world.send(route.method, path, json=body))
            assert (dotted(place), kind, refused.status) == (dotted(place), kind, refused_status(path))
            assert dotted(place) in refused.places, (kind, refused)


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_field_nobody_knows_is_named_by_its_place(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for place, body in with_unknown_field(route.example):
            refused = refusal(await world.send(route.method, path, json=body))
            assert refused.status == refused_status(path)
            assert {("UNKNOWN_FIELD", dotted(place)), ("UNKNOWN_NAME", dotted(place))} & set(refused.mistakes), refused


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_null_stands_for_nothing_or_is_named_by_its_place(world: World, route: Route) -> None:
    path = world.path(route.template)
    for place, body in with_null(route.example):
        before = await world.written()
        answer = await world.send(route.method, path, json=body)
        if answer.status_code >= 400 and answer.status_code != 409:
            assert dotted(place) in refusal(answer).places, (place, answer.text)
            assert await world.written() == before


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_list_of_two_hundred_thousand_is_refused_at_once(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for place, body in with_long_list(route.example, _LONG):
            refused = refusal(await world.send(route.method, path, json=body))
            assert refused.status == refused_status(path)
            assert any(named.startswith(dotted(place)) for named in refused.places), refused


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_the_example_of_a_route_has_nothing_wrong_but_that_it_may_be_there(world: World, route: Route) -> None:
    answer = await world.send(route.method, world.path(route.template), json=route.example)
    assert answer.status_code in {200, 201}, answer.text
