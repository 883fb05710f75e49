"""A write that happens once per Idempotency-Key, whatever the caller and the network do."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request

from executor_service.account.domain import Attempt, is_idempotency_key, request_digest
from executor_service.account.store import recall, remember
from executor_service.web import UnreadableError, current_actor
from shared.failpoints import failpoint
from shared.postgres import Connection, Pool, Transaction

Outcome = dict[str, Any]


async def idempotent(request: Request, pool: Pool, act: Callable[[Connection], Awaitable[Outcome]]) -> Outcome:
    """Run `act` in one transaction and return its outcome; under a key used before, return the outcome of then.

    `act` gets the transaction's connection; a unit of work built on it nests inside, and is committed by this one or
    not at all. Its outcome is what JSON holds, and no secret; the answer is built from it afterwards. An error is not
    remembered: the same request may be made again.
    """
    attempt = await _attempt(request)
    async with Transaction(pool) as work:
        known = None if attempt is None else await recall(work.connection, attempt)
        if known is not None:
            return known
        outcome = await act(work.connection)
        if attempt is not None:
            await remember(work.connection, attempt, outcome)
        failpoint("api.before_commit")
        await work.commit()
    failpoint("api.after_commit")
    return outcome


async def _attempt(request: Request) -> Attempt | None:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not is_idempotency_key(keys[0]):
        reason = "an Idempotency-Key is sent once and has 1 to 255 visible ASCII characters"
        raise UnreadableError("NOT_ALLOWED", reason, field="Idempotency-Key")
    actor = await current_actor(request)
    target = f"{request.url.path}?{request.url.query}"
    return Attempt(actor.key_id, keys[0], request_digest(request.method, target, await request.body()))


async def actor_metadata(request: Request) -> dict[str, Any]:
    """Return what an event's metadata says of who asked; a dependency of routes that append."""
    actor = await current_actor(request)
    return {"actor": f"key-{actor.key_id}"}
