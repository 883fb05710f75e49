"""The one form of errors, on either surface, and the limit of bodies."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from executor_service.web import (
    Actor,
    ConflictError,
    NotYetError,
    Problem,
    RefusedError,
    Role,
    install_web,
    json_response,
    read_json,
    read_model,
    require,
)

ERRORS: dict[str, Exception] = {
    "refused": RefusedError([Problem("NOT_ALLOWED", "a.b", "no", "yes")] * 200),
    "conflict": ConflictError("STALE", "stale", field="revisionId"),
    "not-yet": NotYetError(7),
    "slow": asyncpg.QueryCanceledError("limit"),
    "away": ConnectionRefusedError(),
    "shut": asyncpg.AdminShutdownError("shut"),
    "lost": asyncpg.ConnectionDoesNotExistError("lost"),
    "bug": ZeroDivisionError(),
}


class Body(BaseModel):
    """A body with a number and names."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: int
    names: list[str] = []


async def authenticate(key: str) -> Actor | None:
    return Actor(1, "v", Role.VIEWER) if key == "viewer" else None


def router(prefix: str) -> APIRouter:
    made = APIRouter(prefix=prefix, dependencies=[Depends(require(Role.VIEWER))])

    @made.post("/echo")
    async def echo(request: Request) -> Response:
        return json_response(await read_json(request))

    @made.post("/model")
    async def model(request: Request) -> Response:
        return json_response((await read_model(request, Body)).number)

    @made.get("/error/{name}")
    async def error(name: str, limit: Annotated[int, Query(ge=1, le=10)] = 1) -> Response:
        if name in ERRORS:
            raise ERRORS[name]
        return json_response(limit, position=5)

    @made.post("/edit", dependencies=[Depends(require(Role.EDITOR))])
    async def edit() -> Response:
        return json_response(None)

    return made


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    install_web(app, authenticate=authenticate, streamed=("/v1/stream",), max_body_bytes=1_000)
    for prefix in ("/v1", "/crm/v3", "/v1/stream"):
        app.include_router(router(prefix))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": "Bearer viewer"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as made:
        yield made


async def test_a_problem_on_v1_has_its_urn_and_its_places(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/v1/error/conflict")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:workflows:problem:conflict",
        "title": "The request contradicts what is stored",
        "status": 409,
        "detail": "stale",
        "errors": [{"code": "STALE", "field": "revisionId", "reason": "stale"}],
    }


async def test_an_error_on_hubspots_paths_has_hubspots_envelope(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/crm/v3/error/conflict")

    body = answer.json()
    assert answer.status_code == 409
    assert len(body.pop("correlationId")) == 36
    assert body == {
        "status": "error",
        "message": "stale",
        "category": "CONFLICT",
        "errors": [{"code": "STALE", "in": "revisionId", "message": "stale"}],
    }


@pytest.mark.parametrize(
    ("name", "on_v1", "on_hubspot"),
    [
        ("refused", 422, 400),
        ("not-yet", 409, 409),
        ("slow", 422, 400),
        ("away", 503, 503),
        ("shut", 503, 503),
        ("lost", 503, 503),
        ("bug", 500, 500),
    ],
)
async def test_each_error_has_its_status_on_either_surface(
    client: httpx2.AsyncClient, name: str, on_v1: int, on_hubspot: int
) -> None:
    v1, hubspot = await client.get(f"/v1/error/{name}"), await client.get(f"/crm/v3/error/{name}")

    assert (v1.status_code, hubspot.status_code) == (on_v1, on_hubspot)
    assert v1.json()["status"] == on_v1
    assert hubspot.json()["status"] == "error"
    assert ("retry-after" in v1.headers) == (on_v1 == 503)


async def test_at_most_a_hundred_mistakes_are_shown(client: httpx2.AsyncClient) -> None:
    errors = (await client.get("/v1/error/refused")).json()["errors"]

    assert len(errors) == 100
    assert errors[0] == {"code": "NOT_ALLOWED", "field": "a.b", "reason": "no", "expected": "yes"}


async def test_an_unknown_path_and_a_wrong_method_have_the_form_of_their_surface(client: httpx2.AsyncClient) -> None:
    unknown, wrong = await client.get("/crm/v3/nowhere"), await client.delete("/crm/v3/echo")
    elsewhere, wrong_on_v1 = await client.get("/nowhere"), await client.put("/v1/echo")

    assert (unknown.status_code, unknown.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert (elsewhere.status_code, elsewhere.json()["type"]) == (404, "urn:workflows:problem:not-found")
    assert (wrong_on_v1.status_code, wrong_on_v1.json()["type"]) == (405, "urn:workflows:problem:method-not-allowed")


async def test_a_bad_parameter_is_named_as_it_is_called(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/v1/error/none", params={"limit": 1_000_000_000})

    assert answer.status_code == 422
    assert [(error["code"], error["field"]) for error in answer.json()["errors"]] == [("OUT_OF_BOUNDS", "limit")]


async def test_every_mistake_in_a_body_is_named(client: httpx2.AsyncClient) -> None:
    body = {"number": "1", "names": ["a", 2], "other": 1}

    answer = await client.post("/v1/model", json=body)

    assert {(error["code"], error["field"]) for error in answer.json()["errors"]} == {
        ("WRONG_TYPE", "number"),
        ("WRONG_TYPE", "names[1]"),
        ("UNKNOWN_FIELD", "other"),
    }


@pytest.mark.parametrize("path", ["/v1/echo", "/crm/v3/echo"])
@pytest.mark.parametrize(
    "sent",
    [
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b'{"a":1,"a":2}', "headers": {"content-type": "application/json"}},
        {"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"{}", "headers": {"content-type": "application/json", "content-encoding": "gzip"}},
        {"content": b""},
    ],
)
async def test_a_body_that_cannot_be_read_is_400_everywhere(
    client: httpx2.AsyncClient, path: str, sent: dict[str, Any]
) -> None:
    assert (await client.post(path, **sent)).status_code == 400


async def test_a_body_above_the_limit_is_refused_announced_or_in_pieces(client: httpx2.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    announced = await client.post("/v1/echo", content=b" " * 1_001)
    in_pieces = await client.post("/v1/echo", content=pieces())
    lying = await client.post("/v1/echo", content=pieces(), headers={"content-length": "5"})
    fitting = await client.post("/v1/echo", content=b'"' + b"a" * 998 + b'"')

    assert [announced.status_code, in_pieces.status_code, lying.status_code] == [413, 413, 413]
    assert in_pieces.json()["type"] == "urn:workflows:problem:too-large"
    assert fitting.status_code == 200


async def test_a_streamed_path_takes_any_length(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/v1/stream/echo", content=b'"' + b"a" * 5_000 + b'"')).status_code == 200


async def test_a_role_that_does_not_suffice_is_403_before_anything_is_read(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/v1/edit", content=b"{")

    assert (answer.status_code, answer.json()["detail"]) == (403, "this needs a key with the role editor")


async def test_an_answer_to_a_write_carries_its_position(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/v1/error/none")).headers["workflows-position"] == "5"


async def test_nul_in_a_path_or_parameter_names_nothing(client: httpx2.AsyncClient) -> None:
    path, query = await client.get("/v1/error/%00"), await client.get("/crm/v3/error/none?limit=%00")

    assert (path.status_code, path.json()["type"]) == (404, "urn:workflows:problem:not-found")
    assert (query.status_code, query.json()["errors"][0]["code"]) == (400, "NUL")
