-- name: list_workflows
-- Return workflows that are not deleted, newest first. $1 bigint or null: below this id, $2 int: limit,
-- $3 bigint or null: only this one, deleted or not.
SELECT workflows.id, workflows.name, workflows.object_type_id, workflows.revision_id, workflows.is_enabled,
       workflows.schedule, workflows.time_zone_id, workflows.deleted_at, workflows.active, workflows.enrolled,
       workflows.position, workflows.paused_at, account.paused_at AS account_paused_at, last_occurrence.id AS last_id,
       rule_time() AS now
FROM workflows
CROSS JOIN account
LEFT JOIN LATERAL (
    SELECT occurrences.id FROM occurrences
    WHERE occurrences.workflow_id = workflows.id
    ORDER BY occurrences.position DESC
    LIMIT 1
) AS last_occurrence ON true
WHERE CASE WHEN $3::bigint IS NULL THEN workflows.deleted_at IS NULL ELSE workflows.id = $3 END
  AND ($1::bigint IS NULL OR workflows.id < $1)
ORDER BY workflows.id DESC
LIMIT $2

-- name: occurrences_by_id
-- Return occurrences. $1 uuid[]: ids.
SELECT id, workflow_id, revision_id, trigger, due_at, local_time, time_zone_id, state, skip_reason, skip, failure,
       matched, enrolled, already_enrolled, suppressed, missing, active, completed, unenrolled, recorded_at,
       evaluated_at, completed_at, position
FROM occurrences
WHERE id = ANY ($1::uuid[])

-- name: list_occurrences
-- Return a workflow's occurrences, newest first. $1 bigint: workflow, $2 bigint or null: below this position,
-- $3 int: limit, $4 text or null: state, $5 timestamptz or null: due from, inclusive, $6 timestamptz or null: due until,
-- exclusive (what the scheduler skipped goes by the instant it was recorded).
SELECT id, workflow_id, revision_id, trigger, due_at, local_time, time_zone_id, state, skip_reason, skip, failure,
       matched, enrolled, already_enrolled, suppressed, missing, active, completed, unenrolled, recorded_at,
       evaluated_at, completed_at, position
FROM occurrences
WHERE workflow_id = $1
  AND ($2::bigint IS NULL OR position < $2)
  AND ($4::text IS NULL OR state = $4)
  AND ($5::timestamptz IS NULL OR coalesce(due_at, recorded_at) >= $5)
  AND ($6::timestamptz IS NULL OR coalesce(due_at, recorded_at) < $6)
ORDER BY workflow_id DESC, position DESC
LIMIT $3

-- name: enrollments
-- Return enrollments of a workflow, newest first, by page and place in it. $1 bigint: workflow, $2 bigint, $3 bigint:
-- below this (position, place), $4 int: limit, $5 uuid or null: occurrence.
WITH near AS MATERIALIZED (
    SELECT position, occurrence_id, revision_id, enrolled_at, record_ids,
           sum(size) OVER (ORDER BY position DESC) - size AS newer
    FROM (
        SELECT position, occurrence_id, revision_id, enrolled_at, record_ids, size
        FROM pages
        WHERE workflow_id = $1 AND position <= $2
          AND ($5::uuid IS NULL OR occurrence_id = $5)
        ORDER BY workflow_id DESC, position DESC
        LIMIT $4 + 1
    ) AS latest
), shown AS MATERIALIZED (
    SELECT near.position, ids.place, ids.record_id, near.occurrence_id, near.revision_id, near.enrolled_at
    FROM near
    CROSS JOIN LATERAL unnest(near.record_ids) WITH ORDINALITY AS ids (record_id, place)
    WHERE (near.position, ids.place) < ($2, $3) AND near.newer <= $4 + 1000
    ORDER BY near.position DESC, ids.place DESC
    LIMIT $4
)
SELECT shown.position, 0 AS n, shown.place, shown.record_id, shown.occurrence_id, shown.revision_id, shown.enrolled_at,
       standing.status, standing.action_id, standing.next_action_at, standing.ended_at, standing.reason
FROM shown
CROSS JOIN LATERAL (
    SELECT cohorts.status, cohorts.action_id, cohorts.next_action_at, cohorts.ended_at, cohorts.reason
    FROM cohorts
    WHERE cohorts.occurrence_id = shown.occurrence_id
      AND cohorts.status IN ('ACTIVE', 'COMPLETED', 'UNENROLLED')
      AND cohorts.first_id <= shown.record_id
      AND cohorts.last_id >= shown.record_id
      AND CASE WHEN cohorts.record_ids IS NULL THEN cohorts.page_position = shown.position
               ELSE shown.record_id = ANY (cohorts.record_ids) END
    LIMIT 1
) AS standing
ORDER BY shown.position DESC, shown.place DESC

-- name: enrollments_by_status
-- Return enrollments of a workflow that stand alike, those that came there last first. $1 bigint: workflow,
-- $2 bigint, $3 int, $4 bigint: below this (position, n, place), $5 int: limit, $6 text: status,
-- $7 uuid or null: occurrence.
WITH near AS MATERIALIZED (
    SELECT position, n, occurrence_id, action_id, next_action_at, ended_at, reason, page_position, record_ids,
           sum(size) OVER (ORDER BY position DESC, n DESC) - size AS newer
    FROM (
        SELECT position, n, occurrence_id, action_id, next_action_at, ended_at, reason, page_position, record_ids, size
        FROM cohorts
        WHERE workflow_id = $1 AND status = $6 AND (position, n) <= ($2, $3)
          AND ($7::uuid IS NULL OR occurrence_id = $7)
        ORDER BY workflow_id DESC, status DESC, position DESC, n DESC
        LIMIT $5 + 1
    ) AS latest
), shown AS MATERIALIZED (
    SELECT near.position, near.n, ids.place, ids.record_id, near.occurrence_id, near.action_id, near.next_action_at,
           near.ended_at, near.reason
    FROM near
    LEFT JOIN pages ON pages.position = near.page_position AND near.record_ids IS NULL
    CROSS JOIN LATERAL unnest(coalesce(near.record_ids, pages.record_ids)) WITH ORDINALITY AS ids (record_id, place)
    WHERE (near.position, near.n, ids.place) < ($2, $3, $4) AND near.newer <= $5 + 1000
    ORDER BY near.position DESC, near.n DESC, ids.place DESC
    LIMIT $5
)
SELECT shown.position, shown.n, shown.place, shown.record_id, shown.occurrence_id, enrolled.revision_id,
       enrolled.enrolled_at, $6::text AS status, shown.action_id, shown.next_action_at, shown.ended_at, shown.reason
FROM shown
CROSS JOIN LATERAL (
    SELECT pages.revision_id, pages.enrolled_at
    FROM pages
    WHERE pages.occurrence_id = shown.occurrence_id
      AND pages.first_id <= shown.record_id
      AND pages.last_id >= shown.record_id
    ORDER BY pages.occurrence_id DESC, pages.first_id DESC
    LIMIT 1
) AS enrolled
ORDER BY shown.position DESC, shown.n DESC, shown.place DESC

-- name: enrollments_of_record
-- Return enrollments of one record, newest first. $1 bigint: record, $2 bigint: below this position, $3 int: limit,
-- $4 text or null: status, $5 bigint or null: workflow, $6 uuid or null: occurrence, $7 text or null: object type.
WITH mine AS MATERIALIZED (
    SELECT position, workflow_id, occurrence_id, revision_id, enrolled_at
    FROM pages
    WHERE record_ids @> ARRAY[$1::bigint]
)
SELECT shown.position, 0 AS n, 1::bigint AS place, $1::bigint AS record_id, shown.workflow_id, shown.occurrence_id,
       shown.revision_id, shown.enrolled_at, standing.status, standing.action_id, standing.next_action_at,
       standing.ended_at, standing.reason
FROM (
    SELECT mine.position, mine.workflow_id, mine.occurrence_id, mine.revision_id, mine.enrolled_at
    FROM mine
    JOIN workflows ON workflows.id = mine.workflow_id
    WHERE mine.position < $2
      AND ($5::bigint IS NULL OR mine.workflow_id = $5)
      AND ($6::uuid IS NULL OR mine.occurrence_id = $6)
      AND ($7::text IS NULL OR workflows.object_type_id = $7)
    ORDER BY mine.position DESC
) AS shown
CROSS JOIN LATERAL (
    SELECT cohorts.status, cohorts.action_id, cohorts.next_action_at, cohorts.ended_at, cohorts.reason
    FROM cohorts
    WHERE cohorts.occurrence_id = shown.occurrence_id
      AND cohorts.status IN ('ACTIVE', 'COMPLETED', 'UNENROLLED')
      AND cohorts.first_id <= $1
      AND cohorts.last_id >= $1
      AND CASE WHEN cohorts.record_ids IS NULL THEN cohorts.page_position = shown.position
               ELSE $1 = ANY (cohorts.record_ids) END
    LIMIT 1
) AS standing
WHERE $4::text IS NULL OR standing.status = $4
ORDER BY shown.position DESC
LIMIT $3

-- name: bounds
-- Return positions between which the log rows of a span of time lie. $1 timestamptz or null: from,
-- $2 timestamptz or null: to.
SELECT coalesce((
           SELECT minutes.position FROM minutes
           WHERE minutes.minute <= $1::timestamptz - interval '1 minute'
           ORDER BY minutes.minute DESC
           LIMIT 1
       ), 0) AS lowest,
       (
           SELECT minutes.position FROM minutes
           WHERE minutes.minute >= $2::timestamptz + interval '1 minute'
           ORDER BY minutes.minute
           LIMIT 1
       ) AS beyond

-- name: action_log
-- Return the action log of a workflow, newest first. $1 bigint: workflow, $2 bigint, $3 int, $4 bigint: below this
-- (position, n, place), $5 int: limit, $6 text or null: action, $7 text or null: group,
-- $8 timestamptz or null: from, inclusive, $9 timestamptz or null: to, exclusive, $10 bigint: from this position on.
WITH near AS MATERIALIZED (
    SELECT position, n, occurrence_id, revision_id, page_position, action_id, action_type_id, event, grp, at, message,
           details, record_ids, sum(size) OVER (ORDER BY position DESC, n DESC) - size AS newer
    FROM (
        SELECT position, n, occurrence_id, revision_id, page_position, action_id, action_type_id, event, grp, at,
               message, details, record_ids, size
        FROM log
        WHERE workflow_id = $1 AND (position, n) <= ($2, $3)
          AND ($6::text IS NULL OR action_id = $6)
          AND ($7::text IS NULL OR grp = $7)
          AND position >= $10
          AND ($8::timestamptz IS NULL OR at >= $8)
          AND ($9::timestamptz IS NULL OR at < $9)
        ORDER BY workflow_id DESC, position DESC, n DESC
        LIMIT $5 + 1
    ) AS latest
)
SELECT near.position, near.n, ids.place, ids.record_id, near.occurrence_id, near.revision_id, near.action_id,
       near.action_type_id, near.event, near.grp, near.at, near.message, near.details
FROM near
LEFT JOIN pages ON pages.position = near.page_position AND near.record_ids IS NULL
CROSS JOIN LATERAL unnest(coalesce(near.record_ids, pages.record_ids)) WITH ORDINALITY AS ids (record_id, place)
WHERE (near.position, near.n, ids.place) < ($2, $3, $4) AND near.newer <= $5 + 1000
ORDER BY near.position DESC, near.n DESC, ids.place DESC
LIMIT $5

-- name: action_log_of_record
-- Return the action log of one record in a workflow, newest first. Parameters as of action_log, $10 bigint: record.
WITH mine AS MATERIALIZED (
    SELECT position FROM pages WHERE record_ids @> ARRAY[$10::bigint] AND workflow_id = $1
), rows AS MATERIALIZED (
    SELECT log.position, log.n FROM log JOIN mine ON log.page_position = mine.position WHERE log.record_ids IS NULL
    UNION ALL
    SELECT log.position, log.n FROM log WHERE log.record_ids @> ARRAY[$10::bigint] AND log.workflow_id = $1
)
SELECT log.position, log.n, 1::bigint AS place, $10::bigint AS record_id, log.occurrence_id, log.revision_id,
       log.action_id, log.action_type_id, log.event, log.grp, log.at, log.message, log.details
FROM rows
JOIN log ON log.position = rows.position AND log.n = rows.n
WHERE (log.position, log.n, 1::bigint) < ($2, $3, $4)
  AND ($6::text IS NULL OR log.action_id = $6)
  AND ($7::text IS NULL OR log.grp = $7)
  AND ($8::timestamptz IS NULL OR log.at >= $8)
  AND ($9::timestamptz IS NULL OR log.at < $9)
ORDER BY log.position DESC, log.n DESC
LIMIT $5

-- name: metrics
-- Return a workflow's counters and the day it is there. $1 bigint: workflow.
SELECT enrolled, active, completed, unenrolled, goals, time_zone_id, rule_time() AS now
FROM workflows
WHERE id = $1

-- name: days
-- Return what happened to a workflow's enrollments on its days, newest first. $1 bigint: workflow,
-- $2 date: first day, inclusive.
SELECT day, enrolled, completed, unenrolled
FROM days
WHERE workflow_id = $1 AND day >= $2
ORDER BY day DESC

-- name: first_day
-- Return the first day on which anything happened to a workflow's enrollments. $1 bigint: workflow.
SELECT min(day) FROM days WHERE workflow_id = $1

-- name: waiting
-- Return how many records stand at each action of a workflow. $1 bigint: workflow.
SELECT action_id, n FROM waiting WHERE workflow_id = $1 ORDER BY length(action_id), action_id

-- name: digest
-- Return one digest of every table, the same for the same rows.
SELECT 'workflows' AS name, coalesce(md5(string_agg(rows::text, E'\n' ORDER BY rows.id)), '') AS digest
FROM workflows AS rows
UNION ALL
SELECT 'occurrences', coalesce(md5(string_agg(rows::text, E'\n' ORDER BY rows.position)), '') FROM occurrences AS rows
UNION ALL
SELECT 'pages', coalesce(md5(string_agg(md5(rows::text), '' ORDER BY rows.position)), '') FROM pages AS rows
UNION ALL
SELECT 'cohorts', coalesce(md5(string_agg(md5(rows::text), '' ORDER BY rows.position, rows.n)), '') FROM cohorts AS rows
UNION ALL
SELECT 'log', coalesce(md5(string_agg(md5(rows::text), '' ORDER BY rows.position, rows.n)), '') FROM log AS rows
UNION ALL
SELECT 'account', coalesce(md5(string_agg(rows::text, E'\n')), '') FROM account AS rows
UNION ALL
SELECT 'days', coalesce(md5(string_agg(rows::text, E'\n' ORDER BY rows.workflow_id, rows.day)), '') FROM days AS rows
UNION ALL
SELECT 'waiting', coalesce(md5(string_agg(rows::text, E'\n' ORDER BY rows.workflow_id, rows.action_id)), '')
FROM waiting AS rows
UNION ALL
SELECT 'minutes', coalesce(md5(string_agg(rows::text, E'\n' ORDER BY rows.minute)), '') FROM minutes AS rows
UNION ALL
SELECT 'causes', coalesce(md5(string_agg(rows::text, E'\n' ORDER BY rows.id)), '') FROM causes AS rows
