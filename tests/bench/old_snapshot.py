"""B15: B2 over and over while an old snapshot is held open, which keeps PostgreSQL from clearing away what is dead.

The executor runs in this process, so that each claim is timed where it is made.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from time import perf_counter
from typing import Any

import asyncpg

from deploy.local.services import Launch
from executor_service import app
from executor_service.bootstrap import Executor, Pools
from executor_service.execution.store.cohorts import PostgresCohorts
from executor_service.settings import RoleName, Settings
from shared.loops import Stop
from tests.bench.contacts import Crowd, narrow
from tests.bench.engine import Engine
from tests.bench.figures import Figure, percentile
from tests.bench.ground import Ground, Scene
from tests.bench.property_update import update_leads

_BAR_MS = 50
_ROLES = frozenset({RoleName.CONSUMER, RoleName.WORKER, RoleName.RELAY, RoleName.PROJECTOR})


async def measure(ground: Ground) -> list[Figure]:
    """Return the 99th percentile of a claim while the snapshot is held, beside that of one B2 without it."""
    crowd, seconds = narrow(ground.sizes.contacts), ground.sizes.snapshot_seconds
    scene = await ground.contacts(crowd, "narrow")
    async with ground.engine("B15", scene, (Launch(roles=("api",)),)) as engine, _executor(ground, scene):
        with _timed_claims() as before:
            await update_leads(engine, crowd, "before the snapshot")
        async with _old_snapshot(scene):
            with _timed_claims() as held:
                rounds = await _repeat(engine, crowd, seconds)
    what = f"{rounds} times B2 in {seconds} s with an old snapshot held: claim, p99"
    p99, alone = percentile(held, 0.99), percentile(before, 0.99)
    return [Figure("B15", what, p99, "ms", alone, "ms, without the snapshot", _BAR_MS, at_most=True)]


async def _repeat(engine: Engine, crowd: Crowd, seconds: float) -> int:
    began, rounds = perf_counter(), 0
    while perf_counter() - began < seconds:
        rounds += 1
        await update_leads(engine, crowd, f"Snapshot {rounds}")
    return rounds


@asynccontextmanager
async def _executor(ground: Ground, scene: Scene) -> AsyncIterator[None]:
    settings = Settings(
        database_url=scene.url,
        kafka=scene.surroundings.kafka,
        topic_prefix=scene.surroundings.topic_prefix,
        http_port=0,
        state_dir=ground.servers.state.folder("services", "old-snapshot"),
    )
    stop = Stop()
    async with AsyncExitStack() as stack:
        executor = Executor(settings, await Pools.open(settings, stack), stack)
        running = asyncio.create_task(app.run(executor.parts(_ROLES), stop))
        try:
            yield
        finally:
            stop.set()
            await running


@asynccontextmanager
async def _old_snapshot(scene: Scene) -> AsyncIterator[None]:
    connection = await asyncpg.connect(scene.url, server_settings={"idle_in_transaction_session_timeout": "0"})
    try:
        async with connection.transaction(isolation="repeatable_read"):
            await connection.fetchval("SELECT count(*) FROM executor.cohorts")
            yield
    finally:
        await connection.close()


@contextmanager
def _timed_claims() -> Iterator[list[float]]:
    """Note the milliseconds of every claim that found something."""
    taken: list[float] = []
    claim = PostgresCohorts.claim

    async def timed(self: PostgresCohorts, *args: Any, **kwargs: Any) -> Any:
        began = perf_counter()
        claimed = await claim(self, *args, **kwargs)
        if claimed is not None:
            taken.append((perf_counter() - began) * 1_000)
        return claimed

    PostgresCohorts.claim = timed  # type: ignore[method-assign] # timed where it is made
    try:
        yield taken
    finally:
        PostgresCohorts.claim = claim  # type: ignore[method-assign] # as it was
