"""B3: many schedules stored, ten thousand of them due within one second; all is in the topic soon after."""

from datetime import UTC, datetime, time, timedelta
from time import perf_counter

from deploy.local.services import Launch
from shared.contracts import DUE
from shared.postgres import Connection
from tests.bench.engine import Engine
from tests.bench.figures import Figure, percentile
from tests.bench.ground import Ground
from tests.bench.schedules import due_tomorrow, lateness_ms, store_due, store_far_away

_SECOND = timedelta(seconds=1)
_AHEAD = timedelta(seconds=5)
_BAR_SECONDS = 2
_BAR_LATENESS_MS = 500
_COUNT = """
SELECT count(*), max(position) FROM scheduler.events
WHERE type = 'OccurrenceDue' AND (data ->> 'dueAt')::timestamptz = $1
"""
_PUBLISHED = "SELECT coalesce(max(position), 0) FROM scheduler.relay_cursors WHERE topic = $1"
_BARE_TABLE = "CREATE TABLE bare_due (id bigint PRIMARY KEY, due_at timestamptz, done boolean NOT NULL, data jsonb)"
_SKIP_LOCKED = """
UPDATE bare_due SET done = true
WHERE id IN (SELECT id FROM bare_due WHERE NOT done ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED)
"""


async def measure(ground: Ground) -> list[Figure]:
    """Return how long after the second all was in the topic, and how late it was decided; then all at one instant."""
    count = ground.sizes.due_at_once
    scene = await ground.scene("schedules")
    due_at = await due_tomorrow(scene.connection, time(8))
    await store_far_away(scene.connection, ground.sizes.schedules - count, due_at)
    await store_due(scene.connection, count, due_at, _SECOND / count)
    copy, loop = await _bare(scene.connection, count)
    async with ground.engine("B3", scene, (Launch(roles=("api",)),)) as engine:
        seconds = await _all_in_topic(engine, count, due_at, due_at + _SECOND)
        late = await lateness_ms(scene.connection, due_at, _SECOND / count)
        again = due_at + timedelta(days=1)
        at_once = await _all_in_topic(engine, count, again, again)
        late_at_once = await lateness_ms(scene.connection, again, timedelta(0))
    many = f"{count:,} of {ground.sizes.schedules:,} schedules due"
    return [
        Figure(
            "B3",
            f"{many} in one second: all in the topic after its end",
            seconds,
            "s",
            copy,
            "s, COPY of as many rows",
            _BAR_SECONDS,
            at_most=True,
        ),
        Figure(
            "B3",
            f"{many} in one second: p99 lateness",
            percentile(late, 0.99),
            "ms",
            loop * 1_000,
            "ms, bare SKIP LOCKED loop over all",
            _BAR_LATENESS_MS,
            at_most=True,
        ),
        Figure("B3", f"{many} at one instant: all in the topic", at_once, "s", copy, "s, COPY of as many rows"),
        Figure(
            "B3",
            f"{many} at one instant: p99 lateness",
            percentile(late_at_once, 0.99),
            "ms",
            loop * 1_000,
            "ms, bare SKIP LOCKED loop over all",
        ),
    ]


async def _all_in_topic(engine: Engine, count: int, due_at: datetime, end: datetime) -> float:
    """Let the instant come, and return the seconds from `end` until all is published."""
    await engine.move_clock_to(due_at - _AHEAD)
    await engine.wait_for(
        f"SELECT count(*) FROM ({_COUNT}) AS found (n, position) WHERE n >= $2", due_at, count, want=bool
    )
    highest = await engine.connection.fetchval(_COUNT, due_at, column=1)
    await engine.wait_for(_PUBLISHED, engine.topic(DUE), want=lambda position: position >= highest)
    return (await engine.now() - end).total_seconds()


async def _bare(connection: Connection, count: int) -> tuple[float, float]:
    """Return the seconds of COPY and of the bare loop for as many rows."""
    await connection.execute(_BARE_TABLE)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        (number, at, False, '{"workflowId": "1", "reason": "a row about as long as an event"}')
        for number in range(count)
    ]
    began = perf_counter()
    await connection.copy_records_to_table("bare_due", records=rows)
    copied = perf_counter() - began
    began = perf_counter()
    while await connection.execute(_SKIP_LOCKED) != "UPDATE 0":
        pass
    looped = perf_counter() - began
    await connection.execute("DROP TABLE bare_due")
    return copied, looped
