"""`/v1/pause` and `/v1/resume`: everything stops, and goes on, without losing anything."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from executor_service.account.api.once import actor_metadata, idempotent
from executor_service.account.handlers import Paused, pause_account, resume_account
from executor_service.account.ports import Standstill, StoredOccurrences
from executor_service.account.store import PostgresAccountBook
from executor_service.web import Role, json_response, require
from shared.contracts import instant_text
from shared.postgres import Connection, Pool

Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]
STILL: Final[dict[int | str, dict[str, Any]]] = {202: {"description": "An action that began before may still start."}}
"""How a call is described that stops things, and answers 202 while it cannot yet say that they stand."""


class PauseCalls:
    """The calls on the account's pause."""

    def __init__(self, pool: Pool, standstill: Standstill, stored: StoredOccurrences) -> None:
        self._pool = pool
        self._standstill = standstill
        self._stored = stored

    async def pause(self, request: Request, metadata: Metadata) -> Response:
        """Pause every workflow: 202 when after 5 s an action that began before may still start."""

        async def act(connection: Connection) -> dict[str, Any]:
            return _form(await pause_account(book=PostgresAccountBook(connection, metadata)))

        outcome = await idempotent(request, self._pool, act)
        passed = await self._standstill()
        return json_response(outcome, status=200 if passed else 202, position=outcome["position"])

    async def resume(self, request: Request, metadata: Metadata) -> Response:
        """Let every workflow go on that is not paused by itself: `stored` occurrences came due meanwhile."""

        async def act(connection: Connection) -> dict[str, Any]:
            paused = await resume_account(book=PostgresAccountBook(connection, metadata))
            return {**_form(paused), "stored": await self._count(connection, paused.span)}

        outcome = await idempotent(request, self._pool, act)
        return json_response(outcome, position=outcome["position"])

    async def _count(self, connection: Connection, span: tuple[datetime, datetime] | None) -> int:
        if span is None:
            return 0
        after, upto = span
        return await self._stored(connection, workflow_id=None, after=after, upto=upto)


def pauses_router(*, pool: Pool, standstill: Standstill, stored: StoredOccurrences) -> APIRouter:
    """Return the router of the account's pause."""
    calls = PauseCalls(pool, standstill, stored)
    router = APIRouter(prefix="/v1", tags=["account"], dependencies=[Depends(require(Role.PUBLISHER))])
    router.add_api_route("/pause", calls.pause, methods=["POST"], responses=STILL)
    router.add_api_route("/resume", calls.resume, methods=["POST"])
    return router


def _form(paused: Paused) -> dict[str, Any]:
    return {
        "isPaused": paused.paused_at is not None,
        "pausedAt": None if paused.paused_at is None else instant_text(paused.paused_at),
        "position": paused.position,
    }
