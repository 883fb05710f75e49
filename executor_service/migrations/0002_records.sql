-- Records of all object types, their properties, the keys they are found by, and every change of a value.

-- One sequence over all object types: an id names its record without its type.
CREATE SEQUENCE record_ids AS bigint MAXVALUE 9007199254740991;

CREATE TABLE object_types (
    id text NOT NULL,
    name text NOT NULL,
    singular text NOT NULL,
    CONSTRAINT object_types_pk PRIMARY KEY (id),
    CONSTRAINT object_types_name UNIQUE (name)
);

CREATE TABLE property_groups (
    object_type_id text NOT NULL,
    name text NOT NULL,
    label text NOT NULL,
    display_order integer NOT NULL DEFAULT -1,
    CONSTRAINT property_groups_pk PRIMARY KEY (object_type_id, name),
    CONSTRAINT property_groups_object_type FOREIGN KEY (object_type_id) REFERENCES object_types (id)
);

CREATE TABLE property_definitions (
    object_type_id text NOT NULL,
    name text NOT NULL,
    label text NOT NULL,
    description text NOT NULL DEFAULT '',
    type text NOT NULL,
    field_type text NOT NULL,
    group_name text NOT NULL,
    options jsonb NOT NULL DEFAULT '[]',
    display_order integer NOT NULL DEFAULT -1,
    is_unique boolean NOT NULL DEFAULT false,
    is_searchable boolean NOT NULL DEFAULT false,
    is_read_only boolean NOT NULL DEFAULT false,
    -- Comes with the product, and cannot be archived.
    is_defined boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false,
    form_field boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT rule_time(),
    updated_at timestamptz NOT NULL DEFAULT rule_time(),
    archived_at timestamptz,
    CONSTRAINT property_definitions_pk PRIMARY KEY (object_type_id, name),
    CONSTRAINT property_definitions_group FOREIGN KEY (object_type_id, group_name)
        REFERENCES property_groups (object_type_id, name),
    CONSTRAINT property_definitions_type
        CHECK (type IN ('string', 'number', 'enumeration', 'bool', 'date', 'datetime', 'phone_number'))
);

-- No index over `properties` or anything else that changes: updates stay heap-only.
CREATE TABLE records (
    id bigint NOT NULL,
    object_type_id text NOT NULL,
    properties jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT records_pk PRIMARY KEY (id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
CREATE INDEX records_by_object_type ON records (object_type_id, id);

-- What records are found by: a value of a unique property has one owner. Long values stand here as their digest.
CREATE TABLE record_keys (
    object_type_id text NOT NULL,
    property text NOT NULL,
    value text NOT NULL,
    record_id bigint NOT NULL,
    CONSTRAINT record_keys_pk PRIMARY KEY (object_type_id, property, value)
);
CREATE INDEX record_keys_by_record ON record_keys (record_id);

-- Likewise for searchable properties, whose values many may share.
CREATE TABLE record_search_keys (
    object_type_id text NOT NULL,
    property text NOT NULL,
    value text NOT NULL,
    record_id bigint NOT NULL,
    CONSTRAINT record_search_keys_pk PRIMARY KEY (object_type_id, property, value, record_id)
);
CREATE INDEX record_search_keys_by_record ON record_search_keys (record_id);

-- One row a change of a value; a record's creation is one row with all initial values and no property.
CREATE TABLE property_changes (
    position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    record_id bigint NOT NULL,
    object_type_id text NOT NULL,
    property text,
    value jsonb,
    at timestamptz NOT NULL,
    source_type text NOT NULL,
    source_id text
) PARTITION BY RANGE (at);
CREATE INDEX property_changes_position ON property_changes (position);
CREATE INDEX property_changes_record ON property_changes (record_id);
CREATE TABLE property_changes_default PARTITION OF property_changes DEFAULT;

-- Make the partition of a month, unless it is there or the default partition already holds rows of it.
CREATE FUNCTION make_property_changes_partition(month date) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    after date := (date_trunc('month', month) + interval '1 month')::date;
    name text := 'property_changes_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL
        OR EXISTS (SELECT FROM property_changes_default WHERE at >= first AND at < after) THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF property_changes FOR VALUES FROM (%L) TO (%L)',
        name, first::text || ' 00:00:00+00', after::text || ' 00:00:00+00'
    );
    RETURN true;
END
$$;
SELECT make_property_changes_partition((rule_time() AT TIME ZONE 'UTC' + months * interval '1 month')::date)
FROM generate_series(0, 11) AS months;

INSERT INTO object_types (id, name, singular) VALUES ('0-1', 'contacts', 'contact');
INSERT INTO property_groups (object_type_id, name, label)
VALUES ('0-1', 'contactinformation', 'Contact information'), ('0-1', 'contact_activity', 'Contact activity');

INSERT INTO property_definitions
    (object_type_id, name, label, type, field_type, group_name, is_unique, is_searchable, is_read_only, is_defined)
SELECT '0-1', name, label, type, field_type, 'contactinformation', is_unique, is_searchable, is_read_only, true
FROM (VALUES
    ('email', 'Email', 'string', 'text', true, false, false),
    ('firstname', 'First name', 'string', 'text', false, false, false),
    ('lastname', 'Last name', 'string', 'text', false, false, false),
    ('salutation', 'Salutation', 'string', 'text', false, false, false),
    ('jobtitle', 'Job title', 'string', 'text', false, false, false),
    ('company', 'Company name', 'string', 'text', false, false, false),
    ('website', 'Website URL', 'string', 'text', false, false, false),
    ('phone', 'Phone number', 'string', 'phonenumber', false, false, false),
    ('mobilephone', 'Mobile phone number', 'string', 'phonenumber', false, false, false),
    ('address', 'Street address', 'string', 'text', false, false, false),
    ('city', 'City', 'string', 'text', false, false, false),
    ('state', 'State/Region', 'string', 'text', false, false, false),
    ('zip', 'Postal code', 'string', 'text', false, false, false),
    ('country', 'Country/Region', 'string', 'text', false, false, false),
    ('industry', 'Industry', 'string', 'text', false, false, false),
    ('hs_language', 'Preferred language', 'string', 'text', false, false, false),
    ('hs_timezone', 'Time zone', 'string', 'text', false, false, false),
    ('message', 'Message', 'string', 'textarea', false, false, false),
    ('hubspot_owner_id', 'Contact owner', 'string', 'text', false, false, false),
    ('annualrevenue', 'Annual revenue', 'number', 'number', false, false, false),
    ('numberofemployees', 'Number of employees', 'number', 'number', false, false, false),
    ('hubspotscore', 'Score', 'number', 'number', false, false, false),
    ('hs_email_optout', 'Unsubscribed from all email', 'bool', 'booleancheckbox', false, false, false),
    ('birthday', 'Birthday', 'date', 'date', false, false, false),
    ('closedate', 'Close date', 'datetime', 'date', false, false, false),
    ('notes_last_contacted', 'Last contacted', 'datetime', 'date', false, false, false),
    ('createdate', 'Create date', 'datetime', 'date', false, false, true),
    ('lastmodifieddate', 'Last modified date', 'datetime', 'date', false, false, true),
    ('hs_lastmodifieddate', 'Object last modified date', 'datetime', 'date', false, false, true),
    ('hs_object_id', 'Record ID', 'number', 'number', false, false, true)
) AS seeds (name, label, type, field_type, is_unique, is_searchable, is_read_only);

INSERT INTO property_definitions (object_type_id, name, label, type, field_type, group_name, is_defined, options)
SELECT '0-1', name, label, 'enumeration', field_type, 'contactinformation', true, (
    SELECT jsonb_agg(
        jsonb_build_object('value', pair[1], 'label', pair[2], 'displayOrder', n - 1, 'hidden', false) ORDER BY n
    )
    FROM regexp_split_to_table(options, ',') WITH ORDINALITY AS listed (text, n)
    CROSS JOIN LATERAL (SELECT string_to_array(listed.text, '=') AS pair) AS split
)
FROM (VALUES
    ('lifecyclestage', 'Lifecycle stage', 'radio',
     'subscriber=Subscriber,lead=Lead,marketingqualifiedlead=Marketing Qualified Lead,'
     'salesqualifiedlead=Sales Qualified Lead,opportunity=Opportunity,customer=Customer,evangelist=Evangelist,'
     'other=Other'),
    ('hs_lead_status', 'Lead status', 'radio',
     'NEW=New,OPEN=Open,IN_PROGRESS=In Progress,OPEN_DEAL=Open Deal,UNQUALIFIED=Unqualified,'
     'ATTEMPTED_TO_CONTACT=Attempted to Contact,CONNECTED=Connected,BAD_TIMING=Bad Timing'),
    ('hs_buying_role', 'Buying role', 'checkbox',
     'BLOCKER=Blocker,BUDGET_HOLDER=Budget Holder,CHAMPION=Champion,DECISION_MAKER=Decision Maker,'
     'END_USER=End User,EXECUTIVE_SPONSOR=Executive Sponsor,INFLUENCER=Influencer,'
     'LEGAL_AND_COMPLIANCE=Legal & Compliance,OTHER=Other')
) AS seeds (name, label, field_type, options);
