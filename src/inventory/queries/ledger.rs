use uuid::Uuid;

use crate::identity::Actor;
use crate::inventory::ledger::Entry;
use crate::inventory::{Document, MovementKind};
use crate::kernel::{LocationId, MovementId};
use crate::platform::{DbError, ShopTx};

pub(in crate::inventory) async fn insert(
    tx: &mut ShopTx,
    kind: MovementKind,
    document: &Document,
    entries: &[Entry],
    actor: &Actor,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let mut ids: Vec<Uuid> = entries.iter().map(|_| tx.new_id::<MovementId>().uuid()).collect();
    // All of this moment: sorted, so that the ledger lists them as they were written.
    ids.sort_unstable();
    let variants: Vec<Uuid> = entries.iter().map(|entry| entry.variant_id.uuid()).collect();
    let on_hand: Vec<i64> = entries.iter().map(|entry| entry.on_hand).collect();
    let reserved: Vec<i64> = entries.iter().map(|entry| entry.reserved).collect();
    let locations: Vec<Option<Uuid>> = entries.iter().map(|entry| entry.location_id.map(LocationId::uuid)).collect();
    let reasons: Vec<String> = entries.iter().map(|entry| entry.reason.clone()).collect();
    sqlx::query!(
        "INSERT INTO stock_movements
             (shop_id, id, variant_id, kind, on_hand_delta, reserved_delta, location_id, reason,
              document_kind, document_id, document_number, actor_kind, actor_id, created_at)
         SELECT $1, e.id, e.variant_id, $2, e.on_hand, e.reserved, e.location_id, e.reason, $3, $4, $5, $6, $7, $8
         FROM UNNEST($9::uuid[], $10::uuid[], $11::bigint[], $12::bigint[], $13::uuid[], $14::text[])
              AS e (id, variant_id, on_hand, reserved, location_id, reason)",
        shop,
        kind.as_str(),
        document.kind.as_str(),
        document.id,
        document.number,
        actor.kind(),
        actor.id(),
        now,
        &ids,
        &variants,
        &on_hand,
        &reserved,
        &locations as &[Option<Uuid>],
        &reasons
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
