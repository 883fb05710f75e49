"""B6: the history filled again from nothing, beside the bare copying of what came out; and filled as it is live."""

from time import perf_counter

from executor_service.history.rebuilding.filling import catch_up, opened, rebuild
from shared.postgres import Connection
from tests.bench.figures import Figure
from tests.bench.ground import Ground
from tests.bench.history_log import stored_log

_BAR = 500_000
_LOG = "SELECT max(position) AS until, sum(cardinality(record_ids)) AS record_events FROM events"
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'history_rebuild'::regnamespace AND relkind = 'r'"
_ENROLLED = "SELECT sum(size) FROM {schema}.pages"


async def measure(ground: Ground) -> list[Figure]:
    """Return the record events a second of a rebuild, and of the live projection from nothing."""
    scene, _ = await stored_log(ground)
    log = await scene.connection.fetchrow(_LOG)
    assert log is not None
    began = perf_counter()
    await rebuild(scene.url, until=log["until"])
    rebuilt = log["record_events"] / (perf_counter() - began)
    limit = log["record_events"] / await _copy(scene.connection)
    began = perf_counter()
    async with opened(scene.url, "history") as pool:
        await catch_up(pool, until=log["until"])
    live = log["record_events"] / (perf_counter() - began)
    for schema in ("history", "history_rebuild"):
        enrolled = await scene.connection.fetchval(_ENROLLED.format(schema=schema))
        if enrolled != ground.sizes.enrollments:
            raise AssertionError(f"{enrolled} enrollments in {schema}, not {ground.sizes.enrollments}")
    await scene.connection.execute("DROP SCHEMA history_rebuild CASCADE")
    what = f"{ground.sizes.enrollments:,} enrollments"
    bare = "INSERT … SELECT of the result"
    return [
        Figure("B6", f"rebuild of {what}", rebuilt, "record events/s", limit, bare, _BAR),
        Figure("B6", f"live projection of {what}", live, "record events/s", limit, bare),
    ]


async def _copy(connection: Connection) -> float:
    """Return the seconds it takes to copy all tables of the rebuilt history, without their indexes."""
    await connection.execute("CREATE SCHEMA bare")
    tables = [row["relname"] for row in await connection.fetch(_TABLES)]
    began = perf_counter()
    for table in tables:
        await connection.execute(f'CREATE TABLE bare."{table}" AS TABLE history_rebuild."{table}"')
    seconds = perf_counter() - began
    await connection.execute("DROP SCHEMA bare CASCADE")
    return seconds
