"""The records' routers on an application, with a client that holds an editor's key."""

from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.store import KeyRing, create_key
from executor_service.records.api import criteria_router, objects_router, properties_router
from executor_service.records.store import PostgresRecordsWork
from executor_service.web import Role, install_web
from shared.clock import SystemClock
from shared.postgres import Connection, Pool, Transaction


async def used_by_workflow_7(connection: Connection, *, object_type_id: str, name: str) -> Sequence[str]:
    """Say that one property is used."""
    assert connection.is_in_transaction()
    return ["workflow 7"] if (object_type_id, name) == ("0-1", "used") else []


async def client_of(pool: Pool, role: Role) -> httpx2.AsyncClient:
    """Return a client that holds a key of a role; the caller closes it."""
    app = FastAPI()
    install_web(app, authenticate=KeyRing(pool))

    def work() -> PostgresRecordsWork:
        return PostgresRecordsWork(pool, used_by_workflow_7)

    for router in (
        objects_router(work=work, clock=SystemClock()),
        properties_router(work=work),
        criteria_router(work=work),
    ):
        app.include_router(router)
    async with Transaction(pool) as transaction:
        made = await create_key(transaction.connection, "test", role)
        await transaction.commit()
    transport = httpx2.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {made.key}"}
    return httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers)


@pytest.fixture
async def client(executor_pool: Pool) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that holds an editor's key."""
    async with await client_of(executor_pool, Role.EDITOR) as made:
        yield made
