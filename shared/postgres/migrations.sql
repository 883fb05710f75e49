-- name: lock
-- Let one migration of a schema run at a time. $1 bigint: the advisory key.
SELECT pg_advisory_xact_lock($1)

-- name: search
-- Make the schema the one that unqualified names mean, in this transaction. $1 text: the schema.
SELECT set_config('search_path', $1, true)

-- name: create_table
-- Hold what was applied.
CREATE TABLE IF NOT EXISTS migrations (
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT migrations_pk PRIMARY KEY (name)
)

-- name: is_migrated
-- Tell whether the schema was ever migrated, as far as the role that asks may see it.
SELECT to_regclass('migrations') IS NOT NULL

-- name: applied
-- Return what was applied.
SELECT name, digest FROM migrations

-- name: record
-- Note a file as applied. $1 text: folder and file, $2 text: SHA-256 of its text.
INSERT INTO migrations (name, digest) VALUES ($1, $2)
