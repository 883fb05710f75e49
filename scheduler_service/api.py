"""What the scheduler answers by HTTP: whether it lives, whether it is ready, its figures, and its dead letters.

API keys are the executor's. Whoever handles the scheduler's dead letters holds `WORKFLOWS_OPERATOR_KEY`; without one
these calls are closed.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from hmac import compare_digest
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.api_description import PROBLEM, describe
from shared.dead_letter_calls import (
    Act,
    DeadLetterCalls,
    LetterRetriedError,
    NoSuchLetterError,
    TopicNotReadError,
    dead_letters_router,
)
from shared.dead_letters import DeadLetters
from shared.health import Health
from shared.kafka import Attempt
from shared.operation import operation_router
from shared.postgres import DRIVER_ERRORS, is_transient

_SERVICE: Final = "scheduler"
_OPEN_PATHS: Final = frozenset({"/livez", "/readyz", "/metrics"})
_TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("unreadable", "The request cannot be read"),
    401: ("unauthenticated", "The operator's key is needed"),
    403: ("forbidden", "The call is closed"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "The path does not take this method"),
    409: ("conflict", "The request contradicts what is stored"),
    422: ("refused", "The request is not allowed"),
    503: ("unavailable", "The database is away"),
}
_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}


class CallRefusedError(Exception):
    """A call that ends with an answer that is no success."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason


def make_api(
    *,
    health: Health,
    metrics_text: Callable[[], Awaitable[bytes]],
    letters: DeadLetters,
    attempts: Mapping[str, Attempt],
    operator_key: str,
) -> FastAPI:
    """Return the application; `attempts` say, by topic, what a dead letter's message is tried with once more."""
    api = FastAPI(title="Scheduler", docs_url=None, redoc_url=None)
    api.include_router(operation_router(health=health, metrics_text=metrics_text))
    calls = DeadLetterCalls(letters, service=_SERVICE, attempts=attempts, answered=_answered, once=_once)
    guard = [Depends(_holder_of(operator_key))]
    api.include_router(dead_letters_router(calls, reading=guard, acting=guard))
    describe(api, open_paths=_OPEN_PATHS, form_of=lambda _: "Problem", forms={"Problem": PROBLEM})
    for kind in (CallRefusedError, RequestValidationError, HTTPException, *DRIVER_ERRORS):
        api.add_exception_handler(kind, _answer)
    return api


def _holder_of(operator_key: str) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        if not operator_key:
            raise CallRefusedError(403, "FORBIDDEN", "this scheduler was started without WORKFLOWS_OPERATOR_KEY")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        sent = key.strip().encode("latin-1", "replace")
        if scheme.lower() != "bearer" or not compare_digest(sent, operator_key.encode()):
            raise CallRefusedError(401, "UNAUTHENTICATED", "send the operator's key as `Authorization: Bearer …`")

    return check


async def _once(_: Request, act: Act) -> dict[str, Any]:
    """Run an act; whatever its key, doing it again changes nothing."""
    return await act()


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except NoSuchLetterError as error:
        raise CallRefusedError(404, "NOT_FOUND", str(error)) from error
    except LetterRetriedError as error:
        raise CallRefusedError(409, "ALREADY_RETRIED", str(error)) from error
    except TopicNotReadError as error:
        raise CallRefusedError(409, "TOPIC_NOT_READ", str(error)) from error


async def _answer(_: Request, error: Exception) -> JSONResponse:
    match error:
        case CallRefusedError():
            return _problem(error.status, error.code, error.reason)
        case RequestValidationError():
            first = error.errors()[0]
            return _problem(422, "NOT_ALLOWED", first["msg"], field=str(first["loc"][-1]))
        case HTTPException():
            return _problem(error.status_code, "NOT_FOUND", str(error.detail), headers=error.headers)
        case _ if is_transient(error):
            return _problem(503, "UNAVAILABLE", "the database is away; try again")
        case _:
            raise error


def _problem(
    status: int, code: str, reason: str, *, field: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    word, title = _TITLES[status]
    body: dict[str, Any] = {
        "type": f"urn:workflows:problem:{word}",
        "title": title,
        "status": status,
        "detail": reason,
        "errors": [{"code": code, "field": field, "reason": reason}],
    }
    own = dict(headers or _HEADERS.get(status, {}))
    return JSONResponse(body, status_code=status, headers=own, media_type="application/problem+json")
