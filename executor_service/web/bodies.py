"""Bodies: limited while they come in, read strictly, checked against a model."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from executor_service.web.errors import RefusedError, TooLargeError, UnreadableError
from executor_service.web.json_text import UnreadableJsonError, parse_json
from executor_service.web.problems import problems_of
from executor_service.web.responses import error_response

MAX_BODY_BYTES: Final = 10_000_000
JSON_TYPES: Final = frozenset({"application/json", "text/json"})
# A length of more digits is too large whatever the others are.
_LENGTH_DIGITS: Final = 18
_OTHER_CHARSET: Final = re.compile(r"charset\s*=(?!\s*\"?utf-?8\b)")

Model = TypeVar("Model", bound=BaseModel)


class BodyLimit:
    """Ends a request with 413 as soon as its body is known to be too large, whatever its headers say of it.

    `streamed` are prefixes of paths whose bodies are read piece by piece and may be of any size.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY_BYTES, streamed: tuple[str, ...] = ()) -> None:
        self._app = app
        self._limit = limit
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted, or end it."""
        if scope["type"] != "http" or (self._streamed and scope["path"].startswith(self._streamed)):
            await self._app(scope, receive, send)
        elif self._announced(scope) > self._limit:
            await error_response(TooLargeError(self._limit), path=scope["path"])(scope, receive, send)
        else:
            await self._app(scope, self._counting(receive), send)

    def _announced(self, scope: Scope) -> int:
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        return max((int(value[:_LENGTH_DIGITS]) for value in lengths if value.isdigit()), default=0)

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise TooLargeError(self._limit)
            return message

        return counted


async def read_json(request: Request) -> Any:
    """Return the body of a request, which must be JSON; raises UnreadableError."""
    kind, _, parameters = request.headers.get("content-type", "application/json").lower().partition(";")
    if kind.strip() not in JSON_TYPES and not kind.strip().endswith("+json"):
        raise UnreadableError("NOT_JSON", "send the body as application/json")
    if _OTHER_CHARSET.search(parameters):
        raise UnreadableError("NOT_JSON", "send the body in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreadableError("NOT_JSON", "send the body without a content-encoding")
    try:
        return parse_json(await request.body())
    except UnreadableJsonError as error:
        raise UnreadableError(error.code, error.reason) from error


async def read_model(request: Request, model: type[Model]) -> Model:
    """Return the body of a request as a model; raises UnreadableError, or RefusedError with every mistake."""
    body = await read_json(request)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise RefusedError(problems_of(details)) from error


def describe_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return `openapi_extra` of a route that reads this model."""
    return describe_schema(model.model_json_schema(by_alias=True))


def describe_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return `openapi_extra` of a route whose body has this JSON Schema."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
