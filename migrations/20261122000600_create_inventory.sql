-- The truth about stock. The row's own CHECK is the last word: nothing sold that was not there, in any race.

CREATE TABLE stock (
    shop_id     uuid        NOT NULL CONSTRAINT stock_shop_fkey REFERENCES shops (id),
    variant_id  uuid        NOT NULL,
    on_hand     bigint      NOT NULL DEFAULT 0,
    reserved    bigint      NOT NULL DEFAULT 0,
    -- Grows by one with every change; the Redis gate's copy carries it.
    version     bigint      NOT NULL DEFAULT 0,
    CONSTRAINT stock_pkey PRIMARY KEY (shop_id, variant_id),
    CONSTRAINT stock_variant_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, id),
    CONSTRAINT stock_reserved_check CHECK (reserved BETWEEN 0 AND on_hand),
    CONSTRAINT stock_on_hand_check CHECK (on_hand <= 1000000000)
);
ALTER TABLE stock ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON stock
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE ON stock TO shophouse_app;

-- Where the goods lie. The rows of a variant add up to stock.on_hand.
CREATE TABLE stock_locations (
    shop_id     uuid        NOT NULL CONSTRAINT stock_locations_shop_fkey REFERENCES shops (id),
    variant_id  uuid        NOT NULL,
    location_id uuid        NOT NULL,
    on_hand     bigint      NOT NULL CONSTRAINT stock_locations_on_hand_check CHECK (on_hand >= 0),
    CONSTRAINT stock_locations_pkey PRIMARY KEY (shop_id, variant_id, location_id),
    CONSTRAINT stock_locations_variant_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, id),
    CONSTRAINT stock_locations_location_fkey FOREIGN KEY (shop_id, location_id) REFERENCES locations (shop_id, id)
);
CREATE INDEX stock_locations_location_idx ON stock_locations (shop_id, location_id);
ALTER TABLE stock_locations ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_locations FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON stock_locations
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE ON stock_locations TO shophouse_app;

CREATE TABLE receipts (
    shop_id      uuid        NOT NULL CONSTRAINT receipts_shop_fkey REFERENCES shops (id),
    id           uuid        NOT NULL,
    number       bigint      NOT NULL,
    status       text        NOT NULL CONSTRAINT receipts_status_check CHECK (status IN ('draft', 'completed')),
    supplier_id  uuid,
    location_id  uuid        NOT NULL,
    reference    text        NOT NULL DEFAULT '' CONSTRAINT receipts_reference_check CHECK (length(reference) <= 200),
    created_at   timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT receipts_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT receipts_number_key UNIQUE (shop_id, number),
    CONSTRAINT receipts_supplier_fkey FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id),
    CONSTRAINT receipts_location_fkey FOREIGN KEY (shop_id, location_id) REFERENCES locations (shop_id, id),
    CONSTRAINT receipts_completed_check CHECK ((completed_at IS NOT NULL) = (status = 'completed'))
);
CREATE INDEX receipts_created_idx ON receipts (shop_id, created_at DESC, id DESC);
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON receipts
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON receipts TO shophouse_app;

CREATE TABLE receipt_lines (
    shop_id     uuid        NOT NULL CONSTRAINT receipt_lines_shop_fkey REFERENCES shops (id),
    receipt_id  uuid        NOT NULL,
    position    integer     NOT NULL,
    variant_id  uuid        NOT NULL,
    quantity    bigint      NOT NULL CONSTRAINT receipt_lines_quantity_check CHECK (quantity BETWEEN 1 AND 1000000),
    unit_cost   bigint      CONSTRAINT receipt_lines_unit_cost_check CHECK (unit_cost BETWEEN 0 AND 1000000000000),
    CONSTRAINT receipt_lines_pkey PRIMARY KEY (shop_id, receipt_id, position),
    CONSTRAINT receipt_lines_receipt_fkey FOREIGN KEY (shop_id, receipt_id) REFERENCES receipts (shop_id, id),
    CONSTRAINT receipt_lines_variant_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, id)
);
CREATE INDEX receipt_lines_variant_idx ON receipt_lines (shop_id, variant_id);
ALTER TABLE receipt_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON receipt_lines
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON receipt_lines TO shophouse_app;

-- The ledger. Append-only: the app role may not change or remove a row. The sums of both deltas are the stock row.
CREATE TABLE stock_movements (
    shop_id         uuid        NOT NULL CONSTRAINT stock_movements_shop_fkey REFERENCES shops (id),
    id              uuid        NOT NULL,
    variant_id      uuid        NOT NULL,
    kind            text        NOT NULL CONSTRAINT stock_movements_kind_check
                                CHECK (kind IN ('place', 'cancel', 'expire', 'ship', 'receive', 'return', 'adjust')),
    on_hand_delta   bigint      NOT NULL,
    reserved_delta  bigint      NOT NULL,
    location_id     uuid,
    reason          text        NOT NULL DEFAULT '' CONSTRAINT stock_movements_reason_check CHECK (length(reason) <= 300),
    document_kind   text        NOT NULL CONSTRAINT stock_movements_document_kind_check CHECK (document_kind IN ('order', 'receipt', 'adjustment')),
    document_id     uuid        NOT NULL,
    document_number bigint,
    actor_kind      text        NOT NULL CONSTRAINT stock_movements_actor_kind_check CHECK (actor_kind IN ('staff', 'customer', 'system')),
    actor_id        uuid,
    created_at      timestamptz NOT NULL,
    CONSTRAINT stock_movements_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT stock_movements_variant_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, id),
    CONSTRAINT stock_movements_location_fkey FOREIGN KEY (shop_id, location_id) REFERENCES locations (shop_id, id),
    CONSTRAINT stock_movements_delta_check CHECK (
        CASE kind
            WHEN 'place'   THEN on_hand_delta = 0 AND reserved_delta > 0
            WHEN 'cancel'  THEN on_hand_delta = 0 AND reserved_delta < 0
            WHEN 'expire'  THEN on_hand_delta = 0 AND reserved_delta < 0
            WHEN 'ship'    THEN on_hand_delta < 0 AND reserved_delta <= 0
            WHEN 'receive' THEN on_hand_delta > 0 AND reserved_delta = 0
            WHEN 'return'  THEN on_hand_delta > 0 AND reserved_delta = 0
            ELSE on_hand_delta <> 0 AND reserved_delta = 0
        END)
);
-- A document moves a variant once in each way: an order is placed once, cancelled once, a receipt received once.
CREATE UNIQUE INDEX stock_movements_once_key ON stock_movements (shop_id, document_id, variant_id, kind)
    WHERE kind IN ('place', 'cancel', 'expire', 'receive', 'return');
CREATE INDEX stock_movements_variant_idx ON stock_movements (shop_id, variant_id, created_at DESC, id DESC);
CREATE INDEX stock_movements_created_idx ON stock_movements (shop_id, created_at DESC, id DESC);
ALTER TABLE stock_movements ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_movements FORCE ROW LEVEL SECURITY;
CREATE POLICY shop_isolation ON stock_movements
    USING (shop_id = (SELECT current_setting('app.shop_id')::uuid))
    WITH CHECK (shop_id = (SELECT current_setting('app.shop_id')::uuid));
GRANT SELECT, INSERT ON stock_movements TO shophouse_app;

