use crate::inventory::Difference;
use crate::platform::{DbError, ShopTx};

/// Each order moved what its state says: an open one holds its lines, a shipped one took them out, a cancelled or returned one left
/// things as they were. An order placed, cancelled or shipped twice shows here.
pub(in crate::inventory) async fn orders_and_ledger(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"WITH wanted AS (
               SELECT o.id AS order_id,
                      l.variant_id,
                      CASE WHEN o.status IN ('pending', 'confirmed') THEN l.quantity ELSE 0 END AS reserved,
                      CASE WHEN o.status IN ('shipping', 'completed') THEN -l.quantity ELSE 0 END AS on_hand
               FROM orders o
               JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.id
               WHERE o.shop_id = $1
           ), moved AS (
               SELECT document_id AS order_id,
                      variant_id,
                      SUM(reserved_delta)::bigint AS reserved,
                      SUM(on_hand_delta)::bigint AS on_hand
               FROM stock_movements
               WHERE shop_id = $1 AND document_kind = 'order'
               GROUP BY document_id, variant_id
           )
           SELECT d.what AS "what!",
                  'order ' || order_id || ' variant ' || variant_id AS "at!",
                  d.by AS "by!"
           FROM wanted w
           FULL JOIN moved m USING (order_id, variant_id)
           CROSS JOIN LATERAL (
               VALUES ('what an order holds = its lines', COALESCE(m.reserved, 0) - COALESCE(w.reserved, 0)),
                      ('what an order took out = its lines', COALESCE(m.on_hand, 0) - COALESCE(w.on_hand, 0)),
                      ('an order line has its movements', CASE WHEN m.order_id IS NULL THEN -1 ELSE 0 END)
           ) AS d (what, by)
           WHERE d.by <> 0
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Each completed receipt brought in its lines, once; no other receipt brought in anything.
pub(in crate::inventory) async fn receipts_and_ledger(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"WITH wanted AS (
               SELECT r.id AS receipt_id,
                      l.variant_id,
                      SUM(l.quantity)::bigint AS units
               FROM receipts r
               JOIN receipt_lines l ON l.shop_id = r.shop_id AND l.receipt_id = r.id
               WHERE r.shop_id = $1 AND r.status = 'completed'
               GROUP BY r.id, l.variant_id
           ), moved AS (
               SELECT document_id AS receipt_id,
                      variant_id,
                      SUM(on_hand_delta)::bigint AS units
               FROM stock_movements
               WHERE shop_id = $1 AND document_kind = 'receipt'
               GROUP BY document_id, variant_id
           )
           SELECT 'what a receipt brought in = its lines' AS "what!",
                  'receipt ' || receipt_id || ' variant ' || variant_id AS "at!",
                  COALESCE(m.units, 0) - COALESCE(w.units, 0) AS "by!"
           FROM wanted w
           FULL JOIN moved m USING (receipt_id, variant_id)
           WHERE COALESCE(m.units, 0) <> COALESCE(w.units, 0)
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Each movement of an order or a receipt names one that is here, by its own number, and in a way such a document moves stock.
/// (An adjustment is its movements: it has no row of its own.)
pub(in crate::inventory) async fn movements_without_document(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"SELECT 'a movement names its document' AS "what!",
                  'movement ' || m.id || ' of ' || m.document_kind || ' ' || m.document_id AS "at!",
                  1::bigint AS "by!"
           FROM stock_movements m
           LEFT JOIN orders o ON m.document_kind = 'order' AND o.shop_id = m.shop_id AND o.id = m.document_id
           LEFT JOIN receipts r ON m.document_kind = 'receipt' AND r.shop_id = m.shop_id AND r.id = m.document_id
           WHERE m.shop_id = $1
             AND CASE m.document_kind
                     WHEN 'order' THEN o.number IS DISTINCT FROM m.document_number
                         OR m.kind NOT IN ('place', 'cancel', 'expire', 'ship', 'return')
                     WHEN 'receipt' THEN r.number IS DISTINCT FROM m.document_number OR m.kind <> 'receive'
                     ELSE m.kind <> 'adjust'
                 END
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A line is its units times its price; an order is the sum of its lines and charges, and has at least one line.
pub(in crate::inventory) async fn order_sums(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"SELECT d.what AS "what!",
                  'order ' || o.number || ' ' || o.id AS "at!",
                  d.by::bigint AS "by!"
           FROM orders o
           LEFT JOIN (
               SELECT order_id,
                      SUM(line_total) AS total,
                      -- Each line by itself: two that are wrong must not make a right.
                      SUM(abs(line_total - quantity * unit_price)) AS wrong
               FROM order_lines
               WHERE shop_id = $1
               GROUP BY order_id
           ) AS l ON l.order_id = o.id
           CROSS JOIN LATERAL (
               VALUES ('an order line = units times price', COALESCE(l.wrong, 0)),
                      ('an order''s subtotal = its lines', o.subtotal - COALESCE(l.total, 0)),
                      ('an order''s total = lines and charges',
                       o.total - (COALESCE(l.total, 0) - o.discount_total + o.shipping_total + o.tax_total)),
                      ('an order has a line', CASE WHEN l.order_id IS NULL THEN -1 ELSE 0 END)
           ) AS d (what, by)
           WHERE o.shop_id = $1 AND d.by <> 0
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}
