-- name: log
-- Return the highest visible position, 0 for an empty log, and the instant by which rules decide.
SELECT (SELECT coalesce(max(position), 0) FROM events) AS highest, rule_time() AS now

-- name: waiting_since
-- Return since when the first event after each position has been there. $1 bigint[]: positions, of one reader each.
SELECT wanted.position, following.recorded_at
FROM unnest($1::bigint[]) AS wanted (position)
CROSS JOIN LATERAL (
    SELECT events.recorded_at
    FROM events
    WHERE events.position > wanted.position
    ORDER BY events.position
    LIMIT 1
) AS following
