-- name: role_exists
-- Tell whether a role exists, in whichever database it was made. $1 text: role.
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)

-- name: owner
-- Return who migrates.
SELECT current_user

-- name: may_use_schema
-- Tell whether a role was let into a schema. $1 text: role, $2 text: schema.
SELECT has_schema_privilege($1, $2, 'USAGE')

-- name: name_role
-- Name the role that `grant` is about, in this transaction. $1 text: role.
SELECT set_config('workflows.role', $1, true)

-- name: grant
-- Give the named role what a service needs of the schema that the search path names, and nothing more: the log only
-- grows, the clock's shift and the list of migrations are the owner's.
DO $$
DECLARE
    service text := current_setting('workflows.role');
    place text := current_schema();
    kept text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place, service);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', place, service);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', place, service);
    IF to_regclass('events') IS NOT NULL THEN
        EXECUTE format('REVOKE UPDATE, DELETE ON events FROM %I', service);
    END IF;
    FOREACH kept IN ARRAY ARRAY['rule_clock', 'migrations'] LOOP
        IF to_regclass(kept) IS NOT NULL THEN
            EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I FROM %I', kept, service);
        END IF;
    END LOOP;
END
$$
