"""`/v1/api-keys`: keys are made, listed, revoked; a key is shown once."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.responses import Response

from executor_service.account.api.once import actor_metadata, idempotent
from executor_service.account.domain import ApiKey
from executor_service.account.store import create_key, list_keys, revoke_key
from executor_service.web import (
    MAX_ID,
    NotFoundError,
    Role,
    decode_cursor,
    describe_body,
    encode_cursor,
    json_response,
    parse_id,
    read_instant,
    read_model,
    require,
)
from shared.contracts import instant_text
from shared.postgres import Connection, Pool

_PATH = "/v1/api-keys"
Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]
Limit = Annotated[int, Query(ge=1, le=1000)]


class KeyBody(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    name: Annotated[str, Field(strict=True, min_length=1, max_length=255, pattern=r"^[^\x00]+$")]
    role: Literal["viewer", "editor", "publisher", "admin"]
    expires_at: Annotated[datetime | None, BeforeValidator(read_instant)] = None


class KeyCalls:
    """The calls on API keys."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(self, request: Request, metadata: Metadata) -> Response:
        """Make a key; `key` is in this answer alone, and null when the request is repeated."""
        body = await read_model(request, KeyBody)
        shown: list[str] = []

        async def act(connection: Connection) -> dict[str, Any]:
            role = Role[body.role.upper()]
            made = await create_key(connection, body.name, role, expires_at=body.expires_at, metadata=metadata)
            shown.append(made.key)
            return {"id": str(made.id), "name": body.name, "role": body.role, "position": made.position}

        outcome = await idempotent(request, self._pool, act)
        answer = outcome | {"key": shown[0] if shown else None}
        return json_response(answer, status=201, position=outcome["position"])

    async def listed(self, limit: Limit = 100, cursor: str | None = None) -> Response:
        """Return the keys, newest first."""
        below = MAX_ID if cursor is None else int(decode_cursor(cursor, [int])[0])
        async with self._pool.acquire() as connection:
            keys = await list_keys(connection, below=below, limit=limit + 1)  # type: ignore[arg-type] # the proxy
        page = keys[:limit]
        more = encode_cursor(page[-1].id) if len(keys) > limit else None
        return json_response({"results": [_row(key) for key in page], "nextCursor": more})

    async def revoke(self, key_id: str, request: Request, metadata: Metadata) -> Response:
        """Revoke a key; revoking again changes nothing."""

        async def act(connection: Connection) -> dict[str, Any]:
            ident = parse_id(key_id)
            position = None if ident is None else await revoke_key(connection, ident, metadata=metadata)
            if position is None:
                raise NotFoundError("API key", key_id)
            return {"position": position}

        outcome = await idempotent(request, self._pool, act)
        return json_response(None, status=204, position=outcome["position"] or None)


def keys_router(*, pool: Pool) -> APIRouter:
    """Return the router of the API keys."""
    calls = KeyCalls(pool)
    router = APIRouter(prefix=_PATH, tags=["account"], dependencies=[Depends(require(Role.ADMIN))])
    router.add_api_route("", calls.create, methods=["POST"], status_code=201, openapi_extra=describe_body(KeyBody))
    router.add_api_route("", calls.listed, methods=["GET"])
    router.add_api_route("/{key_id}", calls.revoke, methods=["DELETE"], status_code=204)
    return router


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": str(key.id),
        "name": key.name,
        "role": key.role.word,
        "createdAt": instant_text(key.created_at),
        "expiresAt": None if key.expires_at is None else instant_text(key.expires_at),
        "revokedAt": None if key.revoked_at is None else instant_text(key.revoked_at),
    }
