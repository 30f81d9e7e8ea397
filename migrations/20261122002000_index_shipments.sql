-- What left with an order is asked for whenever one ships, is cancelled or comes back. Shipments may be several of one variant
-- (one a location), so stock_movements_once_key leaves them out; the hold of an order, the busiest kind, does not touch this index.
CREATE INDEX stock_movements_ship_idx ON stock_movements (shop_id, document_id, variant_id) WHERE kind = 'ship';
