use uuid::Uuid;

use crate::inventory::ledger::Entry;
use crate::inventory::places::Lying;
use crate::kernel::{LocationId, VariantId};
use crate::platform::{DbError, ShopTx};

/// Where variants lie. Read it under the lock of their stock rows, which every change of a place takes first.
pub(in crate::inventory) async fn lying(tx: &mut ShopTx, variants: &[VariantId]) -> Result<Vec<Lying>, DbError> {
    let shop = tx.shop_id().uuid();
    let ids: Vec<Uuid> = variants.iter().map(|id| id.uuid()).collect();
    Ok(sqlx::query_as!(
        Lying,
        r#"SELECT s.variant_id AS "variant_id: VariantId",
                  s.location_id AS "location_id: LocationId",
                  s.on_hand,
                  l.is_default
           FROM stock_locations s
           JOIN locations l ON l.shop_id = s.shop_id AND l.id = s.location_id
           WHERE s.shop_id = $1 AND s.variant_id = ANY ($2)"#,
        shop,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Adds each entry's units to its place; several entries of one place are one change.
pub(in crate::inventory) async fn change(tx: &mut ShopTx, entries: &[&Entry]) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    let variants: Vec<Uuid> = entries.iter().map(|entry| entry.variant_id.uuid()).collect();
    let locations: Vec<Uuid> = entries.iter().filter_map(|entry| entry.location_id.map(LocationId::uuid)).collect();
    let deltas: Vec<i64> = entries.iter().map(|entry| entry.on_hand).collect();
    // Two statements in one: a row that is there is changed, a place where nothing lay yet gets its row. A plain upsert would
    // hold the delta itself, which may be negative, to the new row's CHECK.
    sqlx::query!(
        "WITH deltas AS (
             SELECT variant_id,
                    location_id,
                    SUM(delta)::bigint AS delta
             FROM UNNEST($2::uuid[], $3::uuid[], $4::bigint[]) AS d (variant_id, location_id, delta)
             GROUP BY variant_id, location_id
         ), changed AS (
             UPDATE stock_locations s
             SET on_hand = s.on_hand + d.delta
             FROM deltas d
             WHERE s.shop_id = $1 AND s.variant_id = d.variant_id AND s.location_id = d.location_id
             RETURNING s.variant_id, s.location_id
         )
         INSERT INTO stock_locations (shop_id, variant_id, location_id, on_hand)
         SELECT $1, d.variant_id, d.location_id, d.delta
         FROM deltas d
         WHERE NOT EXISTS (
             SELECT FROM changed c
             WHERE c.variant_id = d.variant_id AND c.location_id = d.location_id
         )",
        shop,
        &variants,
        &locations,
        &deltas
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
