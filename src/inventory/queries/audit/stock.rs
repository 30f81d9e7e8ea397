use crate::inventory::Difference;
use crate::platform::{DbError, ShopTx};

/// The sums of the ledger are the stock rows; every variant has a row.
pub(in crate::inventory) async fn rows_and_ledger(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"SELECT d.what AS "what!",
                  'variant ' || v.sku || ' ' || v.id AS "at!",
                  d.by AS "by!"
           FROM variants v
           LEFT JOIN stock s ON s.shop_id = v.shop_id AND s.variant_id = v.id
           LEFT JOIN (
               SELECT variant_id,
                      SUM(on_hand_delta)::bigint AS on_hand,
                      SUM(reserved_delta)::bigint AS reserved
               FROM stock_movements
               WHERE shop_id = $1
               GROUP BY variant_id
           ) AS m ON m.variant_id = v.id
           CROSS JOIN LATERAL (
               VALUES ('stock on hand = its ledger', COALESCE(s.on_hand, 0) - COALESCE(m.on_hand, 0)),
                      ('stock reserved = its ledger', COALESCE(s.reserved, 0) - COALESCE(m.reserved, 0)),
                      ('a variant has a stock row', CASE WHEN s.variant_id IS NULL THEN -1 ELSE 0 END)
           ) AS d (what, by)
           WHERE v.shop_id = $1 AND d.by <> 0
           ORDER BY v.id
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The places of a variant add up to its row, and each is the sum of the ledger's lines that name it.
pub(in crate::inventory) async fn places_and_ledger(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"WITH sums AS (
               SELECT variant_id,
                      SUM(on_hand)::bigint AS on_hand
               FROM stock_locations
               WHERE shop_id = $1
               GROUP BY variant_id
           ), ledger AS (
               SELECT variant_id,
                      location_id,
                      SUM(on_hand_delta)::bigint AS on_hand
               FROM stock_movements
               WHERE shop_id = $1 AND location_id IS NOT NULL
               GROUP BY variant_id, location_id
           ), lying AS (
               SELECT variant_id,
                      location_id,
                      on_hand
               FROM stock_locations
               WHERE shop_id = $1
           )
           SELECT 'stock at all locations = stock on hand' AS "what!",
                  'variant ' || s.variant_id AS "at!",
                  COALESCE(l.on_hand, 0) - s.on_hand AS "by!"
           FROM stock s
           LEFT JOIN sums l ON l.variant_id = s.variant_id
           WHERE s.shop_id = $1 AND COALESCE(l.on_hand, 0) <> s.on_hand
           UNION ALL
           SELECT 'stock at a location = its ledger',
                  'variant ' || variant_id || ' at location ' || location_id,
                  COALESCE(l.on_hand, 0) - COALESCE(m.on_hand, 0)
           FROM lying l
           FULL JOIN ledger m USING (variant_id, location_id)
           WHERE COALESCE(l.on_hand, 0) <> COALESCE(m.on_hand, 0)
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What is reserved is what open orders ask for.
pub(in crate::inventory) async fn rows_and_open_orders(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"WITH open_lines AS (
               SELECT l.variant_id,
                      SUM(l.quantity)::bigint AS units
               FROM orders o
               JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.id
               WHERE o.shop_id = $1 AND o.status IN ('pending', 'confirmed')
               GROUP BY l.variant_id
           ), held AS (
               SELECT variant_id,
                      reserved
               FROM stock
               WHERE shop_id = $1
           )
           SELECT 'stock reserved = lines of open orders' AS "what!",
                  'variant ' || variant_id AS "at!",
                  COALESCE(h.reserved, 0) - COALESCE(l.units, 0) AS "by!"
           FROM held h
           FULL JOIN open_lines l USING (variant_id)
           WHERE COALESCE(h.reserved, 0) <> COALESCE(l.units, 0)
           LIMIT 1000"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}
