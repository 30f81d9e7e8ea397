-- What every slice leans on: a shop's settings, its counters, its numbered event log, and remembered answers.

CREATE TABLE shop_settings (
    shop_id     uuid        NOT NULL CONSTRAINT shop_settings_pkey PRIMARY KEY
                            CONSTRAINT shop_settings_shop_fkey REFERENCES shops (id),
    tagline     text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_tagline_check CHECK (length(tagline) <= 200),
    about       text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_about_check CHECK (length(about) <= 5000),
    email       text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_email_check CHECK (length(email) <= 254),
    phone       text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_phone_check CHECK (length(phone) <= 20),
    address     text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_address_check CHECK (length(address) <= 500),
    accent      text        NOT NULL DEFAULT '#0B6E5F' CONSTRAINT shop_settings_accent_check CHECK (accent ~ '^#[0-9A-Fa-f]{6}$'),
    -- Keys of files in the shop's media folder; empty: none.
    logo        text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_logo_check CHECK (length(logo) <= 200),
    hero_image  text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_hero_image_check CHECK (length(hero_image) <= 200),
    hero_title  text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_hero_title_check CHECK (length(hero_title) <= 200),
    hero_text   text        NOT NULL DEFAULT '' CONSTRAINT shop_settings_hero_text_check CHECK (length(hero_text) <= 500),
    updated_at  timestamptz NOT NULL
);
ALTER TABLE shop_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON shop_settings
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE ON shop_settings TO shophouse_app;

-- One row a series: order, customer, receipt, event. Taken inside the transaction that uses the number,
-- so a series has no gaps and no number twice. Always locked after every other row (see shop_events).
CREATE TABLE counters (
    shop_id     uuid        NOT NULL CONSTRAINT counters_shop_fkey REFERENCES shops (id),
    kind        text        NOT NULL CONSTRAINT counters_kind_check CHECK (kind IN ('order', 'customer', 'receipt', 'event')),
    value       bigint      NOT NULL CONSTRAINT counters_value_check CHECK (value >= 0),
    CONSTRAINT counters_pkey PRIMARY KEY (shop_id, kind)
);
ALTER TABLE counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE counters FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON counters
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE ON counters TO shophouse_app;

-- The shop's numbered event log: what happened, in order, without gaps. Append-only.
CREATE TABLE shop_events (
    shop_id     uuid        NOT NULL CONSTRAINT shop_events_shop_fkey REFERENCES shops (id),
    seq         bigint      NOT NULL CONSTRAINT shop_events_seq_check CHECK (seq > 0),
    kind        text        NOT NULL CONSTRAINT shop_events_kind_check CHECK (kind ~ '^[a-z_]+\.[a-z_]+$' AND length(kind) <= 60),
    subject_id  uuid        NOT NULL,
    -- Ids, numbers and states only; never a name, an address, a code or a token.
    payload     jsonb       NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT shop_events_pkey PRIMARY KEY (shop_id, seq)
);
ALTER TABLE shop_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop_events FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON shop_events
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT ON shop_events TO shophouse_app;

-- Answers to requests that carried an Idempotency-Key and were carried out. A refused request leaves nothing here.
CREATE TABLE idempotency_keys (
    shop_id     uuid        NOT NULL CONSTRAINT idempotency_keys_shop_fkey REFERENCES shops (id),
    actor       text        NOT NULL CONSTRAINT idempotency_keys_actor_check CHECK (length(actor) <= 60),
    route       text        NOT NULL CONSTRAINT idempotency_keys_route_check CHECK (length(route) <= 200),
    key         text        NOT NULL CONSTRAINT idempotency_keys_key_check CHECK (length(key) BETWEEN 1 AND 255),
    body_hash   bytea       NOT NULL CONSTRAINT idempotency_keys_body_hash_check CHECK (length(body_hash) = 32),
    status      smallint,
    body        bytea,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (shop_id, actor, route, key)
);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON idempotency_keys
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO shophouse_app;

