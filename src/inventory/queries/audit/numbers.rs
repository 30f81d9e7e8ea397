use crate::inventory::Difference;
use crate::platform::{DbError, ShopTx};

/// Each series of numbers begins where it should, has no number twice, none missing, and its counter stands at the last. A number is
/// taken in the transaction that uses it, so the counter is never ahead of its series either.
pub(in crate::inventory) async fn series(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"WITH series AS (
               SELECT 'order' AS kind, 1000 AS before_first, COUNT(*) AS rows, COUNT(DISTINCT number) AS numbers, MIN(number) AS lowest,
                      MAX(number) AS highest
               FROM orders
               WHERE shop_id = $1
               UNION ALL
               SELECT 'customer', 1000, COUNT(*), COUNT(DISTINCT number), MIN(number), MAX(number)
               FROM customers
               WHERE shop_id = $1
               UNION ALL
               SELECT 'receipt', 1000, COUNT(*), COUNT(DISTINCT number), MIN(number), MAX(number)
               FROM receipts
               WHERE shop_id = $1
               UNION ALL
               SELECT 'event', 0, COUNT(*), COUNT(DISTINCT seq), MIN(seq), MAX(seq)
               FROM shop_events
               WHERE shop_id = $1
           )
           SELECT d.what AS "what!",
                  s.kind || ' numbers' AS "at!",
                  d.by::bigint AS "by!"
           FROM series s
           LEFT JOIN counters c ON c.shop_id = $1 AND c.kind = s.kind
           CROSS JOIN LATERAL (
               VALUES ('a series has its counter', CASE WHEN c.kind IS NULL THEN -1 ELSE 0 END),
                      ('a counter stands at the highest number', c.value - COALESCE(s.highest, s.before_first)),
                      ('a series begins at its first number', s.lowest - s.before_first - 1),
                      ('no number is used twice', s.rows - s.numbers),
                      ('no number is missing', s.numbers - (s.highest - s.lowest + 1))
           ) AS d (what, by)
           WHERE d.by <> 0"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A shop has one default location.
pub(in crate::inventory) async fn default_location(tx: &mut ShopTx) -> Result<Vec<Difference>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Difference,
        r#"SELECT 'a shop has one default location' AS "what!",
                  'locations' AS "at!",
                  COUNT(*) - 1 AS "by!"
           FROM locations
           WHERE shop_id = $1 AND is_default AND status <> -2
           HAVING COUNT(*) <> 1"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}
