-- What people read, projected from the log and nothing else. No row a record: ids stand in arrays, in the order of the
-- event, and are un-nested when read. Every row says the position of the event that made it.

CREATE TABLE checkpoint (
    singleton boolean NOT NULL DEFAULT true,
    position bigint NOT NULL DEFAULT 0,
    CONSTRAINT checkpoint_one_row PRIMARY KEY (singleton),
    CONSTRAINT checkpoint_singleton CHECK (singleton)
);
INSERT INTO checkpoint (singleton) VALUES (true);

-- The account's pause, which stands above that of each workflow.
CREATE TABLE account (
    singleton boolean NOT NULL DEFAULT true,
    paused_at timestamptz,
    position bigint NOT NULL DEFAULT 0,
    CONSTRAINT account_one_row PRIMARY KEY (singleton),
    CONSTRAINT account_singleton CHECK (singleton)
);
INSERT INTO account (singleton) VALUES (true);

CREATE TABLE workflows (
    id bigint NOT NULL,
    name text,
    object_type_id text NOT NULL,
    revision_id text NOT NULL,
    schedule jsonb,
    time_zone_id text NOT NULL,
    is_enabled boolean NOT NULL DEFAULT false,
    -- Since when its schedule counts as it is: it is due at every instant after this one, strictly.
    in_force_since timestamptz,
    paused_at timestamptz,
    deleted_at timestamptz,
    enrolled bigint NOT NULL DEFAULT 0,
    active bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    unenrolled bigint NOT NULL DEFAULT 0,
    -- Those unenrolled because they met the goal.
    goals bigint NOT NULL DEFAULT 0,
    position bigint NOT NULL,
    CONSTRAINT workflows_pk PRIMARY KEY (id)
);
CREATE INDEX workflows_expected ON workflows (id) WHERE is_enabled AND schedule IS NOT NULL;

-- What happened to a workflow's enrollments on each day of its own zone.
CREATE TABLE days (
    workflow_id bigint NOT NULL,
    day date NOT NULL,
    enrolled bigint NOT NULL,
    completed bigint NOT NULL,
    unenrolled bigint NOT NULL,
    CONSTRAINT days_pk PRIMARY KEY (workflow_id, day)
);

-- How many records stand at each action; an action where none stands has no row.
CREATE TABLE waiting (
    workflow_id bigint NOT NULL,
    action_id text NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT waiting_pk PRIMARY KEY (workflow_id, action_id)
);

-- What went wrong, one row a cause; `id` is derived from it. `position`: of the newest event of that kind.
CREATE TABLE causes (
    id uuid NOT NULL,
    kind text NOT NULL,
    workflow_id bigint,
    reason text NOT NULL,
    occurrence_id uuid,
    count bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    sample jsonb NOT NULL,
    details jsonb NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT causes_pk PRIMARY KEY (id)
);

-- One row an occurrence, and one an event by which the scheduler skipped some; `skip` is null but for these.
CREATE TABLE occurrences (
    id uuid NOT NULL,
    workflow_id bigint NOT NULL,
    revision_id text NOT NULL,
    trigger text NOT NULL,
    due_at timestamptz,
    local_time text,
    time_zone_id text,
    state text NOT NULL,
    skip_reason text,
    skip jsonb,
    failure jsonb,
    matched bigint NOT NULL DEFAULT 0,
    enrolled bigint NOT NULL DEFAULT 0,
    already_enrolled bigint NOT NULL DEFAULT 0,
    suppressed bigint NOT NULL DEFAULT 0,
    missing bigint NOT NULL DEFAULT 0,
    active bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    unenrolled bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL,
    evaluated_at timestamptz,
    completed_at timestamptz,
    position bigint NOT NULL,
    CONSTRAINT occurrences_pk PRIMARY KEY (id),
    CONSTRAINT occurrences_state CHECK (state IN ('DUE', 'EVALUATED', 'COMPLETED', 'SKIPPED', 'HELD', 'FAILED'))
);
-- The instant stands in the index so that a list between two instants passes over the others without reading them;
-- what the scheduler skipped goes by the instant it was recorded.
CREATE INDEX occurrences_listed ON occurrences (workflow_id, position, coalesce(due_at, recorded_at));
-- What the scheduler decided last.
CREATE INDEX occurrences_scheduled ON occurrences (workflow_id, position) WHERE trigger = 'SCHEDULE';
CREATE INDEX occurrences_of_state ON occurrences (workflow_id, state, position, coalesce(due_at, recorded_at));

-- The records enrolled together by one evaluation. Its ids ascend, and those of one occurrence's pages do not overlap.
CREATE TABLE pages (
    position bigint NOT NULL,
    workflow_id bigint NOT NULL,
    occurrence_id uuid NOT NULL,
    revision_id text NOT NULL,
    enrolled_at timestamptz NOT NULL,
    size integer NOT NULL,
    record_ids bigint[] NOT NULL,
    first_id bigint NOT NULL GENERATED ALWAYS AS (record_ids[1]) STORED,
    last_id bigint NOT NULL GENERATED ALWAYS AS (record_ids[cardinality(record_ids)]) STORED,
    CONSTRAINT pages_pk PRIMARY KEY (position)
);
ALTER TABLE pages ALTER COLUMN record_ids SET STORAGE EXTERNAL;
CREATE INDEX pages_listed ON pages (workflow_id, position);
CREATE INDEX pages_of_occurrence ON pages (occurrence_id, position);
CREATE INDEX pages_by_ids ON pages (occurrence_id, first_id, last_id);
CREATE INDEX pages_of_record ON pages USING gin (record_ids) WITH (fastupdate = off);

-- Records of one occurrence that stand alike since one event. `record_ids` null: all of the page.
CREATE TABLE cohorts (
    position bigint NOT NULL,
    n integer NOT NULL,
    workflow_id bigint NOT NULL,
    occurrence_id uuid NOT NULL,
    page_position bigint,
    status text NOT NULL,
    action_id text,
    next_action_at timestamptz,
    ended_at timestamptz,
    reason text,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    size integer NOT NULL,
    record_ids bigint[],
    CONSTRAINT cohorts_pk PRIMARY KEY (position, n),
    CONSTRAINT cohorts_status CHECK (status IN ('ACTIVE', 'COMPLETED', 'UNENROLLED')),
    CONSTRAINT cohorts_have_records CHECK (record_ids IS NOT NULL OR page_position IS NOT NULL)
);
ALTER TABLE cohorts ALTER COLUMN record_ids SET STORAGE EXTERNAL;
CREATE INDEX cohorts_listed ON cohorts (workflow_id, status, position, n);
CREATE INDEX cohorts_of_occurrence ON cohorts (occurrence_id, status, first_id, last_id);

-- The first event with log rows of each minute: where a list between two instants begins and ends. Positions follow
-- instants closely, not exactly, so lists look a minute further.
CREATE TABLE minutes (
    minute timestamptz NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT minutes_pk PRIMARY KEY (minute)
);

-- One row an event and group. `record_ids` null: all of the page.
CREATE TABLE log (
    position bigint NOT NULL,
    n integer NOT NULL,
    workflow_id bigint NOT NULL,
    occurrence_id uuid NOT NULL,
    revision_id text NOT NULL,
    page_position bigint,
    action_id text,
    action_type_id text,
    event text NOT NULL,
    grp text NOT NULL,
    at timestamptz NOT NULL,
    message text NOT NULL,
    details jsonb NOT NULL,
    size integer NOT NULL,
    record_ids bigint[],
    CONSTRAINT log_pk PRIMARY KEY (position, n),
    CONSTRAINT log_group CHECK (grp IN ('PROGRESS', 'SUCCESS', 'ALERT')),
    CONSTRAINT log_has_records CHECK (record_ids IS NOT NULL OR page_position IS NOT NULL)
);
ALTER TABLE log ALTER COLUMN record_ids SET STORAGE EXTERNAL;
CREATE INDEX log_listed ON log (workflow_id, position, n);
CREATE INDEX log_of_action ON log (workflow_id, action_id, position, n);
CREATE INDEX log_of_group ON log (workflow_id, grp, position, n);
CREATE INDEX log_of_page ON log (page_position, position, n);
CREATE INDEX log_of_record ON log USING gin (record_ids) WITH (fastupdate = off);
