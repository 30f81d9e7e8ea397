-- Carts (the copy that survives Redis), orders, their lines and their timeline.

CREATE TABLE carts (
    shop_id        uuid        NOT NULL CONSTRAINT carts_shop_fkey REFERENCES shops (id),
    customer_id    uuid        NOT NULL,
    version        bigint      NOT NULL CONSTRAINT carts_version_check CHECK (version >= 0),
    -- The cart was bought up to this version: a copy in Redis that is not newer is empty.
    bought_version bigint      NOT NULL DEFAULT 0 CONSTRAINT carts_bought_version_check CHECK (bought_version >= 0),
    -- {"variant id": quantity}
    lines          jsonb       NOT NULL,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT carts_pkey PRIMARY KEY (shop_id, customer_id),
    CONSTRAINT carts_customer_fkey FOREIGN KEY (shop_id, customer_id) REFERENCES customers (shop_id, id)
);
ALTER TABLE carts ENABLE ROW LEVEL SECURITY;
ALTER TABLE carts FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON carts
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON carts TO shophouse_app;

CREATE TABLE orders (
    shop_id         uuid        NOT NULL CONSTRAINT orders_shop_fkey REFERENCES shops (id),
    id              uuid        NOT NULL,
    number          bigint      NOT NULL,
    customer_id     uuid        NOT NULL,
    status          text        NOT NULL CONSTRAINT orders_status_check
                                CHECK (status IN ('pending', 'confirmed', 'shipping', 'completed', 'cancelled', 'returned')),
    payment_status  text        NOT NULL CONSTRAINT orders_payment_status_check
                                CHECK (payment_status IN ('unpaid', 'authorized', 'paid', 'partly_refunded', 'refunded')),
    payment_method  text        NOT NULL CONSTRAINT orders_payment_method_check
                                CHECK (payment_method IN ('cod', 'bank_transfer', 'stripe', 'vnpay', 'momo', 'zalopay')),
    currency        text        NOT NULL CONSTRAINT orders_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    subtotal        bigint      NOT NULL CONSTRAINT orders_subtotal_check CHECK (subtotal >= 0),
    discount_total  bigint      NOT NULL CONSTRAINT orders_discount_total_check CHECK (discount_total >= 0),
    shipping_total  bigint      NOT NULL CONSTRAINT orders_shipping_total_check CHECK (shipping_total >= 0),
    tax_total       bigint      NOT NULL CONSTRAINT orders_tax_total_check CHECK (tax_total >= 0),
    total           bigint      NOT NULL,
    -- {name, phone, line1, ward, district, province, country}: as written on the parcel, a snapshot
    shipping_address jsonb      NOT NULL,
    note            text        NOT NULL DEFAULT '' CONSTRAINT orders_note_check CHECK (length(note) <= 1000),
    -- name and phone without marks, number: what the back office's search box is matched against
    search_text     text        NOT NULL DEFAULT '',
    cancel_reason   text        CONSTRAINT orders_cancel_reason_check CHECK (length(cancel_reason) <= 300),
    placed_at       timestamptz NOT NULL,
    cancelled_at    timestamptz,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT orders_number_key UNIQUE (shop_id, number),
    CONSTRAINT orders_customer_fkey FOREIGN KEY (shop_id, customer_id) REFERENCES customers (shop_id, id),
    CONSTRAINT orders_total_check CHECK (total = subtotal - discount_total + shipping_total + tax_total AND total >= 0),
    CONSTRAINT orders_cancelled_check CHECK ((cancelled_at IS NOT NULL) = (status = 'cancelled'))
);
CREATE INDEX orders_placed_idx ON orders (shop_id, placed_at DESC, id DESC);
CREATE INDEX orders_status_idx ON orders (shop_id, status, placed_at DESC, id DESC);
CREATE INDEX orders_customer_idx ON orders (shop_id, customer_id, placed_at DESC, id DESC);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON orders
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE ON orders TO shophouse_app;

-- What was sold, as it was when it was sold: a snapshot, not a join.
CREATE TABLE order_lines (
    shop_id      uuid        NOT NULL CONSTRAINT order_lines_shop_fkey REFERENCES shops (id),
    order_id     uuid        NOT NULL,
    position     integer     NOT NULL,
    variant_id   uuid        NOT NULL,
    product_id   uuid        NOT NULL,
    product_name text        NOT NULL,
    product_slug text        NOT NULL,
    sku          text        NOT NULL,
    -- [["Màu", "Đỏ"], ["Cỡ", "M"]]
    options      jsonb       NOT NULL,
    media_key    text,
    quantity     bigint      NOT NULL CONSTRAINT order_lines_quantity_check CHECK (quantity BETWEEN 1 AND 1000000),
    unit_price   bigint      NOT NULL CONSTRAINT order_lines_unit_price_check CHECK (unit_price >= 0),
    line_total   bigint      NOT NULL,
    CONSTRAINT order_lines_pkey PRIMARY KEY (shop_id, order_id, position),
    CONSTRAINT order_lines_variant_key UNIQUE (shop_id, order_id, variant_id),
    CONSTRAINT order_lines_order_fkey FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id),
    CONSTRAINT order_lines_variant_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, id),
    CONSTRAINT order_lines_product_fkey FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
    CONSTRAINT order_lines_total_check CHECK (line_total = quantity * unit_price)
);
CREATE INDEX order_lines_variant_idx ON order_lines (shop_id, variant_id);
CREATE INDEX order_lines_product_idx ON order_lines (shop_id, product_id);
ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON order_lines
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT ON order_lines TO shophouse_app;

CREATE TABLE order_timeline (
    shop_id     uuid        NOT NULL CONSTRAINT order_timeline_shop_fkey REFERENCES shops (id),
    order_id    uuid        NOT NULL,
    position    integer     NOT NULL,
    kind        text        NOT NULL CONSTRAINT order_timeline_kind_check CHECK (kind IN ('placed', 'status_changed', 'cancelled', 'payment', 'note')),
    status      text,
    actor_kind  text        NOT NULL CONSTRAINT order_timeline_actor_kind_check CHECK (actor_kind IN ('staff', 'customer', 'system')),
    actor_id    uuid,
    -- The name as it was then: staff come and go, the timeline stays readable.
    actor_name  text        NOT NULL,
    note        text        NOT NULL DEFAULT '' CONSTRAINT order_timeline_note_check CHECK (length(note) <= 1000),
    created_at  timestamptz NOT NULL,
    CONSTRAINT order_timeline_pkey PRIMARY KEY (shop_id, order_id, position),
    CONSTRAINT order_timeline_order_fkey FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id)
);
ALTER TABLE order_timeline ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_timeline FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON order_timeline
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT ON order_timeline TO shophouse_app;

