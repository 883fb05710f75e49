"""Who asks: API keys in the `Authorization` header, and the four roles, each of which may all that those below may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from executor_service.web.errors import ForbiddenError, UnauthenticatedError
from executor_service.web.roles import Role

OPEN_PATHS: Final = frozenset({"/livez", "/readyz", "/metrics", "/openapi.json"})
"""The paths that take no key."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The holder of a key."""

    key_id: int
    name: str
    role: Role


Authenticate = Callable[[str], Awaitable[Actor | None]]
"""Finds the holder of a key; none for a key that opens nothing (unknown, expired, revoked)."""


async def current_actor(request: Request) -> Actor:
    """Return who asks; raises UnauthenticatedError. Asked once a request."""
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    authenticate: Authenticate = request.app.state.authenticate
    actor = await authenticate(key.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise UnauthenticatedError
    request.state.actor = actor
    return actor


def require(role: Role) -> Callable[[Request], Awaitable[Actor]]:
    """Return the dependency of a route or router that lets only keys of this role or a higher one pass."""

    async def check(request: Request) -> Actor:
        actor = await current_actor(request)
        if actor.role < role:
            raise ForbiddenError(role.word)
        return actor

    return check
