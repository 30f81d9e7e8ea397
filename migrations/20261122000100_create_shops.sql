-- The street itself: which shops there are. No row-level security here: a shop is found by its host
-- before anybody knows which shop is asked for. What is private to a shop lives in its own tables.

-- Every login that serves requests is a member of this group role (or is it, on private servers). It owns nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shophouse_app') THEN
        CREATE ROLE shophouse_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO shophouse_app;

CREATE TABLE plans (
    code         text        NOT NULL CONSTRAINT plans_pkey PRIMARY KEY
                             CONSTRAINT plans_code_check CHECK (code ~ '^[a-z][a-z0-9-]{1,30}$'),
    name         text        NOT NULL CONSTRAINT plans_name_check CHECK (length(name) BETWEEN 1 AND 100),
    price        bigint      NOT NULL CONSTRAINT plans_price_check CHECK (price >= 0),
    currency     text        NOT NULL CONSTRAINT plans_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    position     integer     NOT NULL
);
GRANT SELECT ON plans TO shophouse_app;
INSERT INTO plans (code, name, price, currency, position) VALUES ('free', 'Free', 0, 'VND', 1);

CREATE TABLE shops (
    id              uuid        NOT NULL CONSTRAINT shops_pkey PRIMARY KEY,
    handle          text        NOT NULL CONSTRAINT shops_handle_check CHECK (handle ~ '^[a-z0-9]([a-z0-9-]{1,38}[a-z0-9])$'),
    name            text        NOT NULL CONSTRAINT shops_name_check CHECK (length(name) BETWEEN 1 AND 200),
    currency        text        NOT NULL CONSTRAINT shops_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    locale          text        NOT NULL CONSTRAINT shops_locale_check CHECK (locale IN ('vi', 'en')),
    -- 1 active, 0 suspended, -2 deleted
    status          smallint    NOT NULL DEFAULT 1 CONSTRAINT shops_status_check CHECK (status IN (1, 0, -2)),
    plan            text        NOT NULL DEFAULT 'free' CONSTRAINT shops_plan_fkey REFERENCES plans (code),
    -- Names the shop to the storefront API on the base host. Public by design: it opens nothing that a visitor cannot see.
    publishable_key text        NOT NULL CONSTRAINT shops_publishable_key_key UNIQUE
                                CONSTRAINT shops_publishable_key_check CHECK (publishable_key ~ '^pk_[A-Za-z0-9]{24,64}$'),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT shops_handle_key UNIQUE (handle)
);
GRANT SELECT, INSERT, UPDATE ON shops TO shophouse_app;
