-- name: find
-- Return the holder of a key that is neither revoked nor expired. $1 bytea: SHA-256 of the key.
SELECT id, name, role
FROM api_keys
WHERE digest = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > rule_time())

-- name: create
-- Store a key and return its id. $1 text: name, $2 text: role, $3 bytea: SHA-256 of the key, $4 timestamptz: expires.
INSERT INTO api_keys (name, role, digest, expires_at)
VALUES ($1, $2, $3, $4)
RETURNING id

-- name: list
-- Return keys, newest first. $1 bigint: ids below this one, $2 int: at most so many.
SELECT id, name, role, created_at, expires_at, revoked_at
FROM api_keys
WHERE id < $1
ORDER BY id DESC
LIMIT $2

-- name: revoke
-- Revoke a key and return its id; nothing for one that does not exist or was revoked before. $1 bigint: its id.
UPDATE api_keys
SET revoked_at = rule_time()
WHERE id = $1 AND revoked_at IS NULL
RETURNING id

-- name: exists
-- Tell whether there is a key, revoked or not. $1 bigint: its id.
SELECT EXISTS (SELECT FROM api_keys WHERE id = $1)
