"""`/account-info/v3/details`: the account's name and zone, in HubSpot's shape."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.responses import Response

from executor_service.account.api.once import actor_metadata, idempotent
from executor_service.account.domain import Account
from executor_service.account.handlers import change_account
from executor_service.account.ports import ZoneChanged
from executor_service.account.store import PostgresAccountBook, read_account
from executor_service.web import Role, describe_body, json_response, read_model, require
from shared.clock import Clock
from shared.postgres import Connection, Pool
from shared.recurrence.zones import load_zone

_PATH = "/account-info/v3/details"
Metadata = Annotated[dict[str, Any], Depends(actor_metadata)]


class AccountBody(BaseModel):
    """What can be changed; what is left out stays."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    name: Annotated[str, Field(max_length=255, pattern=r"^[^\x00]*$")] | None = None
    time_zone: str | None = None


class DetailsCalls:
    """The calls on the account; `clock` serves the zone's present offset alone."""

    def __init__(self, pool: Pool, clock: Clock, zone_changed: ZoneChanged) -> None:
        self._pool = pool
        self._clock = clock
        self._zone_changed = zone_changed

    async def read(self) -> Response:
        """Return the account."""
        async with self._pool.acquire() as connection:
            account = await read_account(connection)  # type: ignore[arg-type] # the pool's proxy stands for it
        return json_response(_details(account, self._clock.now()))

    async def change(self, request: Request, metadata: Metadata) -> Response:
        """Change the account's name or zone; a new zone reaches every schedule that names none."""
        body = await read_model(request, AccountBody)

        async def act(connection: Connection) -> dict[str, Any]:
            account, position = await change_account(
                book=PostgresAccountBook(connection, metadata),
                name=body.name,
                time_zone_id=body.time_zone,
                tell_zone=partial(self._zone_changed, connection),
            )
            return {"account": _details(account, self._clock.now()), "position": position}

        outcome = await idempotent(request, self._pool, act)
        return json_response(outcome["account"], position=outcome["position"] or None)


def details_router(*, pool: Pool, clock: Clock, zone_changed: ZoneChanged) -> APIRouter:
    """Return the router of the account's details; `zone_changed` is told inside the transaction of a new zone."""
    calls = DetailsCalls(pool, clock, zone_changed)
    router = APIRouter(prefix=_PATH, tags=["account"], dependencies=[Depends(require(Role.VIEWER))])
    admin = [Depends(require(Role.ADMIN))]
    described = describe_body(AccountBody)
    router.add_api_route("", calls.read, methods=["GET"])
    router.add_api_route("", calls.change, methods=["PATCH"], dependencies=admin, openapi_extra=described)
    return router


def _details(account: Account, now: datetime) -> dict[str, Any]:
    local = now.astimezone(UTC).astimezone(load_zone(account.time_zone_id))
    offset = local.utcoffset()
    sign_and_hours = local.strftime("%z")
    return {
        "portalId": account.id,
        "accountType": "STANDARD",
        "name": account.name,
        "timeZone": account.time_zone_id,
        "utcOffset": f"{sign_and_hours[:3]}:{sign_and_hours[3:5]}",
        "utcOffsetMilliseconds": 0 if offset is None else int(offset.total_seconds() * 1000),
    }
