use serde::Serialize;
use utoipa::ToSchema;

use super::{IdentityError, queries};
use crate::kernel::{Address, AddressId, CustomerId};
use crate::platform::{DbError, ShopTx};

/// A saved address of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddressView {
    /// Its id.
    pub id: AddressId,
    /// The address.
    #[serde(flatten)]
    pub address: Address,
    /// Whether a checkout starts with it.
    pub is_default: bool,
}

/// The most addresses a customer may save.
const MOST: i64 = 50;

/// A customer's addresses, the default one first.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_addresses(tx: &mut ShopTx, customer: CustomerId) -> Result<Vec<AddressView>, DbError> {
    queries::addresses::list_addresses(tx, customer).await
}

/// Saves an address; the first one is the default.
pub(super) async fn add_address(
    tx: &mut ShopTx,
    customer: CustomerId,
    address: &Address,
    is_default: bool,
) -> Result<AddressView, IdentityError> {
    let saved = queries::addresses::lock_count(tx, customer).await?;
    if saved >= MOST {
        return Err(crate::kernel::Invalid::at("", crate::kernel::Flaw::new("too_many").with("max", MOST)).into());
    }
    let is_default = is_default || saved == 0;
    if is_default {
        queries::addresses::clear_default(tx, customer).await?;
    }
    let id = tx.new_id::<AddressId>();
    queries::addresses::insert_address(tx, id, customer, address, is_default).await?;
    Ok(AddressView { id, address: address.clone(), is_default })
}

/// Forgets an address. Orders keep their own copy.
pub(super) async fn remove_address(tx: &mut ShopTx, customer: CustomerId, id: AddressId) -> Result<(), IdentityError> {
    if queries::addresses::delete_address(tx, customer, id).await? { Ok(()) } else { Err(IdentityError::NotFound) }
}
