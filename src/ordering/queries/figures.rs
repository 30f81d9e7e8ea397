use time::{Date, OffsetDateTime};

use crate::kernel::ProductId;
use crate::platform::{DbError, ShopTx};

/// What was ordered on one day of the shop's time.
#[derive(Debug, Clone, Copy)]
pub(in crate::ordering) struct DayRow {
    pub(in crate::ordering) day: Date,
    pub(in crate::ordering) orders: i64,
    pub(in crate::ordering) revenue: i64,
}

/// Days with orders since a moment. Cancelled and returned orders count nothing.
pub(in crate::ordering) async fn list_days(tx: &mut ShopTx, since: OffsetDateTime) -> Result<Vec<DayRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        DayRow,
        r#"SELECT (placed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS "day!",
                  COUNT(*) AS "orders!",
                  -- A sum of bigints is numeric; what does not fit stops at the top.
                  LEAST(SUM(total), 9223372036854775807)::bigint AS "revenue!"
           FROM orders
           WHERE shop_id = $1
             AND placed_at >= $2
             AND status NOT IN ('cancelled', 'returned')
           GROUP BY 1"#,
        shop,
        since
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A product by what was sold of it.
pub(in crate::ordering) struct SoldRow {
    pub(in crate::ordering) product_id: ProductId,
    pub(in crate::ordering) name: String,
    pub(in crate::ordering) media_key: Option<String>,
    pub(in crate::ordering) units: i64,
    pub(in crate::ordering) revenue: i64,
}

/// The products of which most units were sold since a moment, by the name and picture of their latest order.
pub(in crate::ordering) async fn list_best_sellers(tx: &mut ShopTx, since: OffsetDateTime, limit: i64) -> Result<Vec<SoldRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        SoldRow,
        r#"SELECT l.product_id AS "product_id: ProductId",
                  (array_agg(l.product_name ORDER BY o.placed_at DESC))[1] AS "name!",
                  (array_agg(l.media_key ORDER BY o.placed_at DESC))[1] AS media_key,
                  LEAST(SUM(l.quantity), 9223372036854775807)::bigint AS "units!",
                  LEAST(SUM(l.line_total), 9223372036854775807)::bigint AS "revenue!"
           FROM orders o
           JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.id
           WHERE o.shop_id = $1
             AND o.placed_at >= $2
             AND o.status NOT IN ('cancelled', 'returned')
           GROUP BY l.product_id
           ORDER BY SUM(l.quantity) DESC, SUM(l.line_total) DESC, l.product_id
           LIMIT $3"#,
        shop,
        since,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}
