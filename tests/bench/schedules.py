"""Schedules stored as the scheduler keeps them, each with its own instant at which the scheduler is to look at it.

A schedule names minutes, so thousands of them are due at one instant. What spreads them is the instant of the look,
which is stored: for each a step later than for the one before. Lateness is counted from there.
"""

from datetime import datetime, time, timedelta

from shared.postgres import Connection

FIRST_DUE = 1_000_000_000
"""The workflows that come due have the ids from here on."""
_FAR_AWAY = timedelta(days=4_000)
_STORE = """
INSERT INTO scheduler.schedules
    (workflow_id, workflow_version, revision, schedule, zone, on_since, known_since, last_nominal, next_due_at)
SELECT $1::bigint + n, 1, '1',
       jsonb_build_object('type', 'DAILY', 'timeZoneId', 'UTC', 'timeOfDay',
                          jsonb_build_object('hour', $3::integer, 'minute', $4::integer)),
       'UTC', $5::timestamptz, $5::timestamptz, $6::timestamp, $7::timestamptz + n * $8::interval
FROM generate_series(0, $2::integer - 1) AS n
"""
_SPREAD = """
UPDATE scheduler.schedules SET next_due_at = $1::timestamptz + (workflow_id - $2) * $3::interval
WHERE workflow_id >= $2
"""
_LATENESS_MS = """
SELECT extract(epoch FROM recorded_at - $1::timestamptz
               - ((data ->> 'workflowId')::bigint - $2) * $3::interval)::float8 * 1000 AS late
FROM scheduler.events
WHERE type = 'OccurrenceDue' AND (data ->> 'dueAt')::timestamptz = $1 AND (data ->> 'workflowId')::bigint >= $2
"""


async def store_far_away(connection: Connection, count: int, at: datetime) -> None:
    """Store schedules that do not come due."""
    await _store(connection, 1, count, at, at + _FAR_AWAY, timedelta(0))
    await connection.execute("ANALYZE scheduler.schedules")


async def store_due(
    connection: Connection, count: int, at: datetime, step: timedelta, *, first: int = FIRST_DUE
) -> None:
    """Store schedules that are due at an instant, and looked at from there on a step apart."""
    await _store(connection, first, count, at, at, step)


async def spread(connection: Connection, at: datetime, step: timedelta) -> None:
    """Spread the looks at what is due again, from another instant on."""
    await connection.execute(_SPREAD, at, FIRST_DUE, step)


async def lateness_ms(connection: Connection, at: datetime, step: timedelta) -> list[float]:
    """Return how long after its look each of those due at an instant was recorded, in milliseconds."""
    rows = await connection.fetch(_LATENESS_MS, at, FIRST_DUE, step)
    return [row["late"] for row in rows]


async def due_tomorrow(connection: Connection, time_of_day: time) -> datetime:
    """Return a time of tomorrow, by the rule clock."""
    now: datetime = await connection.fetchval("SELECT rule_time()")
    return datetime.combine(now.date() + timedelta(days=1), time_of_day, now.tzinfo)


async def _store(
    connection: Connection, first: int, count: int, at: datetime, look_at: datetime, step: timedelta
) -> None:
    before, last_nominal = at - timedelta(days=2), (at - timedelta(days=1)).replace(tzinfo=None)
    await connection.execute(_STORE, first, count, at.hour, at.minute, before, last_nominal, look_at, step)
