"""The routers of workflows on an application, with PostgreSQL behind them and a key for each role."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.account.api import details_router
from executor_service.account.store import KeyRing, create_key, zone
from executor_service.execution.actions import Catalogue
from executor_service.execution.store import count_waiting
from executor_service.records.ports import Definitions
from executor_service.records.store import PostgresRecords
from executor_service.web import Role, install_web
from executor_service.workflows.api import WorkflowDeps, acts_router, flows_router, previews_router
from executor_service.workflows.store import PostgresBarrier, TellZone, WorkflowWork
from shared.clock import SystemClock
from shared.event_store import RecordedEvent
from shared.postgres import Connection, Pool
from shared.postgres_event_store import PostgresEventStore

FLOWS = "/automation/v4/flows"
EVERYONE = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": []}


async def definitions(connection: Connection, object_type_id: str) -> Definitions:
    return await PostgresRecords(connection).definitions(object_type_id)


class PlainRows:
    """A row as history would give it, of what is stored now."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def row(self, workflow_id: int, *, position: int) -> Mapping[str, Any]:
        """See WorkflowRow."""
        assert position > 0
        enabled = await self._pool.fetchval("SELECT is_enabled FROM workflows WHERE id = $1", workflow_id)
        return {"id": str(workflow_id), "isEnabled": enabled}


@dataclass(frozen=True, slots=True)
class World:
    """An HTTP client that holds a publisher's key, the keys of the other roles, and the database behind."""

    client: httpx2.AsyncClient
    keys: Mapping[Role, str]
    pool: Pool
    deps: WorkflowDeps

    async def create(self, flow: Mapping[str, Any], **changes: Any) -> int:
        """Create a workflow and return its id."""
        answer = await self.client.post(FLOWS, json={**flow, **changes})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def replace(self, workflow_id: int, flow: Mapping[str, Any], **changes: Any) -> httpx2.Response:
        """Replace a workflow."""
        return await self.client.put(f"{FLOWS}/{workflow_id}", json={**flow, **changes})

    async def switch(self, workflow_id: int, word: str) -> httpx2.Response:
        """Turn a workflow `on` or `off`."""
        return await self.client.post(f"/v1/workflows/{workflow_id}/turn-{word}")

    async def events(self, workflow_id: int) -> list[RecordedEvent]:
        """Return the events of a workflow."""
        async with self.work() as work:
            return await PostgresEventStore(work.connection).read_stream(f"workflow-{workflow_id}")

    async def kinds(self, workflow_id: int) -> list[str]:
        """Return the types of the events of a workflow."""
        return [event.type for event in await self.events(workflow_id)]

    def work(self) -> WorkflowWork:
        """Return a unit of work."""
        return self.deps.work()

    def as_role(self, role: Role) -> dict[str, str]:
        """Return the headers of another role's key."""
        return {"authorization": f"Bearer {self.keys[role]}"}


@pytest.fixture
async def world(executor_pool: Pool) -> AsyncIterator[World]:
    """The API over a database of the test's own."""
    deps = WorkflowDeps(
        pool=executor_pool,
        catalogue=Catalogue(),
        zone=zone,
        definitions=definitions,
        rows=PlainRows(executor_pool),
        barrier=PostgresBarrier(executor_pool),
        stored=count_waiting,
    )
    app = FastAPI()
    install_web(app, authenticate=KeyRing(executor_pool))
    for router in (flows_router(deps), acts_router(deps), previews_router(deps)):
        app.include_router(router)
    tell = TellZone(zone=zone, definitions=definitions)
    app.include_router(details_router(pool=executor_pool, clock=SystemClock(), zone_changed=tell))
    keys = {}
    async with deps.work() as work:
        for role in Role:
            _, keys[role], _ = await create_key(work.connection, role.word, role)
        await work.commit()
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {keys[Role.PUBLISHER]}"}
    make = partial(httpx2.AsyncClient, transport=transport, base_url="http://workflows", headers=headers)
    async with make() as client:
        yield World(client, keys, executor_pool, deps)


@pytest.fixture
def flow() -> dict[str, Any]:
    """A flow that may be turned on."""
    return {
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "objectTypeId": "0-1",
        "name": "Every morning",
        "isEnabled": False,
        "startActionId": "1",
        "enrollmentSchedule": {"type": "DAILY", "timeOfDay": {"hour": 8, "minute": 0}},
        "enrollmentCriteria": {
            "type": "LIST_BASED",
            "listFilterBranch": {
                "filterBranchType": "OR",
                "filterBranchOperator": "OR",
                "filters": [],
                "filterBranches": [EVERYONE],
            },
        },
        "actions": [
            {
                "type": "SINGLE_CONNECTION",
                "actionId": "1",
                "actionTypeId": "0-5",
                "actionTypeVersion": 0,
                "fields": {
                    "property_name": "company",
                    "value": {"type": "STATIC_VALUE", "staticValue": "Acme"},
                },
            }
        ],
    }
