"""The errors a request can end with. Each knows its status on either surface, its word and its category.

`/v1` answers in `application/problem+json`, HubSpot's paths in HubSpot's envelope; which of them is the business of
`responses`.
"""

from collections.abc import Sequence
from typing import ClassVar

from executor_service.web.problems import MAX_PROBLEMS, AnyProblem, Problem


class RequestError(Exception):
    """What ends a request with an answer that is not a success; `problems` say why, at most 100 are shown."""

    status: ClassVar[int]
    hubspot_status: ClassVar[int | None] = None
    """The status on HubSpot's paths, where it is another one."""
    word: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[str] = "VALIDATION_ERROR"

    def __init__(
        self, detail: str, problems: Sequence[AnyProblem] = (), *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = tuple(problems[:MAX_PROBLEMS])
        self.headers = headers or {}


class UnreadableError(RequestError):
    """A request that cannot be read: 400 everywhere."""

    status = 400
    word = "unreadable"
    title = "The request cannot be read"

    def __init__(self, code: str, reason: str, *, field: str = "") -> None:
        super().__init__(reason, [Problem(code, field, reason)])
        self.code = code


class RefusedError(RequestError):
    """A request that is understood and not allowed: 422, on HubSpot's paths 400."""

    status = 422
    hubspot_status = 400
    word = "refused"
    title = "The request is not allowed"

    def __init__(self, problems: Sequence[AnyProblem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.field}: {first.reason}{more}" if first.field else f"{first.reason}{more}", problems)


class TooSlowError(RequestError):
    """A query that was stopped by its limit."""

    status = 422
    hubspot_status = 400
    word = "too-slow"
    title = "The query takes too long"

    def __init__(self) -> None:
        reason = "the query was stopped by its time limit; ask for less"
        super().__init__(reason, [Problem("TOO_SLOW", "", reason)])


class NotFoundError(RequestError):
    """Something that does not exist. `what` as in "workflow"."""

    status = 404
    word = "not-found"
    title = "Not found"
    category = "OBJECT_NOT_FOUND"

    def __init__(self, what: str, ident: object = "") -> None:
        reason = f"there is no {what} {str(ident)[:100]}".rstrip()
        super().__init__(reason, [Problem("NOT_FOUND", "", reason)])
        self.what = what
        self.ident = ident


class MethodNotAllowedError(RequestError):
    """A path that exists, asked with a method it does not take."""

    status = 405
    word = "method-not-allowed"
    title = "The path does not take this method"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"the path does not take {method[:20]}", headers={"Allow": allowed} if allowed else None)


class ConflictError(RequestError):
    """What was asked for contradicts what is stored: a stale revision, a value that is taken, a key in flight."""

    status = 409
    word = "conflict"
    title = "The request contradicts what is stored"
    category = "CONFLICT"

    def __init__(self, code: str, reason: str, *, field: str = "") -> None:
        super().__init__(reason, [Problem(code, field, reason)])
        self.code = code


class NotYetError(RequestError):
    """The projection has not reached the position that was asked for."""

    status = 409
    word = "not-yet"
    title = "Not yet projected"
    category = "CONFLICT"

    def __init__(self, position: int) -> None:
        reason = f"the history has not reached position {position}"
        super().__init__(reason, [Problem("NOT_YET", "position", reason)])
        self.position = position


class TooLargeError(RequestError):
    """A body of more bytes than are taken."""

    status = 413
    word = "too-large"
    title = "The body is too large"

    def __init__(self, limit: int) -> None:
        reason = f"a body holds at most {limit} bytes"
        super().__init__(reason, [Problem("TOO_LARGE", "", reason)], headers={"Connection": "close"})
        self.limit = limit


class UnauthenticatedError(RequestError):
    """No key, or one that opens nothing; the answer is the same for all of them."""

    status = 401
    word = "unauthenticated"
    title = "A valid API key is needed"
    category = "INVALID_AUTHENTICATION"

    def __init__(self) -> None:
        super().__init__(
            "send a valid API key as `Authorization: Bearer wf_live_…`", headers={"WWW-Authenticate": "Bearer"}
        )


class ForbiddenError(RequestError):
    """A key whose role does not suffice; `needed` is the role that would."""

    status = 403
    word = "forbidden"
    title = "The key's role does not suffice"
    category = "MISSING_SCOPES"

    def __init__(self, needed: str) -> None:
        super().__init__(f"this needs a key with the role {needed}")
        self.needed = needed


class UnavailableError(RequestError):
    """PostgreSQL is away, for a while."""

    status = 503
    word = "unavailable"
    title = "The database is away"
    category = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the database is away; try again", headers={"Retry-After": "1"})


class UnexpectedError(RequestError):
    """A fault of ours."""

    status = 500
    word = "internal"
    title = "Something went wrong on our side"
    category = "INTERNAL_ERROR"

    def __init__(self) -> None:
        super().__init__("this is a fault of the server; it has been logged")
