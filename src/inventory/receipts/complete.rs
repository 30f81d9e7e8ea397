use std::collections::BTreeMap;

use serde_json::json;

use super::{NewLine, ReceiptStatus, ReceiptView, find_receipt};
use crate::identity::Actor;
use crate::inventory::ledger::{Entry, write};
use crate::inventory::truth::lock_stock;
use crate::inventory::{Document, InventoryError, MAX_ON_HAND, MovementKind, named, queries};
use crate::kernel::{FieldError, Flaw, LocationId, ReceiptId, VariantId};
use crate::platform::ShopTx;
use crate::platform::events::{self, NewEvent};
use crate::tenancy::ShopInfo;

/// Puts the goods of a draft in stock: once, whoever else tries at the same moment.
///
/// # Errors
/// [`InventoryError::ReceiptCompleted`] the second time; [`InventoryError::Conflict`] names what the draft names and is no longer
/// here, and lines that would be more than a shop may have.
pub async fn complete_receipt(tx: &mut ShopTx, shop: &ShopInfo, id: ReceiptId, actor: &Actor) -> Result<ReceiptView, InventoryError> {
    // Whoever comes second waits here and then sees the state the first one left.
    let receipt = queries::receipts::lock(tx, id).await?.ok_or(InventoryError::NotFound)?;
    match receipt.status {
        ReceiptStatus::Draft => {}
        ReceiptStatus::Completed => return Err(InventoryError::ReceiptCompleted),
        ReceiptStatus::Deleted => return Err(InventoryError::NotFound),
    }
    let lines = queries::receipts::bare_lines(tx, id).await?;
    let variants: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    let found = named::look_up(tx, None, Some(receipt.location_id), &variants).await?;
    refuse(found.flaws)?;
    refuse(lacks_room(tx, &lines).await?)?;
    queries::receipts::mark_completed(tx, id).await?;
    receive(tx, &Document::receipt(id, receipt.number), receipt.location_id, &lines, actor).await?;
    find_receipt(tx, shop, id).await?.ok_or(InventoryError::NotFound)
}

fn refuse(flaws: Vec<FieldError>) -> Result<(), InventoryError> {
    if flaws.is_empty() { Ok(()) } else { Err(InventoryError::Conflict(flaws)) }
}

/// Locks the stock of the lines; the first line of each variant that would come to more than a shop may have.
pub(super) async fn lacks_room(tx: &mut ShopTx, lines: &[NewLine]) -> Result<Vec<FieldError>, InventoryError> {
    let units = units(lines);
    let rows = lock_stock(tx, &units.keys().copied().collect::<Vec<_>>()).await?;
    let mut flaws = Vec::new();
    for row in rows {
        let room = MAX_ON_HAND - row.on_hand;
        let line = lines.iter().position(|line| line.variant_id == row.variant_id);
        if let (Some(wanted), Some(i)) = (units.get(&row.variant_id), line)
            && *wanted > room
        {
            flaws.push(FieldError { pointer: format!("/lines/{i}/quantity"), flaw: Flaw::new("too_large").with("max", room) });
        }
    }
    Ok(flaws)
}

/// Adds the lines to stock, one movement a variant, and says so in the event log. The stock is locked; nothing is locked after.
pub(super) async fn receive(
    tx: &mut ShopTx,
    document: &Document,
    location: LocationId,
    lines: &[NewLine],
    actor: &Actor,
) -> Result<(), InventoryError> {
    let entries: Vec<Entry> = units(lines).into_iter().map(|(variant, units)| Entry::new(variant, units, 0).at(location)).collect();
    let after = write(tx, MovementKind::Receive, document, &entries, actor).await?;
    let completed = NewEvent {
        kind: "receipt.completed",
        subject_id: document.id,
        payload: json!({ "receipt_id": document.id, "number": document.number }),
    };
    Ok(events::append(tx, &[completed, crate::inventory::events::changed(document, &after)]).await?)
}

/// Units a variant. At most 500 lines of a million each: the sum fits.
fn units(lines: &[NewLine]) -> BTreeMap<VariantId, i64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        *sums.entry(line.variant_id).or_default() += line.quantity;
    }
    sums
}
