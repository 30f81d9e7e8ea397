//! What staff's pages show of the catalog beside what they are about: names behind SKUs, counts.

use std::collections::HashMap;

use super::CatalogError;
use super::queries::glance;
use crate::kernel::{BrandId, VariantId};
use crate::platform::ShopTx;

/// A variant as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantName {
    /// Its id.
    pub id: VariantId,
    /// Its stock-keeping unit.
    pub sku: String,
    /// What its product is called.
    pub product_name: String,
    /// The values chosen, in the order of the product's options.
    pub option_values: Vec<String>,
}

/// The variants behind SKUs somebody typed; those that are no variant's are left out.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_variants_by_sku(tx: &mut ShopTx, skus: &[String]) -> Result<Vec<VariantName>, CatalogError> {
    Ok(glance::variants_by_sku(tx, skus).await?)
}

/// Variants of active products to choose from, by product name, at most `limit`.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_variant_names(tx: &mut ShopTx, limit: i64) -> Result<Vec<VariantName>, CatalogError> {
    Ok(glance::variant_names(tx, limit).await?)
}

/// Whether any product that is not deleted has a picture.
///
/// # Errors
/// When the database gives no answer.
pub async fn has_pictures(tx: &mut ShopTx) -> Result<bool, CatalogError> {
    Ok(glance::has_pictures(tx).await?)
}

/// How many products that are not deleted each brand has; one without any is left out.
///
/// # Errors
/// When the database gives no answer.
pub async fn count_products_by_brand(tx: &mut ShopTx) -> Result<HashMap<BrandId, i64>, CatalogError> {
    Ok(glance::products_by_brand(tx).await?.into_iter().collect())
}
