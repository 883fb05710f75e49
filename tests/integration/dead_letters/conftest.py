"""Both services with a database, and who handles their dead letters."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.store import KeyRing, create_key
from executor_service.bootstrap.dead_letters import letters_router
from executor_service.bootstrap.inbound import Inbound
from executor_service.execution.actions import Catalogue
from executor_service.execution.store import Lower
from executor_service.records.store import PostgresRecords
from executor_service.settings import Settings
from executor_service.web import Role, install_web
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from scheduler_service.bootstrap import Scheduler
from scheduler_service.settings import Settings as SchedulerSettings
from shared.postgres import Pool, Transaction
from tests.conftest import Database

NOWHERE = "127.0.0.1:1"
OPERATOR_KEY = "open sesame"


@dataclass(slots=True)
class Office:
    """A service's dead letters by HTTP."""

    client: httpx2.AsyncClient
    pool: Pool
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str = "", **params: Any) -> Any:
        """Read."""
        answer = await self.client.get(f"/v1/dead-letters{path}", params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, status: int = 200) -> Any:
        """Act."""
        answer = await self.client.post(f"/v1/dead-letters{path}", headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def inbound(database: Database, executor_pool: Pool) -> Inbound:
    """The executor's topics, which are never read."""
    cache = RevisionCache()
    lower = Lower(workflows=lambda connection: PostgresWorkflows(connection, cache), records=PostgresRecords)
    settings = Settings(database_url=database.url, kafka=NOWHERE)
    return Inbound(settings, executor_pool, lower=lower, catalogue=Catalogue())


@pytest.fixture
async def executor(executor_pool: Pool, inbound: Inbound) -> AsyncIterator[Office]:
    """The executor's office, entered with a publisher's key."""
    async with Transaction(executor_pool) as work:
        key = (await create_key(work.connection, "publisher", Role.PUBLISHER)).key
        await work.commit()
    app = FastAPI()
    install_web(app, authenticate=KeyRing(executor_pool))
    app.include_router(letters_router(executor_pool, inbound.attempts))
    async with client_of(app) as client:
        yield Office(client, executor_pool, {"authorization": f"Bearer {key}"})


@pytest.fixture
def scheduler_service(database: Database, scheduler_pool: Pool) -> Scheduler:
    """A scheduler that never runs."""
    settings = SchedulerSettings(database_url=database.url, kafka=NOWHERE, operator_key=OPERATOR_KEY)
    return Scheduler(settings, scheduler_pool)


@pytest.fixture
async def scheduler(scheduler_service: Scheduler, scheduler_pool: Pool) -> AsyncIterator[Office]:
    """The scheduler's office, entered with the operator's key."""
    async with client_of(scheduler_service.api()) as client:
        yield Office(client, scheduler_pool, {"authorization": f"Bearer {OPERATOR_KEY}"})


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    """Return a client of an application in this process."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://workflows")
