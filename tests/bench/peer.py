"""B2's peer: procrastinate, a job a record, one transaction each, on the same PostgreSQL and the same table."""

from time import perf_counter

import procrastinate
from psycopg_pool import AsyncConnectionPool

from shared.postgres import Connection
from tests.bench.figures import Figure

_JOBS = 5_000
_CONCURRENCY = 20
_UPDATE = 'UPDATE executor.records SET properties = properties || \'{"jobtitle": "Peer"}\' WHERE id = %s'


async def measure_peer(url: str, connection: Connection, ours: float) -> Figure:
    """Return what procrastinate does of the same work; the limit beside it is ours."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=_CONCURRENCY))
    pool = AsyncConnectionPool(url, open=False, min_size=_CONCURRENCY, max_size=_CONCURRENCY)

    @app.task(queue="bench")  # type: ignore[untyped-decorator] # procrastinate's types are not followed
    async def update(record_id: int) -> None:
        async with pool.connection() as own:
            await own.execute(_UPDATE, (record_id,))

    ids = await connection.fetch("SELECT id FROM executor.records ORDER BY id LIMIT $1", _JOBS)
    async with pool, app.open_async():
        await app.schema_manager.apply_schema_async()
        await update.batch_defer_async(*({"record_id": row["id"]} for row in ids))
        began = perf_counter()
        await app.run_worker_async(
            queues=["bench"], wait=False, concurrency=_CONCURRENCY, install_signal_handlers=False
        )
        seconds = perf_counter() - began
    what = f"peer: procrastinate, a job a record ({_JOBS:,} of them)"
    return Figure("B2", what, _JOBS / seconds, "records/s", ours, "ours, one process")
