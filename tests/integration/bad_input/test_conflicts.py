"""What contradicts what is stored: keys of repeated requests, revisions, values that are taken."""

from typing import Any, Final

import pytest

from tests.integration.bad_input.answers import refusal, refusals_inside, refused_status, said
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.examples import COLOUR, FLOW
from tests.integration.bad_input.routes import Route, keyed

_KEY: Final = "Idempotency-Key"
_NO_KEYS: Final = (b"", b" ", b"a b", b"a\tb", b"k" * 256, b"k" * 300, b"k" * 60_000, "ключ".encode(), b"\xff", b"\x7f")
_CONTACTS: Final = "/crm/v3/objects/contacts"
_FLOWS: Final = "/automation/v4/flows"

_ONCE: Final = [
    ("POST", "/v1/api-keys", {"name": "one", "role": "viewer"}, {"name": "two", "role": "admin"}),
    ("POST", _FLOWS, {**FLOW, "name": "one"}, {**FLOW, "name": "two"}),
    ("PATCH", "/account-info/v3/details", {"name": "one"}, {"name": "two"}),
]


def _once() -> list[Route]:
    taken = ("/v1/", _FLOWS, "/account-info/")
    only_reads = ("/v1/criteria/count", "/v1/schedules/preview")
    writes = [route for route in keyed() if route.method != "GET" and route.template not in only_reads]
    return [route for route in writes if route.template.startswith(taken)]


@pytest.mark.parametrize("route", _once(), ids=str)
async def test_what_is_no_idempotency_key_is_refused(world: World, route: Route) -> None:
    path, body = world.path(route.template), await world.example(route)
    async with world.writes_nothing():
        for key in _NO_KEYS:
            answer = await world.send(route.method, path, json=body, headers={_KEY: key})
            assert (refusal(answer).status, refusal(answer).mistakes) == (400, (("NOT_ALLOWED", _KEY),))
        answer = await world.send(route.method, path, json=body, headers=[(_KEY, "one"), (_KEY, "two")])
        assert (refusal(answer).status, refusal(answer).mistakes) == (400, (("NOT_ALLOWED", _KEY),))


@pytest.mark.parametrize(("method", "path", "body", "other"), _ONCE, ids=str)
async def test_an_idempotency_key_is_not_for_another_request(
    world: World, method: str, path: str, body: Any, other: Any
) -> None:
    headers = {_KEY: f"once-{path}"}
    assert (await world.send(method, path, json=body, headers=headers)).status_code in {200, 201}
    async with world.writes_nothing():
        for target, again in ((path, other), (f"{path}?other=1", body)):
            refused = refusal(await world.send(method, target, json=again, headers=headers))
            assert (refused.status, refused.mistakes) == (refused_status(path), (("NOT_ALLOWED", _KEY),))


async def test_a_revision_that_is_not_the_present_one_is_stale(world: World) -> None:
    path = f"{_FLOWS}/{world.things['flow_id']}"
    present = said(await world.send("GET", path))["revisionId"]
    async with world.writes_nothing():
        for revision in ("0", str(int(present) + 1), f"0{present}", f"{present} ", f"-{present}", "a", "", "9" * 20):
            refused = refusal(await world.send("PUT", path, json={**FLOW, "name": "Other", "revisionId": revision}))
            assert (refused.status, refused.mistakes) == (409, (("STALE_REVISION", "revisionId"),))


async def test_an_address_that_another_contact_has_is_refused(world: World) -> None:
    taken = {"properties": {"email": "ada@example.com"}}
    other = await world.send("POST", _CONTACTS, json={"properties": {"email": "other@example.com"}})
    path = f"{_CONTACTS}/{said(other)['id']}"
    async with world.writes_nothing():
        for method, target in (("POST", _CONTACTS), ("PATCH", path)):
            body = {"properties": {**taken["properties"], "firstname": "New"}}
            refused = refusal(await world.send(method, target, json=body))
            assert (refused.status, refused.mistakes) == (409, (("DUPLICATE_VALUE", "properties.email"),))
        one = {"id": said(other)["id"], **taken}
        refused = refusals_inside(await world.send("POST", f"{_CONTACTS}/batch/upsert", json={"inputs": [one]}))
        assert (refused.status, refused.mistakes) == (207, (("DUPLICATE_VALUE", "inputs[0].properties.email"),))


async def test_a_property_that_is_there_is_not_made_again(world: World) -> None:
    async with world.writes_nothing():
        refused = refusal(await world.send("POST", "/crm/v3/properties/contacts", json=COLOUR))
        assert (refused.status, refused.mistakes) == (409, (("DUPLICATE_ID", "name"),))
