use super::CatalogError;
use super::derived::{record, refresh};
use super::input::ProductPatch;
use super::names::{NameOf, free_name};
use super::options::fits;
use super::parse::{NewProduct, Refs, parse_product_patch};
use super::queries::products::{self, ProductRow};
use super::queries::variants;
use super::read::find_product;
use super::refs::check_refs;
use super::replace::replace_variants;
use super::variants::{lock_live, settle};
use super::views::ProductView;
use crate::kernel::{Flaw, ProductId, Status};
use crate::platform::{DbResultExt, ShopTx};
use crate::tenancy::ShopInfo;

/// Changes a product, and its whole list of variants when that is given.
///
/// # Errors
/// [`CatalogError::NotFound`] also for a deleted one, [`CatalogError::Invalid`], [`CatalogError::SlugTaken`],
/// [`CatalogError::SkuTaken`].
pub async fn update_product(tx: &mut ShopTx, shop: &ShopInfo, id: ProductId, patch: &ProductPatch) -> Result<ProductView, CatalogError> {
    update_seen(tx, shop, id, patch, |_| Ok(())).await
}

/// As [`update_product`], once `seen` has agreed to the product as it is, under its lock.
pub(super) async fn update_seen<E: From<CatalogError>>(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    id: ProductId,
    patch: &ProductPatch,
    seen: impl FnOnce(&ProductView) -> Result<(), E> + Send,
) -> Result<ProductView, E> {
    let named = Refs { category: patch.category_id.flatten(), brand: patch.brand_id.flatten(), supplier: patch.supplier_id.flatten() };
    check_refs(tx, named).await?;
    let row = lock_live(tx, id).await?;
    let current = find_product(tx, shop, id).await?.ok_or(CatalogError::NotFound)?;
    seen(&current)?;
    Ok(apply(tx, shop, row, patch).await?)
}

async fn apply(tx: &mut ShopTx, shop: &ShopInfo, row: ProductRow, patch: &ProductPatch) -> Result<ProductView, CatalogError> {
    let (id, own) = (row.id, row.slug.clone());
    let (new, list) = parse_product_patch(patch, as_new(row)).map_err(CatalogError::Invalid)?;
    if patch.options.is_some() && list.is_none() {
        refuse_unfit(tx, id, &new).await?;
    }
    let slug = match &new.slug {
        Some(slug) => slug.clone(),
        None => free_name(tx, NameOf::Product, &new.name, Some(&own)).await?,
    };
    products::update_product(tx, id, &new, &slug).await.on_constraint(CatalogError::of_constraint)?;
    if let Some(list) = list {
        replace_variants(tx, id, list).await?;
    }
    settle(tx, id).await?;
    find_product(tx, shop, id).await?.ok_or(CatalogError::NotFound)
}

fn as_new(row: ProductRow) -> NewProduct {
    NewProduct {
        name: row.name,
        slug: Some(row.slug),
        description: row.description,
        refs: Refs { category: row.category_id, brand: row.brand_id, supplier: row.supplier_id },
        status: Status::from(row.status),
        options: row.options.0,
    }
}

/// Options that no longer offer what a variant is would leave it without a meaning.
async fn refuse_unfit(tx: &mut ShopTx, id: ProductId, new: &NewProduct) -> Result<(), CatalogError> {
    let live = variants::variants_of(tx, &[id.uuid()]).await?;
    let unfit = live.iter().any(|variant| !fits(&new.options, &variant.option_values));
    if unfit { Err(CatalogError::at("/options", Flaw::new("mismatch"))) } else { Ok(()) }
}

/// Deletes a product with its variants: it leaves every list and page at once, and its slug and SKUs are free. Orders keep what
/// they say about it.
///
/// # Errors
/// [`CatalogError::NotFound`].
pub async fn delete_product(tx: &mut ShopTx, id: ProductId) -> Result<(), CatalogError> {
    lock_live(tx, id).await?;
    if !products::delete_product(tx, id).await? {
        return Err(CatalogError::NotFound);
    }
    Ok(record(tx, "product.deleted", id.uuid()).await?)
}

/// Brings a deleted product back as it was, with the variants it was deleted with; one that is not deleted stays as it is.
///
/// # Errors
/// [`CatalogError::NotFound`]; [`CatalogError::SlugTaken`] and [`CatalogError::SkuTaken`] when the names are others' by now.
pub async fn restore_product(tx: &mut ShopTx, shop: &ShopInfo, id: ProductId) -> Result<ProductView, CatalogError> {
    let row = products::lock_product(tx, id).await?.ok_or(CatalogError::NotFound)?;
    if Status::from(row.status) == Status::Deleted {
        products::restore_product(tx, id).await.on_constraint(CatalogError::of_constraint)?;
        refresh(tx, &[id.uuid()]).await?;
        record(tx, "product.restored", id.uuid()).await?;
    }
    find_product(tx, shop, id).await?.ok_or(CatalogError::NotFound)
}
