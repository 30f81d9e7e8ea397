use super::complete::{lacks_room, receive};
use super::{ReceiptInput, ReceiptTarget, ReceiptView, find_receipt};
use crate::identity::Actor;
use crate::inventory::{Document, InventoryError, named, queries};
use crate::kernel::{Invalid, ReceiptId, VariantId};
use crate::platform::ShopTx;
use crate::platform::events;
use crate::tenancy::ShopInfo;

/// Writes a receipt, as a draft or with its goods put in stock at once.
///
/// # Errors
/// [`InventoryError::Invalid`] names every flaw: also a variant, supplier or location that is not here, and units that would be
/// more than a shop may have.
pub async fn create_receipt(tx: &mut ShopTx, shop: &ShopInfo, input: &ReceiptInput, actor: &Actor) -> Result<ReceiptView, InventoryError> {
    let new = input.parse()?;
    let variants: Vec<VariantId> = new.lines.iter().map(|line| line.variant_id).collect();
    let found = named::look_up(tx, new.supplier_id, new.location_id, &variants).await?;
    refuse(found.flaws)?;
    let completed = input.status == ReceiptTarget::Completed;
    if completed {
        // Stock before the number, the number before the events: locks are taken in one order everywhere.
        refuse(lacks_room(tx, &new.lines).await?)?;
    }
    let id = tx.new_id::<ReceiptId>();
    let number = events::next_number(tx, "receipt").await?;
    queries::receipts::insert(tx, id, number, &new, found.location, completed).await?;
    queries::receipts::insert_lines(tx, id, &new.lines).await?;
    if completed {
        receive(tx, &Document::receipt(id, number), found.location, &new.lines, actor).await?;
    }
    find_receipt(tx, shop, id).await?.ok_or(InventoryError::NotFound)
}

pub(super) fn refuse(flaws: Vec<crate::kernel::FieldError>) -> Result<(), Invalid> {
    if flaws.is_empty() { Ok(()) } else { Err(Invalid(flaws)) }
}
