"""B1: evaluate a million contacts and enroll 400,000, on one session, as the executor does it."""

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
from tests.bench.contacts import LEADS
from tests.bench.figures import Figure

_BARE = """
CREATE TEMPORARY TABLE bare AS
SELECT id AS record_id, 1::bigint AS workflow_id, 1::integer AS action_id FROM records
WHERE object_type_id = '0-1' AND archived_at IS NULL AND properties -> 'lifecyclestage' = '"lead"'
"""
_BAR = 150_000
_ROUNDS = 3


async def measure_evaluation(url: str, connection: Connection, workflow_id: int, due_at: datetime) -> Figure:
    """Return the best of three evaluations of one workflow, each beside the bare statement."""
    lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
    session = DatabaseSession(session_opener(url, schema="executor", settings=EVALUATOR), lower)
    pool = await open_pool(url, schema="executor")
    rates, limits = [], []
    try:
        for round_number in range(_ROUNDS):
            message = _due(workflow_id, due_at + timedelta(days=round_number))
            await accept_due(message, event_id=f"bench-{round_number}", open_work=lambda: ExecutionWork(pool, lower))
            began = perf_counter()
            await evaluate_next(session=session)
            rates.append(LEADS / (perf_counter() - began))
            enrolled = await connection.fetchval("SELECT sum(size) FROM executor.cohorts")
            if enrolled != LEADS:
                raise AssertionError(f"{enrolled} records were enrolled, not {LEADS}")
            limits.append(await _bare(connection))
            await connection.execute("DELETE FROM executor.cohorts")
    finally:
        await session.close()
        await close_pool(pool)
    what = "evaluate 1 M contacts, enroll 400,000"
    return Figure("B1", what, max(rates), "enrollments/s", max(limits), "bare INSERT … SELECT", _BAR)


async def _bare(connection: Connection) -> float:
    await connection.execute("SET search_path = executor")
    began = perf_counter()
    await connection.execute(_BARE)
    rate = LEADS / (perf_counter() - began)
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
