-- Two things every list of products needs at hand, and what a restored record goes back to.

ALTER TABLE products
    -- The lowest and the highest price of its live variants, kept by the catalog with every change of a variant: a list that is
    -- sorted or filtered by price reads one table.
    ADD COLUMN price_from    bigint   NOT NULL DEFAULT 0 CONSTRAINT products_price_from_check CHECK (price_from >= 0),
    ADD COLUMN price_to      bigint   NOT NULL DEFAULT 0 CONSTRAINT products_price_to_check CHECK (price_to >= price_from),
    -- The status it had when it was deleted.
    ADD COLUMN former_status smallint CONSTRAINT products_former_status_check CHECK (former_status IN (1, 0));
CREATE INDEX products_price_idx ON products (shop_id, status, price_from, name, id);

ALTER TABLE categories ADD COLUMN former_status smallint CONSTRAINT categories_former_status_check CHECK (former_status IN (1, 0));
ALTER TABLE brands ADD COLUMN former_status smallint CONSTRAINT brands_former_status_check CHECK (former_status IN (1, 0));
ALTER TABLE suppliers ADD COLUMN former_status smallint CONSTRAINT suppliers_former_status_check CHECK (former_status IN (1, 0));
