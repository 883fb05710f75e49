"""B4: a hundred workflows due each second for a minute: how soon they are accepted, alone and beside B2."""

from datetime import datetime, time, timedelta

from tests.bench.contacts import narrow
from tests.bench.engine import Engine
from tests.bench.figures import Figure, percentile
from tests.bench.ground import Ground
from tests.bench.property_update import update_leads
from tests.bench.schedules import FIRST_DUE, due_tomorrow, spread, store_due

_EACH_SECOND = 100
_STEP = timedelta(seconds=1) / _EACH_SECOND
_AHEAD = timedelta(seconds=5)
# One that comes due before, so that what is measured finds everybody reading.
_HERALD = FIRST_DUE - 1
_BARS_MS = {"alone": (25, 100), "beside B2": (100, 1_000)}
# They stand there and are off, so that accepting them is all that is measured.
_WORKFLOWS = """
INSERT INTO workflows (id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at,
                       updated_at)
SELECT $1::bigint + n, false, 1, 1, '{"objectTypeId": "0-1"}', 0, 'UTC', rule_time(), rule_time()
FROM generate_series(0, $2::integer - 1) AS n
"""
_WAITS_MS = """
SELECT extract(epoch FROM accepted.recorded_at - due.recorded_at)::float8 * 1000 AS wait
FROM scheduler.events AS due
JOIN executor.events AS accepted
    ON accepted.stream = 'occurrence-' || (due.data ->> 'occurrenceId') AND accepted.version = 1
WHERE due.type = 'OccurrenceDue' AND (due.data ->> 'dueAt')::timestamptz = $1
  AND (due.data ->> 'workflowId')::bigint >= $2
"""


async def measure(ground: Ground) -> list[Figure]:
    """Return the median and the 99th percentile from due event to accepted row, alone and beside B2."""
    crowd, count = narrow(ground.sizes.contacts), ground.sizes.due_seconds * _EACH_SECOND
    scene = await ground.contacts(crowd, "narrow")
    due_at = await due_tomorrow(scene.connection, time(8))
    await scene.connection.execute(_WORKFLOWS, _HERALD, count + 1)
    await store_due(scene.connection, count, due_at, _STEP)
    await store_due(scene.connection, 1, due_at - timedelta(hours=2), _STEP, first=_HERALD)
    async with ground.engine("B4", scene) as engine:
        await _herald(engine, due_at - timedelta(hours=2))
        await engine.move_clock_to(due_at - _AHEAD)
        alone = await _waits(engine, due_at, count)
    beside_at = due_at + timedelta(days=1)
    await spread(scene.connection, beside_at, _STEP)
    async with ground.engine("B4", scene) as engine:
        await _herald(engine, beside_at - timedelta(hours=2))
        # What B2 measures comes due an hour later, to the minute.
        await engine.move_clock_to(beside_at - timedelta(minutes=60) + _AHEAD)
        await update_leads(engine, crowd, "beside B4")
        beside = await _waits(engine, beside_at, count)
    return [*_figures("alone", alone), *_figures("beside B2", beside)]


async def _herald(engine: Engine, due_at: datetime) -> None:
    """Let one come due and wait until it is accepted."""
    await engine.move_clock_to(due_at - _AHEAD)
    accepted = f"SELECT count(*) FROM ({_WAITS_MS}) AS waits"
    await engine.wait_for(accepted, due_at, _HERALD, want=bool)


async def _waits(engine: Engine, due_at: datetime, count: int) -> list[float]:
    """Return, when all have been accepted, how long each took, in milliseconds."""
    await engine.wait_for(
        f"SELECT count(*) FROM ({_WAITS_MS}) AS waits", due_at, FIRST_DUE, want=lambda found: found >= count
    )
    return [row["wait"] for row in await engine.connection.fetch(_WAITS_MS, due_at, FIRST_DUE)]


def _figures(where: str, waits: list[float]) -> list[Figure]:
    return [
        Figure("B4", f"{_EACH_SECOND} due/s, {where}: due → accepted, p{part}", value, "ms", bar=bar, at_most=True)
        for part, bar in zip((50, 99), _BARS_MS[where], strict=True)
        for value in [percentile(waits, part / 100)]
    ]
