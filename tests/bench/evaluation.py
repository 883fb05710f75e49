"""B1: evaluate all contacts and enroll the leads, on one session, as the executor does it."""

from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

from executor_service.execution.handlers.accepting import accept_due
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.store import EVALUATOR, DatabaseSession, ExecutionWork, Lower, session_opener
from executor_service.records.store import PostgresRecords
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from shared.contracts import OccurrenceDue, scheduled_occurrence_id
from shared.postgres import Connection, close_pool, open_pool
from shared.recurrence.zones import TZDATA_VERSION
from tests.bench.contacts import Crowd
from tests.bench.figures import Figure

_BARE_TABLE = "CREATE TABLE bare (record_id bigint, workflow_id bigint, action_id integer)"
_BARE = """
INSERT INTO bare
SELECT id AS record_id, 1::bigint AS workflow_id, 1::integer AS action_id FROM records
WHERE object_type_id = '0-1' AND archived_at IS NULL AND properties -> 'lifecyclestage' = '"lead"'
"""
_STORED = """
WITH page AS (SELECT array_agg(id) AS ids FROM (SELECT id FROM records ORDER BY id LIMIT 1000) AS some),
appended AS (
    INSERT INTO events (stream, version, type, data, record_ids, metadata)
    SELECT 'occurrence-' || gen_random_uuid(), 1, 'RecordsEnrolled', '{}', page.ids, '{}'
    FROM page CROSS JOIN generate_series(1, 10000)
    RETURNING position, recorded_at, record_ids
)
INSERT INTO history.pages (position, workflow_id, occurrence_id, revision_id, enrolled_at, size, record_ids)
SELECT position, 1, gen_random_uuid(), '1', recorded_at, 1000, record_ids FROM appended
"""
_BAR = 150_000
_ROUNDS = 3


async def store_ten_million(connection: Connection) -> None:
    """Put ten million enrollments of earlier occurrences into the log and the history."""
    await connection.execute("SET search_path = executor")
    await connection.execute(_STORED)
    await connection.execute("VACUUM (ANALYZE) events")


async def measure_evaluation(
    url: str, connection: Connection, crowd: Crowd, *, workflow_id: int, due_at: datetime, what: str
) -> Figure:
    """Return the best of three evaluations of one workflow, each beside the bare statement.

    The three occurrences are those of `due_at` and the two days after it.
    """
    lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
    session = DatabaseSession(session_opener(url, schema="executor", settings=EVALUATOR), lower)
    pool = await open_pool(url, schema="executor")
    rates, limits = [], []
    try:
        for round_number in range(_ROUNDS):
            message = _due(workflow_id, due_at + timedelta(days=round_number))
            await accept_due(
                message, event_id=f"bench-{message.occurrence_id}", open_work=lambda: ExecutionWork(pool, lower)
            )
            began = perf_counter()
            await evaluate_next(session=session)
            rates.append(crowd.leads / (perf_counter() - began))
            enrolled = await connection.fetchval("SELECT sum(size) FROM executor.cohorts")
            if enrolled != crowd.leads:
                raise AssertionError(f"{enrolled} records were enrolled, not {crowd.leads}")
            limits.append(await _bare(connection, crowd))
            await connection.execute("DELETE FROM executor.cohorts")
    finally:
        await session.close()
        await close_pool(pool)
    bar = _BAR / crowd.bars_divided_by
    return Figure("B1", what, max(rates), "enrollments/s", max(limits), "bare INSERT … SELECT", bar)


async def _bare(connection: Connection, crowd: Crowd) -> float:
    await connection.execute("SET search_path = executor")
    await connection.execute(_BARE_TABLE)
    began = perf_counter()
    await connection.execute(_BARE)
    rate = crowd.leads / (perf_counter() - began)
    await connection.execute("DROP TABLE bare")
    return rate


def _due(workflow_id: int, due_at: datetime) -> OccurrenceDue:
    return OccurrenceDue(
        workflow_id=str(workflow_id),
        revision_id="1",
        occurrence_id=scheduled_occurrence_id(workflow_id, due_at),
        due_at=due_at,
        nominal=f"{due_at:%Y-%m-%dT%H:%M}",
        local_time=due_at.isoformat(),
        time_zone_id="UTC",
        tzdata=TZDATA_VERSION,
    )
