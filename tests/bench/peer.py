"""B2's peers: procrastinate on the same PostgreSQL and the same table, with a job a record and a job for a thousand."""

from time import perf_counter

import procrastinate
from psycopg_pool import AsyncConnectionPool

from shared.postgres import Connection
from tests.bench.figures import Figure

_CONCURRENCY = 20
_UPDATE = """
UPDATE executor.records SET properties = properties || '{"jobtitle": "Peer"}' WHERE id = ANY (%s::bigint[])
"""


async def measure_peers(url: str, connection: Connection, jobs: int, ours: float) -> list[Figure]:
    """Return what procrastinate does of the same work; the limit beside it is ours."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=_CONCURRENCY))
    pool = AsyncConnectionPool(url, open=False, min_size=_CONCURRENCY, max_size=_CONCURRENCY)

    @app.task(queue="bench")  # type: ignore[untyped-decorator] # procrastinate's types are not followed
    async def update(record_ids: list[int]) -> None:
        async with pool.connection() as own:
            await own.execute(_UPDATE, (record_ids,))

    rows = await connection.fetch("SELECT id FROM executor.records ORDER BY id")
    ids = [row["id"] for row in rows]
    figures = []
    async with pool, app.open_async():
        await app.schema_manager.apply_schema_async()
        for size, number in ((1, jobs), (1_000, len(ids) * 4 // 10 // 1_000)):
            await update.batch_defer_async(
                *({"record_ids": ids[size * job : size * (job + 1)]} for job in range(max(number, 1)))
            )
            began = perf_counter()
            await app.run_worker_async(
                queues=["bench"], wait=False, concurrency=_CONCURRENCY, install_signal_handlers=False
            )
            rate = size * number / (perf_counter() - began)
            what = f"peer: procrastinate, {number:,} jobs of {size:,} records"
            figures.append(Figure("B2", what, rate, "records/s", ours, "ours, one process"))
    return figures
