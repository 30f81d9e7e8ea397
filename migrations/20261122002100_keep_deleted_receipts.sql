-- A deleted draft keeps its row, as everything deleted does: the series of receipt numbers has no gaps, and staff may restore it.
-- (Here the status is a word, not -2: a receipt's status is its life cycle.)
ALTER TABLE receipts DROP CONSTRAINT receipts_status_check;
ALTER TABLE receipts ADD CONSTRAINT receipts_status_check CHECK (status IN ('draft', 'completed', 'deleted'));
REVOKE DELETE ON receipts FROM shophouse_app;
CREATE INDEX receipts_status_idx ON receipts (shop_id, status, created_at DESC, id DESC);
CREATE INDEX receipts_supplier_idx ON receipts (shop_id, supplier_id);
