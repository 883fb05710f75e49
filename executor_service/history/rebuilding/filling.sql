-- name: late_indexes
-- Return the indexes that are much cheaper to build when everything is there.
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE '%USING gin%'
