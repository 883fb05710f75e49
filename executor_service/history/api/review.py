"""`/v1/needs-review`: what went wrong, one item a cause, and what people decide about it."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from executor_service.account.api import idempotent
from executor_service.history.api.parameters import DEFAULT_LIMIT, Cursor, Limit
from executor_service.history.domain.causes import CauseKind, Item, ItemState
from executor_service.history.forms import item_form
from executor_service.history.handlers import change_item
from executor_service.history.ports import ItemFilter
from executor_service.history.store import ReviewItems, ReviewTransaction
from executor_service.web import (
    MAX_ID,
    NotFoundError,
    Problem,
    RefusedError,
    Role,
    decode_cursor,
    encode_cursor,
    json_response,
    require,
)
from shared.postgres import Connection, Pool

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
WorkflowId = Annotated[int | None, Query(alias="workflowId", ge=1, le=MAX_ID)]


class ReviewCalls:
    """What the calls share: the pool that sees the executor's schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._items = ReviewItems(pool)

    async def items(
        self,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        state: ItemState | None = None,
        kind: CauseKind | None = None,
        workflow_id: WorkflowId = None,
    ) -> Response:
        """List what needs review, what went wrong last first."""
        which = ItemFilter(state, kind, workflow_id)
        found = await self._items.page(which, below=_below(cursor), limit=limit + 1)
        following = _cursor(found[limit - 1]) if len(found) > limit else None
        return json_response({"data": [item_form(item) for item in found[:limit]], "nextCursor": following})

    async def resolve(self, item_id: str, request: Request) -> Response:
        """Resolve an item: it opens again when its cause goes wrong once more."""
        return await self._change(item_id, request, "RESOLVED")

    async def mute(self, item_id: str, request: Request) -> Response:
        """Mute an item: it stays so, whatever goes wrong, until it is unmuted."""
        return await self._change(item_id, request, "MUTED")

    async def unmute(self, item_id: str, request: Request) -> Response:
        """Open a muted item again."""
        return await self._change(item_id, request, "OPEN")

    async def _change(self, text: str, request: Request, state: ItemState) -> Response:
        ident = _read_uuid(text)

        async def act(connection: Connection) -> dict[str, Any]:
            changed = await change_item(ident, state, open_review=partial(ReviewTransaction, connection))
            return {"isKnown": changed is not None}

        outcome = await idempotent(request, self._pool, act)
        item = await self._items.read(ident) if outcome["isKnown"] else None
        if item is None:
            raise NotFoundError("item", text)
        return json_response(item_form(item))


def needs_review_router(calls: ReviewCalls) -> APIRouter:
    """Return the routes of what needs review."""
    routes = APIRouter(dependencies=[Depends(require(Role.VIEWER))], tags=["needs review"])
    routes.add_api_route("/v1/needs-review", calls.items, methods=["GET"])
    for word, call in (("resolve", calls.resolve), ("mute", calls.mute), ("unmute", calls.unmute)):
        path = f"/v1/needs-review/{{item_id}}/{word}"
        routes.add_api_route(path, call, methods=["POST"], dependencies=[Depends(require(Role.EDITOR))])
    return routes


def _read_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError("item", text) from error


def _cursor(item: Item) -> str:
    return encode_cursor((item.cause.last_at - _EPOCH) // _MICROSECOND, str(item.cause.id))


def _below(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, ident = decode_cursor(cursor, [int, str])
    try:
        return _EPOCH + int(at) * _MICROSECOND, UUID(str(ident))
    except (ValueError, OverflowError) as error:
        raise RefusedError([Problem("NOT_ALLOWED", "cursor", "this is no cursor of an earlier answer")]) from error
