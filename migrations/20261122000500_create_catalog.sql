-- What the shop sells. Deleting sets status -2 and frees slug and SKU; partial unique indexes hold what is left.

CREATE TABLE categories (
    shop_id     uuid        NOT NULL CONSTRAINT categories_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    slug        text        NOT NULL CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 200),
    name        text        NOT NULL CONSTRAINT categories_name_check CHECK (length(name) BETWEEN 1 AND 200),
    parent_id   uuid,
    position    integer     NOT NULL DEFAULT 0,
    -- 1 active, 0 hidden, -2 deleted
    status      smallint    NOT NULL DEFAULT 1 CONSTRAINT categories_status_check CHECK (status IN (1, 0, -2)),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT categories_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT categories_parent_fkey FOREIGN KEY (shop_id, parent_id) REFERENCES categories (shop_id, id),
    CONSTRAINT categories_parent_check CHECK (parent_id <> id)
);
CREATE UNIQUE INDEX categories_slug_key ON categories (shop_id, slug) WHERE status <> -2;
CREATE INDEX categories_parent_idx ON categories (shop_id, parent_id);
ALTER TABLE categories ENABLE ROW LEVEL SECURITY;
ALTER TABLE categories FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON categories
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON categories TO shophouse_app;

CREATE TABLE brands (
    shop_id     uuid        NOT NULL CONSTRAINT brands_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    slug        text        NOT NULL CONSTRAINT brands_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 200),
    name        text        NOT NULL CONSTRAINT brands_name_check CHECK (length(name) BETWEEN 1 AND 200),
    -- 1 active, 0 hidden, -2 deleted
    status      smallint    NOT NULL DEFAULT 1 CONSTRAINT brands_status_check CHECK (status IN (1, 0, -2)),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT brands_pkey PRIMARY KEY (shop_id, id)
);
CREATE UNIQUE INDEX brands_slug_key ON brands (shop_id, slug) WHERE status <> -2;
ALTER TABLE brands ENABLE ROW LEVEL SECURITY;
ALTER TABLE brands FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON brands
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON brands TO shophouse_app;

CREATE TABLE suppliers (
    shop_id     uuid        NOT NULL CONSTRAINT suppliers_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    name        text        NOT NULL CONSTRAINT suppliers_name_check CHECK (length(name) BETWEEN 1 AND 200),
    -- The merchant's own short name for it; free text, unique while it lives.
    code        text        NOT NULL CONSTRAINT suppliers_code_check CHECK (length(code) BETWEEN 1 AND 60),
    email       text        NOT NULL DEFAULT '' CONSTRAINT suppliers_email_check CHECK (length(email) <= 254),
    phone       text        NOT NULL DEFAULT '' CONSTRAINT suppliers_phone_check CHECK (length(phone) <= 20),
    address     text        NOT NULL DEFAULT '' CONSTRAINT suppliers_address_check CHECK (length(address) <= 500),
    -- 1 active, 0 hidden, -2 deleted
    status      smallint    NOT NULL DEFAULT 1 CONSTRAINT suppliers_status_check CHECK (status IN (1, 0, -2)),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT suppliers_pkey PRIMARY KEY (shop_id, id)
);
CREATE UNIQUE INDEX suppliers_code_key ON suppliers (shop_id, code) WHERE status <> -2;
ALTER TABLE suppliers ENABLE ROW LEVEL SECURITY;
ALTER TABLE suppliers FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON suppliers
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON suppliers TO shophouse_app;

CREATE TABLE products (
    shop_id     uuid        NOT NULL CONSTRAINT products_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    slug        text        NOT NULL CONSTRAINT products_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 200),
    name        text        NOT NULL CONSTRAINT products_name_check CHECK (length(name) BETWEEN 1 AND 200),
    description text        NOT NULL DEFAULT '' CONSTRAINT products_description_check CHECK (length(description) <= 20000),
    category_id uuid,
    brand_id    uuid,
    supplier_id uuid,
    -- [{"name": "Màu", "values": ["Đỏ", "Xanh"]}], in the order a shopper picks
    options     jsonb       NOT NULL DEFAULT '[]',
    -- name, brand, category and SKUs, lower-case without marks: what a search without marks is matched against
    search_text text        NOT NULL DEFAULT '',
    deleted_at  timestamptz,
    -- 1 active, 0 hidden, -2 deleted
    status      smallint    NOT NULL DEFAULT 1 CONSTRAINT products_status_check CHECK (status IN (1, 0, -2)),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT products_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT products_category_fkey FOREIGN KEY (shop_id, category_id) REFERENCES categories (shop_id, id),
    CONSTRAINT products_brand_fkey FOREIGN KEY (shop_id, brand_id) REFERENCES brands (shop_id, id),
    CONSTRAINT products_supplier_fkey FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id),
    CONSTRAINT products_deleted_check CHECK ((deleted_at IS NOT NULL) = (status = -2))
);
CREATE UNIQUE INDEX products_slug_key ON products (shop_id, slug) WHERE status <> -2;
CREATE INDEX products_created_idx ON products (shop_id, status, created_at DESC, id DESC);
CREATE INDEX products_name_idx ON products (shop_id, status, name, id);
CREATE INDEX products_category_idx ON products (shop_id, category_id, status, created_at DESC, id DESC);
CREATE INDEX products_brand_idx ON products (shop_id, brand_id);
CREATE INDEX products_supplier_idx ON products (shop_id, supplier_id);
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON products
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON products TO shophouse_app;

CREATE TABLE product_images (
    shop_id     uuid        NOT NULL CONSTRAINT product_images_shop_fkey REFERENCES shops (id),
    id          uuid        NOT NULL,
    product_id  uuid        NOT NULL,
    -- Key of the file in the shop's media folder.
    media_key   text        NOT NULL CONSTRAINT product_images_media_key_check CHECK (length(media_key) BETWEEN 1 AND 200),
    alt         text        NOT NULL DEFAULT '' CONSTRAINT product_images_alt_check CHECK (length(alt) <= 300),
    width       integer     NOT NULL CONSTRAINT product_images_width_check CHECK (width > 0),
    height      integer     NOT NULL CONSTRAINT product_images_height_check CHECK (height > 0),
    position    integer     NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT product_images_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT product_images_product_fkey FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
);
CREATE INDEX product_images_product_idx ON product_images (shop_id, product_id, position);
ALTER TABLE product_images ENABLE ROW LEVEL SECURITY;
ALTER TABLE product_images FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON product_images
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON product_images TO shophouse_app;

CREATE TABLE variants (
    shop_id          uuid        NOT NULL CONSTRAINT variants_shop_fkey REFERENCES shops (id),
    id               uuid        NOT NULL,
    product_id       uuid        NOT NULL,
    sku              text        NOT NULL CONSTRAINT variants_sku_check CHECK (length(sku) BETWEEN 1 AND 64),
    barcode          text        NOT NULL DEFAULT '' CONSTRAINT variants_barcode_check CHECK (length(barcode) <= 64),
    -- One value for each of the product's options, in their order; empty for a product without options.
    option_values    text[]      NOT NULL DEFAULT '{}',
    -- Minor units of the shop's currency.
    price            bigint      NOT NULL CONSTRAINT variants_price_check CHECK (price BETWEEN 0 AND 1000000000000),
    compare_at_price bigint      CONSTRAINT variants_compare_at_price_check CHECK (compare_at_price BETWEEN 0 AND 1000000000000),
    cost             bigint      CONSTRAINT variants_cost_check CHECK (cost BETWEEN 0 AND 1000000000000),
    weight_g         integer     CONSTRAINT variants_weight_g_check CHECK (weight_g BETWEEN 0 AND 10000000),
    position         integer     NOT NULL DEFAULT 0,
    status           smallint    NOT NULL DEFAULT 1 CONSTRAINT variants_status_check CHECK (status IN (1, -2)),
    -- Set together with the product's own when the product is deleted, so that restoring brings back just these.
    deleted_at       timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT variants_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT variants_product_fkey FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
    CONSTRAINT variants_deleted_check CHECK ((deleted_at IS NOT NULL) = (status = -2))
);
CREATE UNIQUE INDEX variants_sku_key ON variants (shop_id, sku) WHERE status <> -2;
CREATE UNIQUE INDEX variants_options_key ON variants (shop_id, product_id, option_values) WHERE status <> -2;
CREATE INDEX variants_product_idx ON variants (shop_id, product_id, position);
ALTER TABLE variants ENABLE ROW LEVEL SECURITY;
ALTER TABLE variants FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON variants
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON variants TO shophouse_app;

