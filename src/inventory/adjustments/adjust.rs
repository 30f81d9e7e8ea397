use std::collections::{BTreeMap, BTreeSet};

use super::plan::plan;
use super::{AdjustedLine, AdjustmentInput, AdjustmentView, NewDelta};
use crate::identity::Actor;
use crate::inventory::ledger::write;
use crate::inventory::{Document, InventoryError, MovementKind, StockRow, lock_stock, named, queries};
use crate::kernel::{AdjustmentId, Invalid, LocationId, VariantId};
use crate::platform::ShopTx;
use crate::platform::events as log;
use crate::stores;

/// Changes stock by hand: all lines or none.
///
/// # Errors
/// [`InventoryError::Invalid`] names every flaw; [`InventoryError::Reserved`] the lines that would take what is promised to open
/// orders, or what does not lie at the place they name.
pub async fn adjust_stock(tx: &mut ShopTx, input: &AdjustmentInput, actor: &Actor) -> Result<AdjustmentView, InventoryError> {
    let lines = input.parse()?;
    let default = hold_places(tx, &lines).await?;
    let variants: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    let before = lock_stock(tx, &variants).await?;
    let lying = queries::places::lying(tx, &variants).await?;
    let entries = plan(&lines, &before, &lying, default)?;
    let id = tx.new_id::<AdjustmentId>();
    let document = Document::adjustment(id);
    let after = write(tx, MovementKind::Adjust, &document, &entries, actor).await?;
    let mut news = vec![crate::inventory::events::changed(&document, &after)];
    news.extend(crate::inventory::events::low(&before, &after));
    log::append(tx, &news).await?;
    Ok(AdjustmentView { id, lines: adjusted(lines, &after), created_at: tx.now() })
}

/// Holds every place that is named, and the default one, until the transaction ends; names what is not here.
async fn hold_places(tx: &mut ShopTx, lines: &[NewDelta]) -> Result<LocationId, InventoryError> {
    let wanted: Vec<LocationId> = lines.iter().filter_map(|line| line.location_id).collect::<BTreeSet<_>>().into_iter().collect();
    let held = stores::hold_locations(tx, &wanted).await?;
    let gone = lines.iter().enumerate().filter(|(_, line)| line.location_id.is_some_and(|id| !held.here.contains(&id)));
    let mut flaws: Vec<_> = gone.map(|(i, _)| named::missing(format!("/lines/{i}/location_id"))).collect();
    let variants: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    flaws.extend(named::missing_variants(tx, &variants).await?);
    if flaws.is_empty() { Ok(held.default) } else { Err(Invalid(flaws).into()) }
}

fn adjusted(lines: Vec<NewDelta>, after: &[StockRow]) -> Vec<AdjustedLine> {
    let after: BTreeMap<VariantId, &StockRow> = after.iter().map(|row| (row.variant_id, row)).collect();
    let line = |line: NewDelta| {
        let row = after.get(&line.variant_id)?;
        Some(AdjustedLine {
            variant_id: line.variant_id,
            location_id: line.location_id,
            delta: line.delta,
            reason: line.reason,
            on_hand: row.on_hand,
            reserved: row.reserved,
            available: row.available(),
        })
    };
    lines.into_iter().filter_map(line).collect()
}
