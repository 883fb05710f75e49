"""A served history: events are appended and projected by hand, the calls are asked over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import FastAPI

from executor_service.history.api import EventStreams, HistoryCalls, router, stream_router
from executor_service.history.ports import Whereabouts
from executor_service.history.store import HistoryReader, LogReader
from executor_service.web import Actor, Role, install_web
from shared.event_store import Append
from shared.postgres import Pool
from shared.postgres_event_store import PostgresEventStore
from tests.integration.history.test_history import project_all


async def _anybody(key: str) -> Actor | None:
    return Actor(1, key, Role.ADMIN)


async def _contacts(object_type: str, record_id: int) -> Whereabouts | None:
    return Whereabouts("0-1", is_record=record_id < 100) if object_type in {"0-1", "contacts"} else None


@dataclass(frozen=True, slots=True)
class Chronicle:
    """The log of a test's own, and the calls on it."""

    pool: Pool
    client: httpx2.AsyncClient

    async def write(self, *appends: Append) -> int:
        """Append events and project them; return the position."""
        async with self.pool.acquire() as connection, connection.transaction():
            log = PostgresEventStore(connection)  # type: ignore[arg-type] # the pool's proxy
            position = await log.append(appends)
        await project_all(self.pool, horizon=position)
        return position


def history_api(pool: Pool, streams: EventStreams) -> FastAPI:
    """The calls of the history, open to anybody."""
    api = FastAPI()
    install_web(api, authenticate=_anybody)
    api.include_router(router(HistoryCalls(HistoryReader(pool), LogReader(pool), find_record=_contacts)))
    api.include_router(stream_router(streams))
    return api


@pytest.fixture
async def chronicle(history_pool: Pool) -> AsyncIterator[Chronicle]:
    """A log and its calls."""
    api = history_api(history_pool, EventStreams(LogReader(history_pool)))
    transport = httpx2.ASGITransport(app=api)
    headers = {"authorization": "Bearer x"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://history", headers=headers) as client:
        yield Chronicle(history_pool, client)
