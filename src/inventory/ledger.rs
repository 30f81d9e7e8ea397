use super::{Document, InventoryError, MAX_ON_HAND, MovementKind, StockRow, queries};
use crate::identity::Actor;
use crate::kernel::{LocationId, VariantId};
use crate::platform::{DbResultExt, ShopTx};

/// One movement about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) variant_id: VariantId,
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) location_id: Option<LocationId>,
    pub(super) reason: String,
}

impl Entry {
    pub(super) const fn new(variant_id: VariantId, on_hand: i64, reserved: i64) -> Self {
        Self { variant_id, on_hand, reserved, location_id: None, reason: String::new() }
    }

    pub(super) const fn at(mut self, location: LocationId) -> Self {
        self.location_id = Some(location);
        self
    }

    pub(super) fn because(mut self, reason: &str) -> Self {
        reason.clone_into(&mut self.reason);
        self
    }
}

/// The one way stock changes: rows, places and ledger together, so that the sums of the ledger are the rows. The caller has
/// locked the rows and made sure of what it wants; the conditions here and the CHECKs are the last word.
pub(super) async fn write(
    tx: &mut ShopTx,
    kind: MovementKind,
    document: &Document,
    entries: &[Entry],
    actor: &Actor,
) -> Result<Vec<StockRow>, InventoryError> {
    let changes = per_variant(entries);
    let after = queries::stock::change(tx, &changes).await.on_constraint(limits)?;
    if after.len() != changes.len() {
        return Err(InventoryError::Books(format!("{} of document {} does not fit its stock rows", kind.as_str(), document.id)));
    }
    let placed: Vec<&Entry> = entries.iter().filter(|entry| entry.location_id.is_some() && entry.on_hand != 0).collect();
    if !placed.is_empty() {
        queries::places::change(tx, &placed).await.on_constraint(limits)?;
    }
    queries::ledger::insert(tx, kind, document, entries, actor)
        .await
        .on_constraint(|name| (name == "stock_movements_once_key").then_some(InventoryError::AlreadyDone))?;
    Ok(after)
}

fn limits(name: &str) -> Option<InventoryError> {
    match name {
        "stock_on_hand_check" => {
            Some(crate::kernel::Invalid::at("/lines", crate::kernel::Flaw::new("too_large").with("max", MAX_ON_HAND)).into())
        }
        "stock_locations_on_hand_check" => Some(InventoryError::Books("more leaves a location than lies there".to_owned())),
        _ => None,
    }
}

/// What the entries do to each variant together: one row is changed once.
fn per_variant(entries: &[Entry]) -> Vec<(VariantId, i64, i64)> {
    let mut sums = std::collections::BTreeMap::<VariantId, (i64, i64)>::new();
    for entry in entries {
        let sum = sums.entry(entry.variant_id).or_default();
        sum.0 += entry.on_hand;
        sum.1 += entry.reserved;
    }
    sums.into_iter().map(|(variant, (on_hand, reserved))| (variant, on_hand, reserved)).collect()
}
