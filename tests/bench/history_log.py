"""A log of millions of enrollments, as ten occurrences of one workflow leave it: with what was done to each record.

Nine tenths of the claims ended alike for all their records; those of one occurrence in ten in three ways, and of the
newest occurrence only every second cohort has gone on. The workflow itself is made by the API.
"""

from datetime import UTC, datetime, time, timedelta

from deploy.local.services import Launch
from shared.postgres import Connection
from tests.bench.contacts import flow
from tests.bench.ground import Ground, Scene

LOG_SCENE = "history"
"""The database with the log."""
OCCURRENCES = 10
PAGE_SIZE = 1_000
_FIRST_DUE = datetime.combine(datetime(2026, 1, 5, tzinfo=UTC).date(), time(8), UTC)
_OCCURRENCE = """
INSERT INTO events (stream, version, type, data, metadata)
SELECT 'occurrence-' || $2::uuid, version, type,
       jsonb_build_object('workflowId', $1::text, 'occurrenceId', $2::uuid, 'revisionId', '1', 'objectTypeId', '0-1')
       || data, jsonb_build_object('eventId', gen_random_uuid())
FROM (VALUES
    (1, 'OccurrenceRecorded', jsonb_build_object(
        'trigger', 'SCHEDULE', 'dueAt', $3::timestamptz, 'nominal', '2026-01-05T08:00', 'localTime', '', 'timeZoneId',
        'UTC', 'tzdata', '', 'commandId', null)),
    (2, 'OccurrenceEvaluated', jsonb_build_object(
        'evaluatedAt', $3::timestamptz, 'snapshot', '1:1:', 'digest', '', 'firstActionId', '1',
        'counts', jsonb_build_object('matched', $4::integer, 'enrolled', $4::integer, 'alreadyEnrolled', 0,
                                     'suppressed', 0, 'missing', 0)))
) AS rows (version, type, data)
ORDER BY version
"""
_PAGES = """
INSERT INTO events (stream, version, type, data, record_ids, metadata)
SELECT 'occurrence-' || $2::uuid, page + 3, 'RecordsEnrolled',
       jsonb_build_object('workflowId', $1::text, 'occurrenceId', $2::uuid, 'revisionId', '1', 'objectTypeId', '0-1',
                          'page', page, 'firstActionId', '1'),
       ARRAY(SELECT generate_series(page * 1000 + 1, page * 1000 + 1000)::bigint),
       jsonb_build_object('eventId', gen_random_uuid())
FROM generate_series(0, $3::integer - 1) AS page
ORDER BY page
"""
_CLAIMS = """
INSERT INTO events (stream, version, type, data, record_ids, metadata)
SELECT 'claim-' || gen_random_uuid(), 1, 'ActionDone',
       jsonb_build_object('workflowId', $1::text, 'revisionId', '1', 'objectTypeId', '0-1', 'actionId', '1',
                          'actionTypeId', '0-5', 'groups', $5::jsonb,
                          'cohorts', jsonb_build_array(jsonb_build_object('occurrenceId', $2::uuid, 'size', 1000))),
       ARRAY(SELECT generate_series(page * 1000 + 1, page * 1000 + 1000)::bigint),
       jsonb_build_object('eventId', gen_random_uuid())
FROM generate_series(0, $3::integer - 1, $4::integer) AS page
ORDER BY page
"""
_ALIKE = '[{"outcome": "SUCCEEDED", "next": null, "count": 1000, "details": {"property": "jobtitle", "changed": 1}}]'
_IN_THREE_WAYS = """
[{"outcome": "SUCCEEDED", "next": null, "count": 600},
 {"outcome": "FAILED", "reason": "INVALID_VALUE", "next": null, "count": 300},
 {"outcome": "MISSING", "reason": "RECORD_DELETED", "next": null, "count": 100}]
"""
_STORED = "SELECT data ->> 'workflowId' FROM events WHERE type = 'RecordsEnrolled' LIMIT 1"


async def stored_log(ground: Ground) -> tuple[Scene, int]:
    """Return the database with the log, filled when it is first asked for, and the workflow's id."""
    scene = await ground.scene(LOG_SCENE)
    known = await scene.connection.fetchval(_STORED)
    if known is not None:
        return scene, int(known)
    async with ground.engine("B6", scene, (Launch(roles=("api",)),)) as engine:
        workflow_id = await engine.create(flow("History", "Any", minute=0))
    print(f"Filling in {ground.sizes.enrollments:,} enrollments")
    for number in range(OCCURRENCES):
        await _store(scene.connection, workflow_id, number, ground.sizes.enrollments // OCCURRENCES // PAGE_SIZE)
    await scene.connection.execute("VACUUM (ANALYZE) events")
    return scene, workflow_id


async def _store(connection: Connection, workflow_id: int, number: int, pages: int) -> None:
    occurrence_id = await connection.fetchval("SELECT gen_random_uuid()")
    workflow, due_at = str(workflow_id), _FIRST_DUE + timedelta(weeks=number)
    await connection.execute(_OCCURRENCE, workflow, occurrence_id, due_at, pages * PAGE_SIZE)
    await connection.execute(_PAGES, workflow, occurrence_id, pages)
    step = 2 if number == OCCURRENCES - 1 else 1
    groups = _IN_THREE_WAYS if number == 0 else _ALIKE
    await connection.execute(_CLAIMS, workflow, occurrence_id, pages, step, groups)
