use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DocumentKind, InventoryError, LOW_STOCK, MovementKind, queries};
use crate::catalog::Image;
use crate::kernel::{LocationId, MovementId, Page, PageRequest, ProductId, VariantId};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// A variant's stock, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockView {
    /// What.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// Its stock-keeping unit.
    pub sku: String,
    /// The product's name.
    pub product_name: String,
    /// The values of the product's options that make this variant, by name, in their order.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub options: Map<String, Value>,
    /// Units in the shop.
    pub on_hand: i64,
    /// Units of them promised to open orders.
    pub reserved: i64,
    /// Units that may be sold.
    pub available: i64,
    /// Whether it runs low: three units or less may be sold.
    pub low: bool,
}

/// Which stock is wanted.
#[derive(Debug, Clone, Default)]
pub struct StockFilter {
    /// Of this variant alone.
    pub variant_id: Option<VariantId>,
    /// Looked for in product names and SKUs, without regard to marks and capitals.
    pub q: Option<String>,
    /// Only what runs low.
    pub low: bool,
}

/// The stock of all variants that are not deleted, by product name; with a search, those first whose SKU it is.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_stock(tx: &mut ShopTx, filter: &StockFilter, page: PageRequest) -> Result<Page<StockView>, InventoryError> {
    let total = queries::shelves::count(tx, filter).await?;
    let rows = queries::shelves::list(tx, filter, page).await?;
    Ok(Page::new(rows, page, total))
}

/// A variant that runs low, as the dashboard shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LowStock {
    /// What.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// Its stock-keeping unit.
    pub sku: String,
    /// The product's name.
    pub product_name: String,
    /// The values of the product's options that make this variant, by name, in their order.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub options: Map<String, Value>,
    /// The product's first picture.
    pub image: Option<Image>,
    /// Units that may be sold.
    pub available: i64,
}

/// The variants on sale of which the fewest units may be sold, [`LOW_STOCK`] at most: the emptiest first, at most `limit`.
///
/// # Errors
/// When the database gives no answer.
pub async fn low_stock(tx: &mut ShopTx, shop: &ShopInfo, limit: i64) -> Result<Vec<LowStock>, InventoryError> {
    Ok(queries::shelves::low(tx, shop, limit).await?)
}

/// A line of the stock ledger, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementView {
    /// Its id.
    pub id: MovementId,
    /// What moved.
    pub variant_id: VariantId,
    /// Its stock-keeping unit, as it is now.
    pub sku: String,
    /// The product's name, as it is now.
    pub product_name: String,
    /// In which way.
    pub kind: MovementKind,
    /// Units more or less in the shop.
    pub on_hand_delta: i64,
    /// Units more or less promised to orders.
    pub reserved_delta: i64,
    /// Where; a promise is made for the shop as a whole.
    pub location_id: Option<LocationId>,
    /// The location's name.
    pub location_name: Option<String>,
    /// Why, for an adjustment; otherwise empty.
    pub reason: String,
    /// What it belongs to.
    pub document: MovementDocument,
    /// Who did it.
    pub actor: MovementActor,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What a movement belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementDocument {
    /// Its kind.
    pub kind: DocumentKind,
    /// Its id.
    pub id: Uuid,
    /// Its number; adjustments have none.
    pub number: Option<i64>,
}

/// Who moved stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementActor {
    /// `staff`, `customer` or `system`.
    pub kind: String,
    /// Their name; empty for the server itself.
    pub name: String,
}

/// Which movements are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct MovementFilter {
    /// Of this variant.
    pub variant_id: Option<VariantId>,
    /// Of this kind.
    pub kind: Option<MovementKind>,
}

/// The ledger, newest first.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_movements(tx: &mut ShopTx, filter: MovementFilter, page: PageRequest) -> Result<Page<MovementView>, InventoryError> {
    let total = queries::movements::count(tx, filter).await?;
    let rows = queries::movements::list(tx, filter, page).await?;
    Ok(Page::new(rows, page, total))
}

/// The values a variant has for its product's options. `[{"name": …, "values": […]}, …]` beside one value each.
pub(super) fn option_map(options: &Value, values: Vec<String>) -> Map<String, Value> {
    let names = options.as_array().into_iter().flatten().filter_map(|option| option.get("name").and_then(Value::as_str));
    names.zip(values).map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
}

/// Whether so few units may be sold that somebody should know.
pub(super) const fn is_low(available: i64) -> bool {
    available <= LOW_STOCK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_keep_the_order_of_the_product() {
        let options = serde_json::json!([{ "name": "Màu", "values": ["Đỏ"] }, { "name": "Cỡ", "values": ["M", "L"] }]);
        let map = option_map(&options, vec!["Đỏ".to_owned(), "L".to_owned()]);
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"Màu":"Đỏ","Cỡ":"L"}"#);
        assert!(option_map(&serde_json::json!([]), vec![]).is_empty());
    }
}
