"""Instants that do not exist and zones that are none, wherever a body takes one."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.integration.bad_input.answers import refusal, refused_status
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import Route, with_body
from tests.integration.bad_input.spoiling import Path, dotted, places, replaced
from tests.integration.bad_input.times import NO_INSTANTS, NO_ZONES

_UNFIT: Final[Mapping[str, tuple[str, ...]]] = {
    "expiresAt": NO_INSTANTS,
    "after": NO_INSTANTS,
    "timeZone": NO_ZONES,
    "timeZoneId": NO_ZONES,
}


def _taken() -> list[tuple[Route, Path]]:
    return [(route, path) for route in with_body() for path, _ in places(route.example) if path and path[-1] in _UNFIT]


@pytest.mark.parametrize(("route", "place"), _taken(), ids=str)
async def test_what_is_none_is_named_by_its_place(world: World, route: Route, place: Path) -> None:
    path = world.path(route.template)
    example: Any = await world.example(route)
    async with world.writes_nothing():
        for text in _UNFIT[str(place[-1])]:
            refused = refusal(await world.send(route.method, path, json=replaced(example, place, text)))
            assert (text[:40], refused.status) == (text[:40], refused_status(path))
            assert refused.places == {dotted(place)}


async def test_instants_and_zones_are_taken_in_every_part_of_the_application() -> None:
    assert {str(place[-1]) for _, place in _taken()} == set(_UNFIT)
    assert len({str(route) for route, _ in _taken()}) >= 4
