//! Whether what a request names is here: another shop's thing is not.

use std::collections::BTreeSet;

use super::{InventoryError, queries};
use crate::kernel::{FieldError, Flaw, LocationId, SupplierId, VariantId};
use crate::platform::ShopTx;
use crate::stores;

/// What a receipt or an adjustment names, looked up.
pub(super) struct Named {
    /// The location named, or the default one. Meaningless beside flaws.
    pub(super) location: LocationId,
    /// Every place that names something that is not here, or is deleted.
    pub(super) flaws: Vec<FieldError>,
}

/// Looks up all that a receipt names, in three statements. The location is held, so that it stays until this transaction ends.
pub(super) async fn look_up(
    tx: &mut ShopTx,
    supplier: Option<SupplierId>,
    location: Option<LocationId>,
    variants: &[VariantId],
) -> Result<Named, InventoryError> {
    let mut flaws = Vec::new();
    if let Some(id) = supplier
        && !queries::named::supplier_is_here(tx, id).await?
    {
        flaws.push(missing("/supplier_id".to_owned()));
    }
    let held = stores::hold_locations(tx, location.as_slice()).await?;
    if location.is_some() && held.here.is_empty() {
        flaws.push(missing("/location_id".to_owned()));
    }
    let location = location.unwrap_or(held.default);
    flaws.extend(missing_variants(tx, variants).await?);
    Ok(Named { location, flaws })
}

/// The lines whose variant is not here or is deleted.
pub(super) async fn missing_variants(tx: &mut ShopTx, variants: &[VariantId]) -> Result<Vec<FieldError>, InventoryError> {
    let here: BTreeSet<VariantId> = queries::named::variants_here(tx, variants).await?.into_iter().collect();
    let gone = variants.iter().enumerate().filter(|(_, id)| !here.contains(id));
    Ok(gone.map(|(i, _)| missing(format!("/lines/{i}/variant_id"))).collect())
}

pub(super) const fn missing(pointer: String) -> FieldError {
    FieldError { pointer, flaw: Flaw::new("not_found") }
}
