-- What the scheduler knows of each workflow: one row a workflow that was ever on or off, kept after its deletion.

CREATE TABLE schedules (
    workflow_id bigint NOT NULL,
    -- The version of the last event of this workflow's stream in the scheduler's log.
    version integer NOT NULL DEFAULT 0,
    -- The version of the workflow's own stream that the last change taken over had; older changes are old news.
    workflow_version integer NOT NULL DEFAULT 0,
    revision text NOT NULL DEFAULT '',
    -- Null: nothing is planned.
    schedule jsonb,
    zone text NOT NULL DEFAULT 'UTC',
    on_since timestamptz,
    known_since timestamptz,
    -- How far the schedule has been decided, in nominal times: up to one of them, and a few beyond it by name.
    last_nominal timestamp,
    beyond jsonb NOT NULL DEFAULT '[]',
    last_due_at timestamptz,
    already_due jsonb NOT NULL DEFAULT '[]',
    next_due_at timestamptz,
    -- Why the schedule cannot be computed.
    set_aside text,
    CONSTRAINT schedules_pk PRIMARY KEY (workflow_id),
    CONSTRAINT schedules_planned_or_not CHECK (next_due_at IS NULL OR (schedule IS NOT NULL AND set_aside IS NULL))
);
CREATE INDEX schedules_next_due_at ON schedules (next_due_at) WHERE next_due_at IS NOT NULL;
