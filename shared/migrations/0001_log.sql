-- The event log, the rule clock, dead letters and relay cursors: the same in each service's schema, applied first.

-- One stored shift of the clock. Only the owner of the schema may write it, and only tests do.
CREATE TABLE rule_clock (
    singleton boolean NOT NULL DEFAULT true,
    shift interval NOT NULL DEFAULT interval '0',
    CONSTRAINT rule_clock_one_row PRIMARY KEY (singleton),
    CONSTRAINT rule_clock_singleton CHECK (singleton)
);
INSERT INTO rule_clock (singleton) VALUES (true);

-- The instant by which every rule decides.
CREATE FUNCTION rule_time() RETURNS timestamptz
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN (SELECT clock_timestamp() + shift FROM rule_clock);

CREATE TABLE events (
    position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    record_ids bigint[],
    metadata jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT rule_time(),
    CONSTRAINT events_pk PRIMARY KEY (position),
    -- The optimistic lock: whoever appends names the version it believes to be next.
    CONSTRAINT events_stream_version UNIQUE (stream, version),
    CONSTRAINT events_version_from_one CHECK (version >= 1)
);
ALTER TABLE events ALTER COLUMN record_ids SET STORAGE EXTERNAL;

-- The key of this log's advisory lock: kind LOG (1) << 56 | a number of the schema, see shared/postgres/advisory.
DO $$
BEGIN
    EXECUTE format(
        'CREATE FUNCTION log_lock_key() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %s::bigint',
        (1::bigint << 56) | (hashtext(current_schema())::bigint & 4294967295)
    );
    -- Taken before a position is drawn, released after the transaction has become visible; see shared/horizon.
    EXECUTE format(
        'CREATE FUNCTION take_log_lock() RETURNS trigger LANGUAGE plpgsql AS %L',
        format('BEGIN PERFORM pg_advisory_xact_lock_shared(%s); RETURN NULL; END', log_lock_key())
    );
END
$$;
CREATE TRIGGER events_log_lock BEFORE INSERT ON events
    FOR EACH STATEMENT EXECUTE FUNCTION take_log_lock();

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log only grows: % of % is refused', TG_OP, TG_TABLE_NAME;
END
$$;

CREATE TRIGGER events_only_grow BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_never_truncated BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Wakes the readers; a hint only, they poll as well.
CREATE FUNCTION tell_of_events() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_TABLE_SCHEMA || '_events', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER events_told AFTER INSERT ON events
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_events();

-- How far each topic has been published. `ends` holds the highest acknowledged offset + 1 a partition, `sequences` the
-- ce_sequence of the message before it. `lost`: what stands in the topic is to be deleted before anything is sent.
CREATE TABLE relay_cursors (
    topic text NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    holder text,
    ends jsonb NOT NULL DEFAULT '{}',
    sequences jsonb NOT NULL DEFAULT '{}',
    lost boolean NOT NULL DEFAULT false,
    CONSTRAINT relay_cursors_pk PRIMARY KEY (topic)
);

-- Messages nobody could read, with their bytes, which may be erased. The dead-letter topic is a copy.
CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    "timestamp" timestamptz NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    reason text NOT NULL,
    error text NOT NULL,
    state text NOT NULL DEFAULT 'OPEN',
    attempts integer NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT rule_time(),
    published_at timestamptz,
    CONSTRAINT dead_letters_pk PRIMARY KEY (id),
    -- A message read twice is one dead letter.
    CONSTRAINT dead_letters_once UNIQUE (topic, partition, "offset", "timestamp"),
    CONSTRAINT dead_letters_state CHECK (state IN ('OPEN', 'RETRIED', 'DISCARDED'))
);
CREATE INDEX dead_letters_unpublished ON dead_letters (id) WHERE published_at IS NULL;
CREATE INDEX dead_letters_open ON dead_letters (id) WHERE state = 'OPEN';
