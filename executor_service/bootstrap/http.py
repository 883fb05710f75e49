"""The application: every router, bound to what it needs."""

from collections.abc import Callable
from functools import partial

from fastapi import FastAPI

from executor_service.account.api import details_router, keys_router
from executor_service.account.store import KeyRing, held_zone
from executor_service.history.api import HistoryCalls
from executor_service.history.api import router as history_router
from executor_service.history.store import HistoryReader
from executor_service.records.api import criteria_router, objects_router, properties_router
from executor_service.records.ports import Definitions
from executor_service.records.store import PostgresRecords, PostgresRecordsWork
from executor_service.web import install_web
from executor_service.workflows.api import WorkflowDeps, acts_router, flows_router, previews_router
from executor_service.workflows.ports import ActionCatalogue
from executor_service.workflows.store import PostgresBarrier, TellZone, property_users
from shared.clock import SystemClock
from shared.health import Health
from shared.operation import operation_router
from shared.postgres import Connection, Pool

VERSION = "0.1.0"


def make_api(
    pool: Pool,
    history: Pool,
    *,
    catalogue: ActionCatalogue,
    health: Health,
    metrics_text: Callable[[], bytes],
    serves_calls: bool,
) -> FastAPI:
    """Return the application; without `serves_calls` it answers operators only."""
    api = FastAPI(title="Scheduled workflows", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    install_web(api, authenticate=KeyRing(pool))
    api.include_router(operation_router(health=health, metrics_text=metrics_text))
    if serves_calls:
        _include_calls(api, pool, history, catalogue)
    return api


def _include_calls(api: FastAPI, pool: Pool, history: Pool, catalogue: ActionCatalogue) -> None:
    clock = SystemClock()
    calls = HistoryCalls(HistoryReader(history))
    workflows = WorkflowDeps(
        pool=pool,
        catalogue=catalogue,
        zone=held_zone,
        definitions=_definitions,
        rows=calls,
        barrier=PostgresBarrier(pool),
    )
    records = partial(PostgresRecordsWork, pool, property_users)
    for router in (
        details_router(pool=pool, clock=clock, zone_changed=TellZone(zone=held_zone, definitions=_definitions)),
        keys_router(pool=pool),
        properties_router(work=records),
        objects_router(work=records, clock=clock),
        criteria_router(work=records),
        flows_router(workflows),
        acts_router(workflows),
        previews_router(workflows),
        history_router(calls),
    ):
        api.include_router(router)


async def _definitions(connection: Connection, object_type_id: str) -> Definitions:
    return await PostgresRecords(connection).definitions(object_type_id)
