-- Money received for an order, each sum once and for good. The payments slice adds attempts, captures and refunds beside it.

CREATE TABLE order_payments (
    shop_id     uuid        NOT NULL CONSTRAINT order_payments_shop_fkey REFERENCES shops (id),
    order_id    uuid        NOT NULL,
    position    integer     NOT NULL,
    amount      bigint      NOT NULL CONSTRAINT order_payments_amount_check CHECK (amount > 0),
    method      text        NOT NULL CONSTRAINT order_payments_method_check
                            CHECK (method IN ('cod', 'bank_transfer', 'stripe', 'vnpay', 'momo', 'zalopay')),
    note        text        NOT NULL DEFAULT '' CONSTRAINT order_payments_note_check CHECK (length(note) <= 1000),
    actor_kind  text        NOT NULL CONSTRAINT order_payments_actor_kind_check CHECK (actor_kind IN ('staff', 'customer', 'system')),
    actor_id    uuid,
    created_at  timestamptz NOT NULL,
    CONSTRAINT order_payments_pkey PRIMARY KEY (shop_id, order_id, position),
    CONSTRAINT order_payments_order_fkey FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id)
);
ALTER TABLE order_payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_payments FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON order_payments
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT ON order_payments TO shophouse_app;

-- A timeline says what happened, in the past tense, as events do.
ALTER TABLE order_timeline
    DROP CONSTRAINT order_timeline_kind_check,
    ADD CONSTRAINT order_timeline_kind_check
        CHECK (kind IN ('placed', 'status_changed', 'cancelled', 'payment_received', 'note'));

-- Each line of a cart knows the cart's version it was set at: what was bought is told from what was put in since.
COMMENT ON COLUMN carts.lines IS '{"variant id": [quantity, version it was set at, version it came in at]}';
COMMENT ON COLUMN carts.bought_version IS 'Lines set at this version or before were bought: wherever they turn up again, they are gone.';
