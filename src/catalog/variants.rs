use uuid::Uuid;

use super::CatalogError;
use super::derived::{record, refresh};
use super::input::{VariantInput, VariantPatch};
use super::options::MAX_VARIANTS;
use super::parse::{NewVariant, parse_variant, parse_variant_patch};
use super::queries::products::{self, ProductRow};
use super::queries::variants::{self, VariantRow};
use super::read::find_product;
use super::replace::{insert_all, update_all};
use super::views::{ProductView, SellableVariant, VariantView};
use crate::kernel::{Flaw, Invalid, ProductId, Status, VariantId};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// What the lines of carts and orders are made of, in the order of the ids; ids of no variant of the shop are left out.
///
/// # Errors
/// When the database gives no answer.
pub async fn sellable_variants(tx: &mut ShopTx, ids: &[VariantId]) -> Result<Vec<SellableVariant>, CatalogError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    Ok(variants::sellable_variants(tx, &ids).await?)
}

/// Adds a variant behind those a product has.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`], [`CatalogError::SkuTaken`].
pub async fn create_variant(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    product: ProductId,
    input: &VariantInput,
) -> Result<VariantView, CatalogError> {
    let row = lock_live(tx, product).await?;
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    if input.id.is_some() {
        return Err(CatalogError::at("/id", Flaw::new("unknown")));
    }
    if row.options.is_empty() {
        return Err(CatalogError::at("/options", Flaw::new("too_many").with("max", 1)));
    }
    if live.len() >= MAX_VARIANTS {
        return Err(CatalogError::at("", Flaw::new("too_many").with("max", MAX_VARIANTS)));
    }
    let new = parse_variant(&row.options, input)?;
    refuse_double(&live, &new, None)?;
    let sku = new.sku.clone();
    let position = live.last().map_or(0, |last| last.position.saturating_add(1));
    insert_all(tx, product, vec![(position, new)], "").await?;
    let view = changed(tx, shop, product).await?;
    view.variants.into_iter().find(|variant| variant.sku == sku).ok_or(CatalogError::NotFound)
}

/// A variant as it is, and stays until this transaction ends; neither it nor its product is deleted.
pub(super) async fn lock_variant(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId, id: VariantId) -> Result<VariantView, CatalogError> {
    lock_live(tx, product).await?;
    let view = find_product(tx, shop, product).await?.ok_or(CatalogError::NotFound)?;
    view.variants.into_iter().find(|variant| variant.id == id).ok_or(CatalogError::NotFound)
}

/// Changes a variant.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`], [`CatalogError::SkuTaken`].
pub async fn update_variant(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    product: ProductId,
    id: VariantId,
    patch: &VariantPatch,
) -> Result<VariantView, CatalogError> {
    let row = lock_live(tx, product).await?;
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    let now = live.iter().find(|variant| variant.id == id).ok_or(CatalogError::NotFound)?;
    let new = parse_variant_patch(&row.options, patch, as_new(now))?;
    refuse_double(&live, &new, Some(id))?;
    update_all(tx, product, vec![(id, now.position, new)], &live, "").await?;
    let view = changed(tx, shop, product).await?;
    view.variants.into_iter().find(|variant| variant.id == id).ok_or(CatalogError::NotFound)
}

/// Deletes a variant; orders keep what they say about it. A product keeps at least one.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::LastVariant`].
pub async fn delete_variant(tx: &mut ShopTx, product: ProductId, id: VariantId) -> Result<(), CatalogError> {
    lock_live(tx, product).await?;
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    if !live.iter().any(|variant| variant.id == id) {
        return Err(CatalogError::NotFound);
    }
    if live.len() == 1 {
        return Err(CatalogError::LastVariant);
    }
    variants::delete_variants(tx, &[id.uuid()]).await?;
    settle(tx, product).await
}

/// One variant beside the others of its product: no SKU and no combination twice.
fn refuse_double(live: &[VariantRow], new: &NewVariant, but: Option<VariantId>) -> Result<(), CatalogError> {
    let others = || live.iter().filter(|variant| Some(variant.id) != but);
    if others().any(|variant| variant.sku == new.sku) {
        return Err(CatalogError::SkuTaken(Invalid::at("/sku", Flaw::new("taken")).0));
    }
    if others().any(|variant| variant.option_values == new.option_values) {
        return Err(CatalogError::at("/options", Flaw::new("duplicate")));
    }
    Ok(())
}

fn as_new(row: &VariantRow) -> NewVariant {
    NewVariant {
        id: Some(row.id),
        sku: row.sku.clone(),
        option_values: row.option_values.clone(),
        price: row.price,
        compare_at_price: row.compare_at_price,
        cost: row.cost,
        barcode: row.barcode.clone(),
        weight_g: row.weight_g,
    }
}

/// The product, locked, unless it is deleted.
pub(super) async fn lock_live(tx: &mut ShopTx, product: ProductId) -> Result<ProductRow, CatalogError> {
    let row = products::lock_product(tx, product).await?;
    row.filter(|row| Status::from(row.status) != Status::Deleted).ok_or(CatalogError::NotFound)
}

/// What every change of a product ends with.
pub(super) async fn settle(tx: &mut ShopTx, product: ProductId) -> Result<(), CatalogError> {
    products::touch_product(tx, product).await?;
    refresh(tx, &[product.uuid()]).await?;
    Ok(record(tx, "product.changed", product.uuid()).await?)
}

async fn changed(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId) -> Result<ProductView, CatalogError> {
    settle(tx, product).await?;
    find_product(tx, shop, product).await?.ok_or(CatalogError::NotFound)
}
