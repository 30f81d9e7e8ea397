use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::CatalogError;
use super::derived::record;
use super::input::some;
use super::lists::{ListFilter, page_of, window};
use super::names::{NameOf, free_name};
use super::parse::parse_status;
use super::queries::suppliers;
use crate::kernel::{Check, Email, Flaw, Page, PageRequest, Phone, Status, SupplierId, line};
use crate::platform::{DbResultExt, ShopTx};

/// A supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SupplierView {
    /// Its id.
    pub id: SupplierId,
    /// The merchant's own short name for it; unique among the shop's suppliers that are not deleted.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Where to write to; empty: not known.
    pub email: String,
    /// Where to call, E.164; empty: not known.
    pub phone: String,
    /// Where it is; empty: not known.
    pub address: String,
    /// Whether it is offered where one is chosen.
    pub status: Status,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A supplier about to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierInput {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The merchant's own short name for it; made from the name when not given.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub code: Option<String>,
    /// Where to write to.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// Where to call. Without a country code it is taken as Vietnamese.
    #[serde(default)]
    #[schema(max_length = 30)]
    pub phone: Option<String>,
    /// Where it is.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub address: Option<String>,
    /// `active` when not given; `deleted` is not allowed.
    #[serde(default)]
    pub status: Option<Status>,
}

/// What changes about a supplier. A field that is absent stays as it is; one that may be empty is cleared with null.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplierPatch {
    /// What it is called.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// The merchant's own short name for it; null makes it anew from the name.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 60)]
    pub code: Option<Option<String>>,
    /// Where to write to.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 254)]
    pub email: Option<Option<String>>,
    /// Where to call.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 30)]
    pub phone: Option<Option<String>>,
    /// Where it is.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub address: Option<Option<String>>,
    /// `active` or `hidden`.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
}

/// A supplier's fields, every one parsed.
pub(super) struct SupplierFields {
    pub(super) name: String,
    /// `None`: to be made from the name.
    pub(super) code: Option<String>,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) address: String,
    pub(super) status: Status,
}

impl SupplierFields {
    fn parse(input: &SupplierInput) -> Result<Self, CatalogError> {
        let mut check = Check::default();
        let name = check.at("/name", line(&input.name, 1, 200));
        let code = check.opt("/code", input.code.as_deref(), |code| line(code, 1, 60));
        let email = check.at("/email", or_empty(input.email.as_deref(), |text| Email::parse(text).map(|email| email.as_str().to_owned())));
        let phone = check.at("/phone", or_empty(input.phone.as_deref(), |text| Phone::parse(text).map(|phone| phone.as_str().to_owned())));
        let address = check.at("/address", line(input.address.as_deref().unwrap_or_default(), 0, 500));
        let status = check.at("/status", parse_status(input.status.unwrap_or(Status::Active)));
        match (name, code, email, phone, address, status) {
            (Some(name), Some(code), Some(email), Some(phone), Some(address), Some(status)) => {
                Ok(Self { name, code, email, phone, address, status })
            }
            _ => Err(check.into_invalid().into()),
        }
    }

    async fn code(&self, tx: &mut ShopTx, own: Option<&str>) -> Result<String, CatalogError> {
        match &self.code {
            Some(code) => Ok(code.clone()),
            None => Ok(free_name(tx, NameOf::Supplier, &self.name, own).await?),
        }
    }
}

fn or_empty(text: Option<&str>, parse: impl FnOnce(&str) -> Result<String, Flaw>) -> Result<String, Flaw> {
    text.filter(|text| !text.trim().is_empty()).map_or_else(|| Ok(String::new()), parse)
}

/// The shop's suppliers, by name; `None` asks for all of them on one page.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_suppliers(tx: &mut ShopTx, filter: &ListFilter, page: Option<PageRequest>) -> Result<Page<SupplierView>, CatalogError> {
    let (limit, offset) = window(page);
    let total = suppliers::count_suppliers(tx, filter).await?;
    Ok(page_of(suppliers::list_suppliers(tx, filter, limit, offset).await?, page, total))
}

/// A supplier by id, also a deleted one.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<Option<SupplierView>, CatalogError> {
    Ok(suppliers::find_supplier(tx, id).await?)
}

/// Makes a supplier.
///
/// # Errors
/// [`CatalogError::Invalid`], [`CatalogError::CodeTaken`] for a code that was asked for.
pub async fn create_supplier(tx: &mut ShopTx, input: &SupplierInput) -> Result<SupplierView, CatalogError> {
    let new = SupplierFields::parse(input)?;
    let code = new.code(tx, None).await?;
    let id = tx.new_id::<SupplierId>();
    suppliers::insert_supplier(tx, id, &code, &new).await.on_constraint(CatalogError::of_constraint)?;
    record(tx, "supplier.created", id.uuid()).await?;
    find_supplier(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// Changes a supplier.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`], [`CatalogError::CodeTaken`].
pub async fn update_supplier(tx: &mut ShopTx, id: SupplierId, patch: &SupplierPatch) -> Result<SupplierView, CatalogError> {
    let now = lock_supplier(tx, id).await?;
    let own = now.code.clone();
    let new = SupplierFields::parse(&SupplierInput {
        name: patch.name.clone().unwrap_or(now.name),
        code: patch.code.clone().unwrap_or(Some(now.code)),
        email: patch.email.clone().unwrap_or(Some(now.email)),
        phone: patch.phone.clone().unwrap_or(Some(now.phone)),
        address: patch.address.clone().unwrap_or(Some(now.address)),
        status: patch.status.or(Some(now.status)),
    })?;
    let code = new.code(tx, Some(&own)).await?;
    suppliers::update_supplier(tx, id, &code, &new).await.on_constraint(CatalogError::of_constraint)?;
    record(tx, "supplier.changed", id.uuid()).await?;
    find_supplier(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// Deletes a supplier; its products lose it, goods receipts keep it.
///
/// # Errors
/// [`CatalogError::NotFound`].
pub async fn delete_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<(), CatalogError> {
    lock_supplier(tx, id).await?;
    suppliers::delete_supplier(tx, id).await?;
    Ok(record(tx, "supplier.deleted", id.uuid()).await?)
}

/// Brings a deleted supplier back, without products; one that is not deleted stays as it is.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::CodeTaken`].
pub async fn restore_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<SupplierView, CatalogError> {
    let now = suppliers::lock_supplier(tx, id).await?.ok_or(CatalogError::NotFound)?;
    if now.status == Status::Deleted {
        suppliers::restore_supplier(tx, id).await.on_constraint(CatalogError::of_constraint)?;
        record(tx, "supplier.restored", id.uuid()).await?;
    }
    find_supplier(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// The supplier, locked, unless it is deleted.
pub(super) async fn lock_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<SupplierView, CatalogError> {
    let supplier = suppliers::lock_supplier(tx, id).await?;
    supplier.filter(|supplier| supplier.status != Status::Deleted).ok_or(CatalogError::NotFound)
}
