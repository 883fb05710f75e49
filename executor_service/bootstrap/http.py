"""The application: every router, bound to what it needs."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI

from executor_service.account.api import details_router, keys_router, pauses_router
from executor_service.account.store import KeyRing, held_zone
from executor_service.bootstrap.dead_letters import letters_router
from executor_service.execution.api import asking_router, review_router
from executor_service.execution.store import ExecutionWork, Lower, count_waiting, open_snapshot
from executor_service.history.api import EventStreams, HistoryCalls, ReviewCalls, needs_review_router, stream_router
from executor_service.history.api import router as history_router
from executor_service.history.ports import Whereabouts
from executor_service.history.store import HistoryReader, LogReader
from executor_service.records.api import criteria_router, objects_router, properties_router
from executor_service.records.ports import Definitions
from executor_service.records.store import PostgresRecords, PostgresRecordsWork
from executor_service.web import install_web
from executor_service.workflows.api import WorkflowDeps, acts_router, flows_router, previews_router
from executor_service.workflows.ports import ActionCatalogue
from executor_service.workflows.store import (
    PostgresBarrier,
    PostgresWorkflows,
    RevisionCache,
    TellZone,
    property_users,
)
from shared.clock import SystemClock
from shared.health import Health
from shared.kafka import Attempt
from shared.operation import operation_router
from shared.postgres import Connection, Pool

VERSION = "0.1.0"
_NOTHING_READ: Final[Mapping[str, Attempt]] = MappingProxyType({})


def make_api(
    pool: Pool,
    history: Pool,
    *,
    catalogue: ActionCatalogue,
    health: Health,
    metrics_text: Callable[[], Awaitable[bytes]],
    streams: EventStreams,
    serves_calls: bool,
    attempts: Mapping[str, Attempt] = _NOTHING_READ,
) -> FastAPI:
    """Return the application; without `serves_calls` it answers operators only.

    `attempts` are, by topic, what a dead letter's message is tried with once more.
    """
    api = FastAPI(title="Scheduled workflows", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    install_web(api, authenticate=KeyRing(pool))
    api.include_router(operation_router(health=health, metrics_text=metrics_text))
    if serves_calls:
        _include_calls(api, pool, history, catalogue, streams)
        api.include_router(letters_router(pool, attempts))
    return api


def _include_calls(api: FastAPI, pool: Pool, history: Pool, catalogue: ActionCatalogue, streams: EventStreams) -> None:
    clock = SystemClock()
    calls = HistoryCalls(HistoryReader(history), LogReader(history), find_record=partial(_find_record, pool))
    barrier = PostgresBarrier(pool)
    lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
    workflows = WorkflowDeps(
        pool=pool,
        catalogue=catalogue,
        zone=held_zone,
        definitions=_definitions,
        rows=calls,
        barrier=barrier,
        stored=count_waiting,
    )
    records = partial(PostgresRecordsWork, pool, property_users)
    for router in (
        details_router(pool=pool, clock=clock, zone_changed=TellZone(zone=held_zone, definitions=_definitions)),
        keys_router(pool=pool),
        pauses_router(pool=pool, standstill=barrier.all_passed, stored=count_waiting),
        properties_router(work=records),
        objects_router(work=records, clock=clock),
        criteria_router(work=records),
        flows_router(workflows),
        acts_router(workflows),
        asking_router(pool=pool, work_on=partial(ExecutionWork, lower=lower)),
        review_router(work=workflows.work, catalogue=catalogue, open_snapshot=partial(open_snapshot, pool, lower)),
        previews_router(workflows),
        history_router(calls),
        stream_router(streams),
        needs_review_router(ReviewCalls(pool)),
    ):
        api.include_router(router)


async def _definitions(connection: Connection, object_type_id: str) -> Definitions:
    return await PostgresRecords(connection).definitions(object_type_id)


async def _find_record(pool: Pool, object_type: str, record_id: int) -> Whereabouts | None:
    async with PostgresRecordsWork(pool) as work:
        found = await work.properties.object_type(object_type)
        if found is None:
            return None
        return Whereabouts(found.id, is_record=bool(await work.records.read(found.id, [record_id])))
