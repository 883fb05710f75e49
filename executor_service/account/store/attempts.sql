-- name: try_lock
-- Take the lock of an Idempotency-Key until the transaction ends, or return false. $1 bigint: the advisory key.
SELECT pg_try_advisory_xact_lock($1)

-- name: recall
-- Return what a request under a key was answered with within 24 hours. $1 bigint: the API key's id, $2 text: the key.
SELECT digest, outcome
FROM idempotency_keys
WHERE api_key_id = $1 AND key = $2 AND created_at > rule_time() - interval '24 hours'

-- name: remember
-- Store what a request is answered with; one older than 24 hours gives way.
-- $1 bigint: the API key's id, $2 text: the key, $3 bytea: digest of the request, $4 jsonb: the outcome.
INSERT INTO idempotency_keys (api_key_id, key, digest, outcome)
VALUES ($1, $2, $3, $4)
ON CONFLICT (api_key_id, key) DO UPDATE
SET digest = excluded.digest, outcome = excluded.outcome, created_at = excluded.created_at

-- name: forget
-- Delete some of the outcomes that are older than 24 hours.
DELETE FROM idempotency_keys
WHERE (api_key_id, key) IN (
    SELECT api_key_id, key
    FROM idempotency_keys
    WHERE created_at <= rule_time() - interval '24 hours'
    ORDER BY created_at
    LIMIT 20
    FOR UPDATE SKIP LOCKED
)
