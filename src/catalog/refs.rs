use super::CatalogError;
use super::parse::Refs;
use super::queries::shared;
use crate::kernel::{Check, Flaw};
use crate::platform::ShopTx;

/// Holds to it that category, brand and supplier are here and not deleted, and stay so until this transaction ends. Call it before
/// the product is locked: who deletes one of them locks it first and its products after.
pub(super) async fn check_refs(tx: &mut ShopTx, refs: Refs) -> Result<(), CatalogError> {
    if refs == Refs::default() {
        return Ok(());
    }
    let found = shared::lock_refs(tx, refs).await?;
    let mut check = Check::default();
    let wanted = [
        ("/category_id", refs.category.is_some() && !found.category),
        ("/brand_id", refs.brand.is_some() && !found.brand),
        ("/supplier_id", refs.supplier.is_some() && !found.supplier),
    ];
    for (pointer, _) in wanted.into_iter().filter(|(_, missing)| *missing) {
        check.flaw(pointer, Flaw::new("not_found"));
    }
    Ok(check.finish()?)
}
