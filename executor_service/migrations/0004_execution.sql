-- Occurrences and the cohorts of their enrollments. Nothing here refers to the tables of another package.

CREATE TABLE occurrences (
    id uuid NOT NULL,
    workflow_id bigint NOT NULL,
    object_type_id text NOT NULL,
    trigger text NOT NULL,
    due_at timestamptz NOT NULL,
    nominal text COLLATE "C",
    local_time text NOT NULL,
    time_zone_id text NOT NULL,
    tzdata text,
    -- What it was asked for by; null for a scheduled one.
    command_id text,
    -- Whom it was asked for, ascending; null: those that match.
    record_ids bigint[],
    -- What the message named; another one may be in force at due_at.
    named_revision text NOT NULL,
    -- The one in force at due_at, once that is decided.
    revision integer,
    state text NOT NULL DEFAULT 'DUE',
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    failure text,
    -- Of the stream occurrence-<id>.
    version integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT rule_time(),
    CONSTRAINT occurrences_pk PRIMARY KEY (id),
    CONSTRAINT occurrences_state CHECK (state IN ('DUE', 'EVALUATED', 'COMPLETED', 'SKIPPED', 'FAILED'))
);
-- The queue of a workflow.
CREATE INDEX occurrences_due ON occurrences (workflow_id, due_at, id) WHERE state = 'DUE';
-- Those that wait to be tried again, and what is scheduled behind them with them.
CREATE INDEX occurrences_put_off ON occurrences (workflow_id, due_at, id) WHERE state = 'DUE' AND retry_at IS NOT NULL;
-- What came due within a pause.
CREATE INDEX occurrences_scheduled ON occurrences (workflow_id, due_at) WHERE trigger = 'SCHEDULE';
-- Those whose end is still to be found.
CREATE INDEX occurrences_evaluated ON occurrences (workflow_id, id) WHERE state = 'EVALUATED';

-- Wishes that records leave a workflow; one is pending until it is at the head of the queue and none of its records is
-- active.
CREATE TABLE unenrollment_requests (
    id uuid NOT NULL,
    workflow_id bigint NOT NULL,
    reason text NOT NULL,
    filed_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT unenrollment_requests_pk PRIMARY KEY (id)
);
-- Its place in the queue of its workflow.
CREATE INDEX unenrollment_requests_pending ON unenrollment_requests (workflow_id, filed_at, id) WHERE ended_at IS NULL;

-- The records of the pending ones. Whoever has a record's cohort lets it leave and notes so; the row stays until the
-- request ends, for an older occurrence that waits before it may enroll the record anew.
CREATE TABLE unenrollments (
    workflow_id bigint NOT NULL,
    record_id bigint NOT NULL,
    request_id uuid NOT NULL,
    reason text NOT NULL,
    has_left boolean NOT NULL DEFAULT false,
    CONSTRAINT unenrollments_pk PRIMARY KEY (workflow_id, record_id, request_id)
);
CREATE INDEX unenrollments_of_request ON unenrollments (request_id);

-- What the scheduler skipped: an occurrence in between is not due, and a message read twice is one skip.
CREATE TABLE scheduler_skips (
    workflow_id bigint NOT NULL,
    event_id text NOT NULL,
    revision_id text NOT NULL,
    reason text NOT NULL,
    first text COLLATE "C" NOT NULL,
    last text COLLATE "C" NOT NULL,
    count integer NOT NULL,
    -- The instants of both, which tell the two passes of one local time apart.
    first_at timestamptz,
    last_at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT rule_time(),
    CONSTRAINT scheduler_skips_pk PRIMARY KEY (workflow_id, event_id)
);
CREATE INDEX scheduler_skips_last ON scheduler_skips (workflow_id, revision_id, last);

-- Up to 1,000 enrollments of one occurrence that stand at the same action. Every advance changes indexed columns, so
-- free space in the pages would buy nothing; what ends is deleted, and vacuumed soon.
CREATE TABLE cohorts (
    id uuid NOT NULL,
    workflow_id bigint NOT NULL,
    occurrence_id uuid NOT NULL,
    revision integer NOT NULL,
    object_type_id text NOT NULL,
    action_id text NOT NULL,
    -- At a delay, WAITING from the arrival on: an arrival and an end are never in one claim.
    phase text NOT NULL DEFAULT 'ARRIVED',
    ready_at timestamptz NOT NULL,
    visit integer NOT NULL DEFAULT 1,
    -- How many actions its enrollments have come to.
    walked integer NOT NULL DEFAULT 1,
    size integer NOT NULL,
    losses integer NOT NULL DEFAULT 0,
    epoch integer NOT NULL DEFAULT 0,
    owner text,
    -- By the clock of the server, which no test moves: a lease is no rule.
    lease_until timestamptz,
    record_ids bigint[] NOT NULL,
    CONSTRAINT cohorts_pk PRIMARY KEY (id),
    CONSTRAINT cohorts_phase CHECK (phase IN ('ARRIVED', 'WAITING')),
    CONSTRAINT cohorts_size CHECK (size BETWEEN 1 AND 1000 AND size = cardinality(record_ids)),
    CONSTRAINT cohorts_lease CHECK ((owner IS NULL) = (lease_until IS NULL))
) WITH (fillfactor = 100, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE cohorts ALTER COLUMN record_ids SET STORAGE EXTERNAL;
CREATE INDEX cohorts_ready ON cohorts (workflow_id, revision, action_id, phase, ready_at) WHERE owner IS NULL;
CREATE INDEX cohorts_leased ON cohorts (lease_until) WHERE owner IS NOT NULL;
CREATE INDEX cohorts_by_occurrence ON cohorts (occurrence_id);
CREATE INDEX cohorts_by_workflow ON cohorts (workflow_id);

-- Where cohorts stand that nobody owns, with the first instant at which one of them is ready. Walks from place to place
-- by the index, so it costs by places and not by cohorts.
CREATE VIEW cohort_places AS
WITH RECURSIVE places AS (
    (
        SELECT workflow_id, revision, action_id, phase
        FROM cohorts
        WHERE owner IS NULL
        ORDER BY workflow_id, revision, action_id, phase
        LIMIT 1
    )
    UNION ALL
    SELECT following.workflow_id, following.revision, following.action_id, following.phase
    FROM places
    CROSS JOIN LATERAL (
        SELECT cohorts.workflow_id, cohorts.revision, cohorts.action_id, cohorts.phase
        FROM cohorts
        WHERE owner IS NULL
          AND (cohorts.workflow_id, cohorts.revision, cohorts.action_id, cohorts.phase)
            > (places.workflow_id, places.revision, places.action_id, places.phase)
        ORDER BY cohorts.workflow_id, cohorts.revision, cohorts.action_id, cohorts.phase
        LIMIT 1
    ) AS following
)
SELECT places.workflow_id, places.revision, places.action_id, places.phase, first.ready_at
FROM places
CROSS JOIN LATERAL (
    SELECT cohorts.ready_at
    FROM cohorts
    WHERE owner IS NULL
      AND cohorts.workflow_id = places.workflow_id
      AND cohorts.revision = places.revision
      AND cohorts.action_id = places.action_id
      AND cohorts.phase = places.phase
    ORDER BY cohorts.ready_at
    LIMIT 1
) AS first;

-- Personal or verbatim bytes of a claim, by record: the log holds their digests only. Erasing a record sets its
-- contents to null; each begins with salt of its own, so that a digest left behind does not tell what was there.
CREATE TABLE payloads (
    id uuid NOT NULL,
    record_ids bigint[] NOT NULL,
    contents bytea[] NOT NULL,
    digests bytea[] NOT NULL,
    CONSTRAINT payloads_pk PRIMARY KEY (id),
    CONSTRAINT payloads_size CHECK (
        cardinality(record_ids) = cardinality(contents) AND cardinality(record_ids) = cardinality(digests)
    )
);
CREATE INDEX payloads_of_record ON payloads USING gin (record_ids) WITH (fastupdate = off);
