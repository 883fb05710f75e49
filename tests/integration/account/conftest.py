"""The account's routers on an application, with a client for each role."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.api import details_router, keys_router
from executor_service.account.store import KeyRing, create_key
from executor_service.web import Role, install_web
from shared.clock import SystemClock
from shared.postgres import Connection, Pool, Transaction


class ZoneLog:
    """Remembers the zones it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, connection: Connection, *, time_zone_id: str) -> None:
        """Note the zone; the connection is the transaction's."""
        assert connection.is_in_transaction()
        self.told.append(time_zone_id)


async def make_key(pool: Pool, role: Role) -> str:
    """Return a new key of a role."""
    async with Transaction(pool) as work:
        made = await create_key(work.connection, role.word, role)
        await work.commit()
    return made.key


@pytest.fixture
def zones() -> ZoneLog:
    """What was told of the account's zone."""
    return ZoneLog()


@pytest.fixture
async def client(executor_pool: Pool, zones: ZoneLog) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that holds an admin's key."""
    app = FastAPI()
    install_web(app, authenticate=KeyRing(executor_pool))
    app.include_router(details_router(pool=executor_pool, clock=SystemClock(), zone_changed=zones))
    app.include_router(keys_router(pool=executor_pool))
    key = await make_key(executor_pool, Role.ADMIN)
    transport = httpx2.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as made:
        yield made
