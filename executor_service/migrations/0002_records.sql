-- Records of all object types, their properties, the keys they are found by, and every change of a value.

-- One sequence over all object types: an id names its record without its type.
CREATE SEQUENCE record_ids AS bigint MAXVALUE 9007199254740991;

CREATE TABLE object_types (
    id text NOT NULL,
    name text NOT NULL,
    singular text NOT NULL,
    -- What is shown of a record when nothing is named, and where a search looks for its words.
    shown_properties text[] NOT NULL,
    searched_properties text[] NOT NULL,
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
-- A search asks for values without regard to case.
CREATE INDEX record_keys_by_lower ON record_keys (object_type_id, property, lower(value COLLATE "pg_c_utf8"));
CREATE INDEX record_keys_by_record ON record_keys (record_id);

-- Likewise for searchable properties, whose values many may share.
CREATE TABLE record_search_keys (
    object_type_id text NOT NULL,
    property text NOT NULL,
    value text NOT NULL,
    record_id bigint NOT NULL,
    CONSTRAINT record_search_keys_pk PRIMARY KEY (object_type_id, property, value, record_id)
);
CREATE INDEX record_search_keys_by_lower
    ON record_search_keys (object_type_id, property, lower(value COLLATE "pg_c_utf8"));
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

-- What follows is all that makes an object type: its row, its groups, its properties.
INSERT INTO object_types (id, name, singular, shown_properties, searched_properties)
VALUES
    ('0-1', 'contacts', 'contact',
     '{createdate,email,firstname,hs_object_id,lastmodifieddate,lastname}',
     '{firstname,lastname,email,phone,mobilephone,company}'),
    ('0-2', 'companies', 'company',
     '{createdate,domain,hs_lastmodifieddate,hs_object_id,name}',
     '{name,domain,website,phone}');

INSERT INTO property_groups (object_type_id, name, label)
VALUES
    ('0-1', 'contactinformation', 'Contact information'),
    ('0-1', 'contact_activity', 'Contact activity'),
    ('0-2', 'companyinformation', 'Company information'),
    ('0-2', 'company_activity', 'Company activity');

-- Every type has these; they go into the group that is named after the type.
INSERT INTO property_definitions
    (object_type_id, name, label, type, field_type, group_name, is_read_only, is_defined)
SELECT object_types.id, seeds.name, seeds.label, seeds.type, seeds.field_type, object_types.singular || 'information',
    seeds.is_read_only, true
FROM object_types
CROSS JOIN (VALUES
    ('createdate', 'Create date', 'datetime', 'date', true),
    ('hs_lastmodifieddate', 'Object last modified date', 'datetime', 'date', true),
    ('hs_object_id', 'Record ID', 'number', 'number', true),
    ('hubspot_owner_id', 'Owner', 'string', 'text', false)
) AS seeds (name, label, type, field_type, is_read_only);

INSERT INTO property_definitions
    (object_type_id, name, label, type, field_type, group_name, is_unique, is_searchable, is_read_only, is_defined)
SELECT object_type_id, seeds.name, label, type, field_type, singular || 'information', is_unique, is_searchable,
    is_read_only, true
FROM (VALUES
    ('0-1', 'email', 'Email', 'string', 'text', true, false, false),
    ('0-1', 'firstname', 'First name', 'string', 'text', false, false, false),
    ('0-1', 'lastname', 'Last name', 'string', 'text', false, false, false),
    ('0-1', 'salutation', 'Salutation', 'string', 'text', false, false, false),
    ('0-1', 'jobtitle', 'Job title', 'string', 'text', false, false, false),
    ('0-1', 'company', 'Company name', 'string', 'text', false, false, false),
    ('0-1', 'website', 'Website URL', 'string', 'text', false, false, false),
    ('0-1', 'phone', 'Phone number', 'string', 'phonenumber', false, false, false),
    ('0-1', 'mobilephone', 'Mobile phone number', 'string', 'phonenumber', false, false, false),
    ('0-1', 'address', 'Street address', 'string', 'text', false, false, false),
    ('0-1', 'city', 'City', 'string', 'text', false, false, false),
    ('0-1', 'state', 'State/Region', 'string', 'text', false, false, false),
    ('0-1', 'zip', 'Postal code', 'string', 'text', false, false, false),
    ('0-1', 'country', 'Country/Region', 'string', 'text', false, false, false),
    ('0-1', 'industry', 'Industry', 'string', 'text', false, false, false),
    ('0-1', 'hs_language', 'Preferred language', 'string', 'text', false, false, false),
    ('0-1', 'hs_timezone', 'Time zone', 'string', 'text', false, false, false),
    ('0-1', 'message', 'Message', 'string', 'textarea', false, false, false),
    ('0-1', 'annualrevenue', 'Annual revenue', 'number', 'number', false, false, false),
    ('0-1', 'numberofemployees', 'Number of employees', 'number', 'number', false, false, false),
    ('0-1', 'hubspotscore', 'Score', 'number', 'number', false, false, false),
    ('0-1', 'hs_email_optout', 'Unsubscribed from all email', 'bool', 'booleancheckbox', false, false, false),
    ('0-1', 'birthday', 'Birthday', 'date', 'date', false, false, false),
    ('0-1', 'closedate', 'Close date', 'datetime', 'date', false, false, false),
    ('0-1', 'notes_last_contacted', 'Last contacted', 'datetime', 'date', false, false, false),
    ('0-1', 'lastmodifieddate', 'Last modified date', 'datetime', 'date', false, false, true),
    ('0-2', 'name', 'Company name', 'string', 'text', false, false, false),
    ('0-2', 'domain', 'Company domain name', 'string', 'text', false, true, false),
    ('0-2', 'website', 'Website URL', 'string', 'text', false, false, false),
    ('0-2', 'phone', 'Phone number', 'string', 'phonenumber', false, false, false),
    ('0-2', 'address', 'Street address', 'string', 'text', false, false, false),
    ('0-2', 'address2', 'Street address 2', 'string', 'text', false, false, false),
    ('0-2', 'city', 'City', 'string', 'text', false, false, false),
    ('0-2', 'state', 'State/Region', 'string', 'text', false, false, false),
    ('0-2', 'zip', 'Postal code', 'string', 'text', false, false, false),
    ('0-2', 'country', 'Country/Region', 'string', 'text', false, false, false),
    ('0-2', 'timezone', 'Time zone', 'string', 'text', false, false, false),
    ('0-2', 'description', 'Description', 'string', 'textarea', false, false, false),
    ('0-2', 'about_us', 'About us', 'string', 'textarea', false, false, false),
    ('0-2', 'founded_year', 'Year founded', 'string', 'text', false, false, false),
    ('0-2', 'linkedin_company_page', 'LinkedIn company page', 'string', 'text', false, false, false),
    ('0-2', 'annualrevenue', 'Annual revenue', 'number', 'number', false, false, false),
    ('0-2', 'numberofemployees', 'Number of employees', 'number', 'number', false, false, false),
    ('0-2', 'is_public', 'Is public', 'bool', 'booleancheckbox', false, false, false),
    ('0-2', 'closedate', 'Close date', 'datetime', 'date', false, false, false),
    ('0-2', 'notes_last_contacted', 'Last contacted', 'datetime', 'date', false, false, false)
) AS seeds (object_type_id, name, label, type, field_type, is_unique, is_searchable, is_read_only)
JOIN object_types ON object_types.id = seeds.object_type_id;

-- An option is `value=Label`, or a value alone whose label follows from it.
INSERT INTO property_definitions (object_type_id, name, label, type, field_type, group_name, is_defined, options)
SELECT object_type_id, seeds.name, label, 'enumeration', field_type, singular || 'information', true, (
    SELECT jsonb_agg(
        jsonb_build_object(
            'value', pair[1],
            'label', coalesce(pair[2], initcap(replace(pair[1], '_', ' '))),
            'displayOrder', n - 1,
            'hidden', false
        ) ORDER BY n
    )
    FROM regexp_split_to_table(options, ',') WITH ORDINALITY AS listed (text, n)
    CROSS JOIN LATERAL (SELECT string_to_array(listed.text, '=') AS pair) AS split
)
FROM (VALUES
    ('{0-1,0-2}'::text[], 'lifecyclestage', 'Lifecycle stage', 'radio',
     'subscriber=Subscriber,lead=Lead,marketingqualifiedlead=Marketing Qualified Lead,'
     'salesqualifiedlead=Sales Qualified Lead,opportunity=Opportunity,customer=Customer,evangelist=Evangelist,'
     'other=Other'),
    ('{0-1,0-2}', 'hs_lead_status', 'Lead status', 'radio',
     'NEW=New,OPEN=Open,IN_PROGRESS=In Progress,OPEN_DEAL=Open Deal,UNQUALIFIED=Unqualified,'
     'ATTEMPTED_TO_CONTACT=Attempted to Contact,CONNECTED=Connected,BAD_TIMING=Bad Timing'),
    ('{0-1}', 'hs_buying_role', 'Buying role', 'checkbox',
     'BLOCKER=Blocker,BUDGET_HOLDER=Budget Holder,CHAMPION=Champion,DECISION_MAKER=Decision Maker,'
     'END_USER=End User,EXECUTIVE_SPONSOR=Executive Sponsor,INFLUENCER=Influencer,'
     'LEGAL_AND_COMPLIANCE=Legal & Compliance,OTHER=Other'),
    ('{0-2}', 'type', 'Type', 'radio', 'PROSPECT,PARTNER,RESELLER,VENDOR,OTHER'),
    ('{0-2}', 'industry', 'Industry', 'select',
     'ACCOUNTING,AIRLINES_AVIATION,ALTERNATIVE_DISPUTE_RESOLUTION,ALTERNATIVE_MEDICINE,ANIMATION,APPAREL_FASHION,'
     'ARCHITECTURE_PLANNING,ARTS_AND_CRAFTS,AUTOMOTIVE,AVIATION_AEROSPACE,BANKING,BIOTECHNOLOGY,BROADCAST_MEDIA,'
     'BUILDING_MATERIALS,BUSINESS_SUPPLIES_AND_EQUIPMENT,CAPITAL_MARKETS,CHEMICALS,CIVIC_SOCIAL_ORGANIZATION,'
     'CIVIL_ENGINEERING,COMMERCIAL_REAL_ESTATE,COMPUTER_NETWORK_SECURITY,COMPUTER_GAMES,COMPUTER_HARDWARE,'
     'COMPUTER_NETWORKING,COMPUTER_SOFTWARE,INTERNET,CONSTRUCTION,CONSUMER_ELECTRONICS,CONSUMER_GOODS,'
     'CONSUMER_SERVICES,COSMETICS,DAIRY,DEFENSE_SPACE,DESIGN,EDUCATION_MANAGEMENT,E_LEARNING,'
     'ELECTRICAL_ELECTRONIC_MANUFACTURING,ENTERTAINMENT,ENVIRONMENTAL_SERVICES,EVENTS_SERVICES,EXECUTIVE_OFFICE,'
     'FACILITIES_SERVICES,FARMING,FINANCIAL_SERVICES,FINE_ART,FISHERY,FOOD_BEVERAGES,FOOD_PRODUCTION,FUND_RAISING,'
     'FURNITURE,GAMBLING_CASINOS,GLASS_CERAMICS_CONCRETE,GOVERNMENT_ADMINISTRATION,GOVERNMENT_RELATIONS,'
     'GRAPHIC_DESIGN,HEALTH_WELLNESS_AND_FITNESS,HIGHER_EDUCATION,HOSPITAL_HEALTH_CARE,HOSPITALITY,HUMAN_RESOURCES,'
     'IMPORT_AND_EXPORT,INDIVIDUAL_FAMILY_SERVICES,INDUSTRIAL_AUTOMATION,INFORMATION_SERVICES,'
     'INFORMATION_TECHNOLOGY_AND_SERVICES,INSURANCE,INTERNATIONAL_AFFAIRS,INTERNATIONAL_TRADE_AND_DEVELOPMENT,'
     'INVESTMENT_BANKING,INVESTMENT_MANAGEMENT,JUDICIARY,LAW_ENFORCEMENT,LAW_PRACTICE,LEGAL_SERVICES,'
     'LEGISLATIVE_OFFICE,LEISURE_TRAVEL_TOURISM,LIBRARIES,LOGISTICS_AND_SUPPLY_CHAIN,LUXURY_GOODS_JEWELRY,MACHINERY,'
     'MANAGEMENT_CONSULTING,MARITIME,MARKET_RESEARCH,MARKETING_AND_ADVERTISING,MECHANICAL_OR_INDUSTRIAL_ENGINEERING,'
     'MEDIA_PRODUCTION,MEDICAL_DEVICES,MEDICAL_PRACTICE,MENTAL_HEALTH_CARE,MILITARY,MINING_METALS,'
     'MOTION_PICTURES_AND_FILM,MUSEUMS_AND_INSTITUTIONS,MUSIC,NANOTECHNOLOGY,NEWSPAPERS,'
     'NON_PROFIT_ORGANIZATION_MANAGEMENT,OIL_ENERGY,ONLINE_MEDIA,OUTSOURCING_OFFSHORING,PACKAGE_FREIGHT_DELIVERY,'
     'PACKAGING_AND_CONTAINERS,PAPER_FOREST_PRODUCTS,PERFORMING_ARTS,PHARMACEUTICALS,PHILANTHROPY,PHOTOGRAPHY,'
     'PLASTICS,POLITICAL_ORGANIZATION,PRIMARY_SECONDARY_EDUCATION,PRINTING,PROFESSIONAL_TRAINING_COACHING,'
     'PROGRAM_DEVELOPMENT,PUBLIC_POLICY,PUBLIC_RELATIONS_AND_COMMUNICATIONS,PUBLIC_SAFETY,PUBLISHING,'
     'RAILROAD_MANUFACTURE,RANCHING,REAL_ESTATE,RECREATIONAL_FACILITIES_AND_SERVICES,RELIGIOUS_INSTITUTIONS,'
     'RENEWABLES_ENVIRONMENT,RESEARCH,RESTAURANTS,RETAIL,SECURITY_AND_INVESTIGATIONS,SEMICONDUCTORS,SHIPBUILDING,'
     'SPORTING_GOODS,SPORTS,STAFFING_AND_RECRUITING,SUPERMARKETS,TELECOMMUNICATIONS,TEXTILES,THINK_TANKS,TOBACCO,'
     'TRANSLATION_AND_LOCALIZATION,TRANSPORTATION_TRUCKING_RAILROAD,UTILITIES,VENTURE_CAPITAL_PRIVATE_EQUITY,'
     'VETERINARY,WAREHOUSING,WHOLESALE,WINE_AND_SPIRITS,WIRELESS,WRITING_AND_EDITING')
) AS seeds (object_type_ids, name, label, field_type, options)
CROSS JOIN LATERAL unnest(object_type_ids) AS of_type (object_type_id)
JOIN object_types ON object_types.id = of_type.object_type_id;
