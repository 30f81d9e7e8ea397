use super::create::refuse;
use super::input::{parse_lines, parse_reference};
use super::{NewLine, ReceiptPatch, ReceiptStatus, ReceiptView, find_receipt};
use crate::inventory::{InventoryError, named, queries};
use crate::kernel::{Check, ReceiptId, VariantId};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// A receipt to be changed in this transaction: nobody else changes or completes it meanwhile.
///
/// # Errors
/// [`InventoryError::NotFound`].
pub async fn lock_receipt(tx: &mut ShopTx, shop: &ShopInfo, id: ReceiptId) -> Result<ReceiptView, InventoryError> {
    queries::receipts::lock(tx, id).await?.ok_or(InventoryError::NotFound)?;
    find_receipt(tx, shop, id).await?.ok_or(InventoryError::NotFound)
}

/// Changes a draft.
///
/// # Errors
/// As for creating; [`InventoryError::ReceiptCompleted`] when it is no draft any more.
pub async fn update_receipt(tx: &mut ShopTx, shop: &ShopInfo, id: ReceiptId, patch: &ReceiptPatch) -> Result<ReceiptView, InventoryError> {
    let mut check = Check::default();
    let reference = check.opt("/reference", patch.reference.as_deref(), parse_reference);
    let lines: Option<Vec<NewLine>> = patch.lines.as_deref().map(|lines| parse_lines(&mut check, lines));
    check.finish()?;
    lock_draft(tx, id).await?;
    let variants: Vec<VariantId> = lines.iter().flatten().map(|line| line.variant_id).collect();
    let found = named::look_up(tx, patch.supplier_id.flatten(), patch.location_id, &variants).await?;
    refuse(found.flaws)?;
    queries::receipts::update(tx, id, patch.supplier_id, patch.location_id, reference.flatten().as_deref()).await?;
    if let Some(lines) = lines {
        queries::receipts::delete_lines(tx, id).await?;
        queries::receipts::insert_lines(tx, id, &lines).await?;
    }
    find_receipt(tx, shop, id).await?.ok_or(InventoryError::NotFound)
}

/// Deletes a draft: it leaves the list and keeps its number.
///
/// # Errors
/// [`InventoryError::ReceiptCompleted`] for what is in stock.
pub async fn delete_receipt(tx: &mut ShopTx, id: ReceiptId) -> Result<(), InventoryError> {
    lock_draft(tx, id).await?;
    Ok(queries::receipts::set_status(tx, id, ReceiptStatus::Deleted).await?)
}

/// Makes a deleted receipt a draft again; one that was not deleted stays as it is.
///
/// # Errors
/// [`InventoryError::NotFound`].
pub async fn restore_receipt(tx: &mut ShopTx, shop: &ShopInfo, id: ReceiptId) -> Result<ReceiptView, InventoryError> {
    let receipt = queries::receipts::lock(tx, id).await?.ok_or(InventoryError::NotFound)?;
    if receipt.status == ReceiptStatus::Deleted {
        queries::receipts::set_status(tx, id, ReceiptStatus::Draft).await?;
    }
    find_receipt(tx, shop, id).await?.ok_or(InventoryError::NotFound)
}

async fn lock_draft(tx: &mut ShopTx, id: ReceiptId) -> Result<(), InventoryError> {
    match queries::receipts::lock(tx, id).await?.map(|receipt| receipt.status) {
        Some(ReceiptStatus::Draft) => Ok(()),
        Some(ReceiptStatus::Completed) => Err(InventoryError::ReceiptCompleted),
        Some(ReceiptStatus::Deleted) | None => Err(InventoryError::NotFound),
    }
}
