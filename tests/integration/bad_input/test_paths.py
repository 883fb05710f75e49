"""Paths nobody serves, methods a path does not take, and tricks to be taken for another."""

from typing import Final

import pytest

from tests.integration.bad_input.answers import refusal
from tests.integration.bad_input.conftest import World
from tests.integration.bad_input.routes import routes

_NOWHERE: Final = (
    *("/", "//", "/v1", "/v1/", "/v2/workflows", "/V1/workflows", "/v1/Workflows", "/v1/workflows/", "/v1//workflows"),
    *("//v1/workflows", "/v1/workflows;a=1", "/v1/workflows%252f1", "/v1/workflows/1/", "/v1/workflows/1/enrollments/"),
    *("/v1/workflows/1/turn-on/", "/v1/workflows/1/turn-sideways", "/v1/workflows/..%2fapi-keys", "/v1/api-keys/"),
    *("/v1/%2e%2e/v1/api-keys", "/v1/events/1", "/v1/workflows%00", "/%00", "/%FF"),
    *("/crm", "/crm/v3/objects", "/crm/v3/objects/", "/crm/v3/objects/contacts/", "/crm/v4/objects/contacts"),
    *("/crm/v3/objects/contacts/1/2", "/automation/v4/flows/", "/automation/v4/FLOWS", "/automation/v4/flows/1/2"),
    *("/automation/v4%5cflows", "/account-info/v3", "/account-info/v3/details/", "/account-info/v3/details/1"),
    *("/docs", "/redoc", "/docs/oauth2-redirect", "/openapi.yaml", "/livez/", "/metrics/all", "/.env", "/.git/config"),
    *("/static/..%2f..%2fetc/passwd", "/%F0%9F%92%A5", "/%ED%A0%80", "/" + "a" * 60_000, "/" + "a/" * 5_000),
)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO")
# A record may have a key that is called so: its path takes what the search does not.
_KEYS_OF_RECORDS: Final = "/crm/v3/objects/{object_type}/search"
_TEMPLATES: Final = sorted({route.template for route in routes()})


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_path_nobody_serves_is_not_found(world: World, method: str) -> None:
    async with world.writes_nothing():
        for path in _NOWHERE:
            answer = await world.send(method, path, json={})
            assert (path[:60], refusal(answer).status) == (path[:60], 404)


@pytest.mark.parametrize("path", _TEMPLATES)
async def test_a_method_that_a_path_does_not_take_is_refused(world: World, path: str) -> None:
    alike = {path, path.replace("/search", "/{record_id}") if path == _KEYS_OF_RECORDS else path}
    taken = {route.method for route in routes() if route.template in alike}
    async with world.writes_nothing():
        for method in sorted(set(_METHODS) - taken):
            answer = await world.send(method, world.path(path), json={})
            assert answer.status_code == 405
            assert method == "HEAD" or refusal(answer).status == 405
            assert set(answer.headers["allow"].split(", ")) <= taken


@pytest.mark.parametrize("path", _TEMPLATES)
async def test_a_header_or_a_parameter_does_not_make_another_method_of_it(world: World, path: str) -> None:
    reads = {route.template for route in routes() if route.method == "GET"}
    headers = dict.fromkeys(("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"), "DELETE")
    targets = {"X-Original-URL": "/v1/api-keys", "X-Rewrite-URL": "/v1/api-keys", "X-Forwarded-Prefix": "/v1"}
    async with world.writes_nothing():
        answer = await world.send("GET", f"{world.path(path)}?_method=DELETE", headers=headers | targets)
        assert answer.status_code == (200 if path in reads else 404 if path == _KEYS_OF_RECORDS else 405)
