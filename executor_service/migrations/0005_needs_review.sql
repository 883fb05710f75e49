-- What needs review, one row a cause. What people decided about it is in no log, so it is no part of the history.

CREATE TABLE review_items (
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    workflow_id bigint,
    occurrence_id uuid,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    count bigint NOT NULL,
    -- How much of its cause's count had been resolved before it opened.
    resolved_count bigint NOT NULL DEFAULT 0,
    message text NOT NULL,
    sample jsonb NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT review_items_pk PRIMARY KEY (id),
    CONSTRAINT review_items_state CHECK (state IN ('OPEN', 'MUTED', 'RESOLVED'))
);
CREATE INDEX review_items_listed ON review_items (last_at, id);
CREATE INDEX review_items_of_state ON review_items (state, last_at, id);
CREATE INDEX review_items_of_kind ON review_items (kind, last_at, id);
CREATE INDEX review_items_of_workflow ON review_items (workflow_id, last_at, id);
