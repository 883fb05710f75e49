"""Putting the forms of errors, the limit of bodies and authentication onto an application."""

from collections.abc import Awaitable, Callable

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from executor_service.web.auth import OPEN_PATHS, Authenticate
from executor_service.web.bodies import MAX_BODY_BYTES, BodyLimit
from executor_service.web.errors import (
    MethodNotAllowedError,
    NotFoundError,
    RefusedError,
    RequestError,
    TooSlowError,
    UnavailableError,
    UnexpectedError,
    UnreadableError,
)
from executor_service.web.problems import problems_of
from executor_service.web.responses import ENVELOPE, error_response, is_hubspot
from executor_service.web.targets import PlainTarget
from shared.api_description import PROBLEM, describe
from shared.logs import described, get_logger
from shared.postgres import is_transient

_METHOD_NOT_ALLOWED = 405
_NOT_FOUND = 404
_Handler = Callable[[Request, Exception], Awaitable[Response]]


def install_web(
    app: FastAPI, *, authenticate: Authenticate, streamed: tuple[str, ...] = (), max_body_bytes: int = MAX_BODY_BYTES
) -> None:
    """Give an application the one form of errors, the limit of bodies and its authentication.

    `streamed` are prefixes of paths whose bodies have no limit.
    """
    app.state.authenticate = authenticate
    describe(app, open_paths=OPEN_PATHS, form_of=_form_of, forms={"Problem": PROBLEM, "Envelope": ENVELOPE})
    app.add_middleware(PlainTarget)
    app.add_middleware(BodyLimit, limit=max_body_bytes, streamed=streamed)
    for kind in (
        RequestError,
        RequestValidationError,
        HTTPException,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        OSError,
        Exception,
    ):
        app.add_exception_handler(kind, _answer)


def _form_of(path: str) -> str:
    return "Envelope" if is_hubspot(path) else "Problem"


async def _answer(request: Request, error: Exception) -> Response:
    return error_response(_as_request_error(request, error), path=request.url.path)


def _as_request_error(request: Request, error: Exception) -> RequestError:
    match error:
        case RequestError():
            return error
        case RequestValidationError():
            return RefusedError(problems_of(error.errors(), skip=1))
        case HTTPException():
            return _of_routing(request, error)
        case asyncpg.QueryCanceledError():
            return TooSlowError()
        case _ if is_transient(error):
            return UnavailableError()
        case _:
            get_logger("web").error("A request met a fault of ours", error=described(error), exc_info=error)
            return UnexpectedError()


def _of_routing(request: Request, error: HTTPException) -> RequestError:
    if error.status_code == _NOT_FOUND:
        return NotFoundError("path", request.url.path)
    if error.status_code == _METHOD_NOT_ALLOWED:
        return MethodNotAllowedError(request.method, (error.headers or {}).get("Allow", ""))
    return UnreadableError("UNREADABLE", str(error.detail))
