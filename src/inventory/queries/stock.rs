use uuid::Uuid;

use crate::inventory::StockRow;
use crate::kernel::VariantId;
use crate::platform::{DbError, ShopTx};

pub(in crate::inventory) async fn lock(tx: &mut ShopTx, variants: &[VariantId]) -> Result<Vec<StockRow>, DbError> {
    let shop = tx.shop_id().uuid();
    let ids: Vec<Uuid> = variants.iter().map(|id| id.uuid()).collect();
    // The rows are locked as they come out of the sort.
    Ok(sqlx::query_as!(
        StockRow,
        r#"SELECT variant_id AS "variant_id: VariantId",
                  on_hand,
                  reserved,
                  version
           FROM stock
           WHERE shop_id = $1 AND variant_id = ANY ($2)
           ORDER BY variant_id
           FOR NO KEY UPDATE"#,
        shop,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Adds both deltas to each row, where the row allows it: nothing is reserved that is not there, nothing given back that is not
/// reserved. Gives the rows that changed.
pub(in crate::inventory) async fn change(tx: &mut ShopTx, changes: &[(VariantId, i64, i64)]) -> Result<Vec<StockRow>, DbError> {
    let shop = tx.shop_id().uuid();
    let ids: Vec<Uuid> = changes.iter().map(|(id, ..)| id.uuid()).collect();
    let on_hand: Vec<i64> = changes.iter().map(|(_, on_hand, _)| *on_hand).collect();
    let reserved: Vec<i64> = changes.iter().map(|(.., reserved)| *reserved).collect();
    Ok(sqlx::query_as!(
        StockRow,
        r#"UPDATE stock s
           SET on_hand = s.on_hand + d.on_hand,
               reserved = s.reserved + d.reserved,
               version = s.version + 1
           FROM UNNEST($2::uuid[], $3::bigint[], $4::bigint[]) AS d (variant_id, on_hand, reserved)
           WHERE s.shop_id = $1
             AND s.variant_id = d.variant_id
             -- For an order's hold: on_hand - reserved >= quantity.
             AND s.reserved + d.reserved BETWEEN 0 AND s.on_hand + d.on_hand
           RETURNING s.variant_id AS "variant_id: VariantId",
                     s.on_hand,
                     s.reserved,
                     s.version"#,
        shop,
        &ids,
        &on_hand,
        &reserved
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What a document holds now: placed, less what was given back or shipped.
pub(in crate::inventory) async fn held_by(tx: &mut ShopTx, document: Uuid) -> Result<Vec<(VariantId, i64)>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        r#"SELECT m.variant_id AS "variant_id!: VariantId",
                  SUM(m.reserved_delta)::bigint AS "held!"
           FROM (
               -- Two halves, each with a partial index that is made for it.
               SELECT variant_id,
                      reserved_delta
               FROM stock_movements
               WHERE shop_id = $1 AND document_id = $2 AND kind IN ('place', 'cancel', 'expire')
               UNION ALL
               SELECT variant_id,
                      reserved_delta
               FROM stock_movements
               WHERE shop_id = $1 AND document_id = $2 AND kind = 'ship'
           ) AS m
           GROUP BY m.variant_id"#,
        shop,
        document
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.held)).collect())
}

/// What left the shop with a document and has not come back.
pub(in crate::inventory) async fn away_with(tx: &mut ShopTx, document: Uuid) -> Result<Vec<(VariantId, i64)>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        r#"SELECT m.variant_id AS "variant_id!: VariantId",
                  -SUM(m.on_hand_delta)::bigint AS "away!"
           FROM (
               SELECT variant_id,
                      on_hand_delta
               FROM stock_movements
               WHERE shop_id = $1 AND document_id = $2 AND kind = 'return'
               UNION ALL
               SELECT variant_id,
                      on_hand_delta
               FROM stock_movements
               WHERE shop_id = $1 AND document_id = $2 AND kind = 'ship'
           ) AS m
           GROUP BY m.variant_id"#,
        shop,
        document
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.away)).collect())
}
