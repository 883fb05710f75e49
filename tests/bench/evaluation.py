"""B1: evaluate all contacts and enroll the leads, on one session, as the executor does it."""

from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter

from deploy.local.services import Launch
from executor_service.execution.handlers.accepting import accept_due
from executor_service.execution.handlers.evaluating import evaluate_next
from executor_service.execution.store import EVALUATOR, DatabaseSession, ExecutionWork, Lower, session_opener
from executor_service.records.store import PostgresRecords
from executor_service.workflows.store import PostgresWorkflows, RevisionCache
from shared.contracts import OccurrenceDue, scheduled_occurrence_id
from shared.postgres import Connection, close_pool, open_pool
from shared.recurrence.zones import TZDATA_VERSION
from tests.bench.contacts import Crowd, flow, narrow, wide
from tests.bench.figures import Figure
from tests.bench.ground import Ground, Scene
from tests.bench.history_log import LOG_SCENE, stored_log

_BARE_TABLE = "CREATE TABLE bare (record_id bigint, workflow_id bigint, action_id integer)"
_BARE = """
INSERT INTO bare
SELECT id AS record_id, 1::bigint AS workflow_id, 1::integer AS action_id FROM records
WHERE object_type_id = '0-1' AND archived_at IS NULL AND properties -> 'lifecyclestage' = '"lead"'
"""
_BAR = 150_000
_ROUNDS = 3


async def measure(ground: Ground) -> list[Figure]:
    """Return B1 with ten properties and with a hundred, and with ten million enrollments in the store."""
    ten, hundred = narrow(ground.sizes.contacts), wide(ground.sizes.wide_contacts)
    figures = [
        await _evaluate(ground, await ground.contacts(ten, "narrow"), ten),
        await _evaluate(ground, await ground.contacts(hundred, "wide"), hundred),
    ]
    await stored_log(ground)
    stored = await ground.contacts(ten, LOG_SCENE)
    return [*figures, await _evaluate(ground, stored, ten, f", {ground.sizes.enrollments:,} enrollments in the store")]


async def _evaluate(ground: Ground, scene: Scene, crowd: Crowd, more: str = "") -> Figure:
    """Measure with a workflow of its own, which is off again afterwards."""
    what = f"evaluate {crowd.records:,} contacts, enroll {crowd.leads:,}, {crowd.name}{more}"
    async with ground.engine("B1", scene, (Launch(roles=("api",)),)) as engine:
        due_at = datetime.combine((await engine.now()).date() + timedelta(days=1), datetime.min.time(), UTC)
        workflow_id = await engine.create(flow("B1", "B1", minute=0))
        await engine.move_clock_to(due_at + timedelta(days=7))
        rate, limit = await _best_of(scene, crowd, workflow_id=workflow_id, due_at=due_at)
        await engine.turn_off(workflow_id)
    await scene.connection.execute("UPDATE occurrences SET state = 'COMPLETED' WHERE state = 'EVALUATED'")
    bar = _BAR / crowd.bars_divided_by
    return Figure("B1", what, rate, "enrollments/s", limit, "bare INSERT … SELECT", bar)


async def _best_of(scene: Scene, crowd: Crowd, *, workflow_id: int, due_at: datetime) -> tuple[float, float]:
    """Evaluate three occurrences of one workflow, each beside the bare statement, and return the best of both.

    They are those of `due_at` and the two days after it.
    """
    lower = Lower(workflows=partial(PostgresWorkflows, cache=RevisionCache()), records=PostgresRecords)
    session = DatabaseSession(session_opener(scene.url, schema="executor", settings=EVALUATOR), lower)
    pool = await open_pool(scene.url, schema="executor")
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
            enrolled = await scene.connection.fetchval("SELECT sum(size) FROM cohorts")
            if enrolled != crowd.leads:
                raise AssertionError(f"{enrolled} records were enrolled, not {crowd.leads}")
            limits.append(await _bare(scene.connection, crowd))
            await scene.connection.execute("DELETE FROM cohorts")
    finally:
        await session.close()
        await close_pool(pool)
    return max(rates), max(limits)


async def _bare(connection: Connection, crowd: Crowd) -> float:
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
