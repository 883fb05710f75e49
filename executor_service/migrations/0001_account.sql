-- The account, its API keys, and what was answered to requests with an Idempotency-Key.

CREATE TABLE accounts (
    singleton boolean NOT NULL DEFAULT true,
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL DEFAULT '',
    time_zone_id text NOT NULL DEFAULT 'UTC',
    -- Since when nothing of any workflow begins.
    paused_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT rule_time(),
    CONSTRAINT accounts_pk PRIMARY KEY (id),
    CONSTRAINT accounts_one_row UNIQUE (singleton),
    CONSTRAINT accounts_singleton CHECK (singleton)
);
INSERT INTO accounts (singleton) VALUES (true);

-- When everything was paused: for paused_at < due_at <= resumed_at.
CREATE TABLE account_pauses (
    id bigint GENERATED ALWAYS AS IDENTITY,
    paused_at timestamptz NOT NULL,
    resumed_at timestamptz,
    CONSTRAINT account_pauses_pk PRIMARY KEY (id)
);

-- Of a key only its digest is kept; it has 256 random bits, so that a plain SHA-256 is enough.
CREATE TABLE api_keys (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    role text NOT NULL,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT rule_time(),
    expires_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_keys_pk PRIMARY KEY (id),
    CONSTRAINT api_keys_digest UNIQUE (digest),
    CONSTRAINT api_keys_role CHECK (role IN ('viewer', 'editor', 'publisher', 'admin'))
);

-- A key is one of its holder; the row is written in the transaction of the write that it stands for.
CREATE TABLE idempotency_keys (
    api_key_id bigint NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    outcome jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT rule_time(),
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (api_key_id, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
