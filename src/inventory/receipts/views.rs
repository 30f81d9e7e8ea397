use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::inventory::{InventoryError, queries};
use crate::kernel::{LocationId, Page, PageRequest, ReceiptId, SupplierId, VariantId};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// The state of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// Written, not yet in stock; may be changed.
    Draft,
    /// In stock, for good.
    Completed,
    /// A draft that was deleted; may be restored.
    Deleted,
}

impl ReceiptStatus {
    /// As it is stored and written in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Completed => "completed",
            Self::Deleted => "deleted",
        }
    }
}

impl From<String> for ReceiptStatus {
    /// What is stored is held to the three words by a CHECK; anything else counts as deleted, the state that allows least.
    fn from(text: String) -> Self {
        match text.as_str() {
            "draft" => Self::Draft,
            "completed" => Self::Completed,
            _ => Self::Deleted,
        }
    }
}

/// A receipt in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptSummary {
    /// Its id.
    pub id: ReceiptId,
    /// Its number in the shop, from 1001.
    pub number: i64,
    /// Its state.
    pub status: ReceiptStatus,
    /// Who delivered.
    pub supplier_id: Option<SupplierId>,
    /// Their name.
    pub supplier_name: Option<String>,
    /// Where the goods lie.
    pub location_id: LocationId,
    /// Its name.
    pub location_name: String,
    /// The supplier's own number of the delivery; empty when there is none.
    pub reference: String,
    /// Units on all lines.
    pub units: i64,
    /// What they cost, in minor units; lines without a cost count nothing.
    pub total_cost: i64,
    /// The shop's currency, ISO 4217.
    pub currency: &'static str,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When its goods came into stock.
    #[serde(with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// Its head.
    #[serde(flatten)]
    pub head: ReceiptSummary,
    /// What came.
    pub lines: Vec<ReceiptLine>,
}

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptLine {
    /// What came.
    pub variant_id: VariantId,
    /// Its stock-keeping unit, as it is now.
    pub sku: String,
    /// The product's name, as it is now.
    pub product_name: String,
    /// Units.
    pub quantity: i64,
    /// What one unit cost, in minor units.
    pub unit_cost: Option<i64>,
}

/// Which receipts are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReceiptFilter {
    /// Only those in this state; without it all but the deleted ones.
    pub status: Option<ReceiptStatus>,
    /// Only those of this supplier.
    pub supplier_id: Option<SupplierId>,
}

/// The shop's receipts, newest first.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_receipts(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    filter: ReceiptFilter,
    page: PageRequest,
) -> Result<Page<ReceiptSummary>, InventoryError> {
    let total = queries::receipts::count(tx, filter).await?;
    let rows = queries::receipts::list(tx, filter, page).await?;
    Ok(Page::new(rows.into_iter().map(|row| row.view(shop)).collect(), page, total))
}

/// A receipt by id; a deleted one is not here.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_receipt(tx: &mut ShopTx, shop: &ShopInfo, id: ReceiptId) -> Result<Option<ReceiptView>, InventoryError> {
    let Some(row) = queries::receipts::find(tx, id).await? else { return Ok(None) };
    let lines = queries::receipts::lines(tx, id).await?;
    Ok(Some(ReceiptView { head: row.view(shop), lines }))
}
