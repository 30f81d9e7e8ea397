-- Who is calling: staff with roles, customers with addresses, and their sessions.

CREATE TABLE roles (
    shop_id     uuid        NOT NULL CONSTRAINT roles_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    code        text        NOT NULL CONSTRAINT roles_code_check CHECK (code ~ '^[a-z][a-z0-9-]{1,40}$'),
    name        text        NOT NULL CONSTRAINT roles_name_check CHECK (length(name) BETWEEN 1 AND 200),
    permissions text[]      NOT NULL,
    CONSTRAINT roles_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT roles_code_key UNIQUE (shop_id, code)
);
ALTER TABLE roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE roles FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON roles
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON roles TO shophouse_app;

CREATE TABLE staff (
    shop_id         uuid        NOT NULL CONSTRAINT staff_shop_fkey REFERENCES shops (id),
    id              uuid        NOT NULL,
    role_id         uuid        NOT NULL,
    name            text        NOT NULL CONSTRAINT staff_name_check CHECK (length(name) BETWEEN 1 AND 200),
    email           text        NOT NULL CONSTRAINT staff_email_check CHECK (length(email) <= 254 AND email = lower(email)),
    phone           text                 CONSTRAINT staff_phone_check CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    password_hash   text        NOT NULL,
    status          smallint    NOT NULL DEFAULT 1 CONSTRAINT staff_status_check CHECK (status IN (1, 0, -2)),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT staff_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT staff_role_fkey FOREIGN KEY (shop_id, role_id) REFERENCES roles (shop_id, id)
);
CREATE UNIQUE INDEX staff_email_key ON staff (shop_id, email) WHERE status <> -2;
CREATE INDEX staff_role_idx ON staff (shop_id, role_id);
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE staff FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON staff
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON staff TO shophouse_app;

CREATE TABLE customers (
    shop_id         uuid        NOT NULL CONSTRAINT customers_shop_fkey REFERENCES shops (id),
    id              uuid        NOT NULL,
    number          bigint      NOT NULL,
    name            text        NOT NULL CONSTRAINT customers_name_check CHECK (length(name) BETWEEN 1 AND 200),
    email           text                 CONSTRAINT customers_email_check CHECK (length(email) <= 254 AND email = lower(email)),
    -- E.164
    phone           text                 CONSTRAINT customers_phone_check CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    password_hash   text        NOT NULL,
    status          smallint    NOT NULL DEFAULT 1 CONSTRAINT customers_status_check CHECK (status IN (1, 0, -2)),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT customers_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT customers_number_key UNIQUE (shop_id, number),
    CONSTRAINT customers_contact_check CHECK (email IS NOT NULL OR phone IS NOT NULL)
);
CREATE UNIQUE INDEX customers_email_key ON customers (shop_id, email) WHERE status <> -2;
CREATE UNIQUE INDEX customers_phone_key ON customers (shop_id, phone) WHERE status <> -2;
CREATE INDEX customers_created_idx ON customers (shop_id, created_at DESC, id DESC);
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON customers
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO shophouse_app;

CREATE TABLE customer_addresses (
    shop_id     uuid        NOT NULL CONSTRAINT customer_addresses_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    customer_id uuid        NOT NULL,
    name        text        NOT NULL CONSTRAINT customer_addresses_name_check CHECK (length(name) BETWEEN 1 AND 200),
    phone       text        NOT NULL CONSTRAINT customer_addresses_phone_check CHECK (length(phone) BETWEEN 6 AND 20),
    line1       text        NOT NULL CONSTRAINT customer_addresses_line1_check CHECK (length(line1) BETWEEN 1 AND 300),
    ward        text        NOT NULL DEFAULT '' CONSTRAINT customer_addresses_ward_check CHECK (length(ward) <= 200),
    district    text        NOT NULL DEFAULT '' CONSTRAINT customer_addresses_district_check CHECK (length(district) <= 200),
    province    text        NOT NULL CONSTRAINT customer_addresses_province_check CHECK (length(province) BETWEEN 1 AND 200),
    country     text        NOT NULL CONSTRAINT customer_addresses_country_check CHECK (country ~ '^[A-Z]{2}$'),
    is_default  boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT customer_addresses_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT customer_addresses_customer_fkey FOREIGN KEY (shop_id, customer_id) REFERENCES customers (shop_id, id)
);
CREATE INDEX customer_addresses_customer_idx ON customer_addresses (shop_id, customer_id);
ALTER TABLE customer_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON customer_addresses
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON customer_addresses TO shophouse_app;

-- A signed-in device. A refresh token names its session and a generation and is authenticated by a keyed hash, so none is
-- stored here; one of an earlier generation is a token used twice, and ends the session.
CREATE TABLE sessions (
    shop_id     uuid        NOT NULL CONSTRAINT sessions_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    staff_id    uuid,
    customer_id uuid,
    -- token: an API client with access and refresh tokens; browser: a cookie on the shop's own pages
    kind        text        NOT NULL CONSTRAINT sessions_kind_check CHECK (kind IN ('token', 'browser')),
    generation  integer     NOT NULL DEFAULT 0 CONSTRAINT sessions_generation_check CHECK (generation >= 0),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT sessions_staff_fkey FOREIGN KEY (shop_id, staff_id) REFERENCES staff (shop_id, id),
    CONSTRAINT sessions_customer_fkey FOREIGN KEY (shop_id, customer_id) REFERENCES customers (shop_id, id),
    CONSTRAINT sessions_actor_check CHECK ((staff_id IS NULL) <> (customer_id IS NULL))
);
CREATE INDEX sessions_staff_idx ON sessions (shop_id, staff_id);
CREATE INDEX sessions_customer_idx ON sessions (shop_id, customer_id);
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON sessions
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO shophouse_app;

