-- name: unseen
-- Return causes that went wrong since their items were written, the longest ago first. $1 int: limit.
SELECT causes.kind, causes.workflow_id, causes.reason, causes.occurrence_id, causes.count, causes.first_at,
       causes.last_at, causes.sample, causes.details
FROM causes
LEFT JOIN review_items ON review_items.id = causes.id
WHERE review_items.id IS NULL OR causes.last_at > review_items.last_at
ORDER BY causes.last_at, causes.id
LIMIT $1

-- name: expected
-- Return workflows that are on by a schedule, with what was decided last. $1 bigint: above this id, $2 int: limit.
SELECT workflows.id, workflows.schedule, workflows.time_zone_id, workflows.in_force_since, decided.due_at,
       decided.skip ->> 'last' AS skipped_to, rule_time() AS now
FROM workflows
LEFT JOIN LATERAL (
    SELECT occurrences.due_at, occurrences.skip
    FROM occurrences
    WHERE occurrences.workflow_id = workflows.id AND occurrences.trigger = 'SCHEDULE'
    ORDER BY occurrences.workflow_id DESC, occurrences.position DESC
    LIMIT 1
) AS decided ON true
WHERE workflows.is_enabled
  AND workflows.schedule IS NOT NULL
  AND workflows.in_force_since IS NOT NULL
  AND workflows.id > $1
ORDER BY workflows.id
LIMIT $2
