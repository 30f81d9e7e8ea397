-- The shop's branches. Every shop has one default location from its first minute: goods lie somewhere.

CREATE TABLE locations (
    shop_id     uuid        NOT NULL CONSTRAINT locations_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    code        text        NOT NULL CONSTRAINT locations_code_check CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    name        text        NOT NULL CONSTRAINT locations_name_check CHECK (length(name) BETWEEN 1 AND 200),
    line1       text        NOT NULL DEFAULT '' CONSTRAINT locations_line1_check CHECK (length(line1) <= 300),
    ward        text        NOT NULL DEFAULT '' CONSTRAINT locations_ward_check CHECK (length(ward) <= 200),
    province    text        NOT NULL DEFAULT '' CONSTRAINT locations_province_check CHECK (length(province) <= 200),
    country     text        NOT NULL DEFAULT 'VN' CONSTRAINT locations_country_check CHECK (country ~ '^[A-Z]{2}$'),
    phone       text        NOT NULL DEFAULT '' CONSTRAINT locations_phone_check CHECK (length(phone) <= 20),
    latitude    double precision CONSTRAINT locations_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    longitude   double precision CONSTRAINT locations_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    -- OpenStreetMap opening_hours syntax, e.g. Mo-Su 08:30-21:30
    hours       text        NOT NULL DEFAULT '' CONSTRAINT locations_hours_check CHECK (length(hours) <= 200),
    is_default  boolean     NOT NULL DEFAULT false,
    status      smallint    NOT NULL DEFAULT 1 CONSTRAINT locations_status_check CHECK (status IN (1, 0, -2)),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT locations_pkey PRIMARY KEY (shop_id, id)
);
CREATE UNIQUE INDEX locations_code_key ON locations (shop_id, code) WHERE status <> -2;
CREATE UNIQUE INDEX locations_default_key ON locations (shop_id) WHERE is_default AND status <> -2;
ALTER TABLE locations ENABLE ROW LEVEL SECURITY;
ALTER TABLE locations FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON locations
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON locations TO shophouse_app;

