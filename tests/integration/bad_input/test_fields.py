"""Each field of each body with everything that it cannot be."""

import pytest

from tests.integration.bad_input.answers import MULTI_STATUS, refusal, refusals_inside, refused_status
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, with_body
from tests.integration.bad_input.spoiling import (
    dotted,
    of_wrong_types,
    places,
    replaced,
    with_long_list,
    with_unknown_field,
)

_LONG = 200_000
_CONFLICT = 409
_NOT_ALLOWED = 422


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_value_of_a_wrong_type_is_named_by_its_place(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for place, kind, body in of_wrong_types(await world.example(route)):
            refused = refusal(await world.send(route.method, path, json=body))
            assert (dotted(place), kind, refused.status) == (dotted(place), kind, refused_status(path))
            assert dotted(place) in refused.places, (kind, refused)


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_field_nobody_knows_is_named_by_its_place(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for place, body in with_unknown_field(await world.example(route)):
            refused = refusals_inside(await world.send(route.method, path, json=body))
            assert refused.status in {refused_status(path), MULTI_STATUS}
            assert {("UNKNOWN_FIELD", dotted(place)), ("UNKNOWN_NAME", dotted(place))} & set(refused.mistakes), refused


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_null_stands_for_nothing_or_is_named_by_its_place(world: World, route: Route) -> None:
    path = world.path(route.template)
    for place, _ in places(route.example):
        body = replaced(await world.example(route), place, None)
        before = await world.written()
        answer = await world.send(route.method, path, json=body)
        if answer.status_code >= 400 and answer.status_code != _CONFLICT:
            assert dotted(place) in refusal(answer).places, (place, answer.text)
            assert await world.written() == before


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_a_list_of_two_hundred_thousand_is_refused_at_once(world: World, route: Route) -> None:
    path = world.path(route.template)
    async with world.writes_nothing():
        for place, body in with_long_list(await world.example(route), _LONG):
            refused = refusal(await world.send(route.method, path, json=body))
            assert refused.status == refused_status(path)
            assert any(dotted(place).startswith(named) or named.startswith(dotted(place)) for named in refused.places)


@pytest.mark.parametrize("route", with_body(), ids=str)
async def test_nothing_is_wrong_with_a_body_before_it_is_spoiled(world: World, route: Route) -> None:
    answer = await world.send(route.method, world.path(route.template), json=await world.example(route))
    if answer.status_code == _NOT_ALLOWED:
        # The workflow that all these tests share is off.
        assert refusal(answer).codes == {"WORKFLOW_OFF"}
        return
    assert answer.status_code in {200, 201, 202, 204, _CONFLICT}, answer.text
    if answer.status_code == _CONFLICT:
        assert refusal(answer).codes <= {"DUPLICATE_ID", "DUPLICATE_VALUE"}
