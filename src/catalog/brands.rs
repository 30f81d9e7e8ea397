use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::CatalogError;
use super::derived::{record, refresh};
use super::input::some;
use super::lists::{ListFilter, page_of, window};
use super::names::{NameOf, free_name};
use super::parse::{parse_slug, parse_status};
use super::queries::brands;
use crate::kernel::{BrandId, Check, Page, PageRequest, Status, line};
use crate::platform::{DbResultExt, ShopTx};

/// A brand as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BrandView {
    /// Its id.
    pub id: BrandId,
    /// Names it in filters; unique among the shop's brands that are not deleted.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// A hidden one is not shown to shoppers; its products are.
    pub status: Status,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A brand as shoppers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoreBrand {
    /// Its id.
    pub id: BrandId,
    /// What the filter takes.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Its active products.
    pub product_count: i64,
}

/// A brand about to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandInput {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Names it in filters; made from the name when not given.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub slug: Option<String>,
    /// `active` when not given; `deleted` is not allowed.
    #[serde(default)]
    pub status: Option<Status>,
}

/// What changes about a brand; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandPatch {
    /// What it is called. The slug stays unless it is changed too.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Names it in filters; null makes it anew from the name.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub slug: Option<Option<String>>,
    /// `active` or `hidden`.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
}

/// Parses a brand as it will be; the slug is made from the name where there is none, `own` kept if it may be.
async fn parse(
    tx: &mut ShopTx,
    name: &str,
    slug: Option<&str>,
    own: Option<&str>,
    status: Status,
) -> Result<(String, String, Status), CatalogError> {
    let mut check = Check::default();
    let name = check.at("/name", line(name, 1, 200));
    let slug = check.opt("/slug", slug, parse_slug);
    let status = check.at("/status", parse_status(status));
    let (Some(name), Some(slug), Some(status)) = (name, slug, status) else { return Err(check.into_invalid().into()) };
    let slug = match slug {
        Some(slug) => slug,
        None => free_name(tx, NameOf::Brand, &name, own).await?,
    };
    Ok((name, slug, status))
}

/// The shop's brands, by name; `None` asks for all of them on one page.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_brands(tx: &mut ShopTx, filter: &ListFilter, page: Option<PageRequest>) -> Result<Page<BrandView>, CatalogError> {
    let (limit, offset) = window(page);
    let total = brands::count_brands(tx, filter).await?;
    Ok(page_of(brands::list_brands(tx, filter, limit, offset).await?, page, total))
}

/// Active brands, by name, with how many active products each has.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_store_brands(tx: &mut ShopTx) -> Result<Vec<StoreBrand>, CatalogError> {
    Ok(brands::store_brands(tx).await?)
}

/// A brand by id, also a deleted one.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_brand(tx: &mut ShopTx, id: BrandId) -> Result<Option<BrandView>, CatalogError> {
    Ok(brands::find_brand(tx, id).await?)
}

/// Makes a brand.
///
/// # Errors
/// [`CatalogError::Invalid`], [`CatalogError::SlugTaken`] for a slug that was asked for.
pub async fn create_brand(tx: &mut ShopTx, input: &BrandInput) -> Result<BrandView, CatalogError> {
    let (name, slug, status) = parse(tx, &input.name, input.slug.as_deref(), None, input.status.unwrap_or(Status::Active)).await?;
    let id = tx.new_id::<BrandId>();
    brands::insert_brand(tx, id, &slug, &name, status).await.on_constraint(CatalogError::of_constraint)?;
    record(tx, "brand.created", id.uuid()).await?;
    find_brand(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// Changes a brand.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`], [`CatalogError::SlugTaken`].
pub async fn update_brand(tx: &mut ShopTx, id: BrandId, patch: &BrandPatch) -> Result<BrandView, CatalogError> {
    let now = lock_brand(tx, id).await?;
    let slug = patch.slug.as_ref().map_or(Some(now.slug.as_str()), Option::as_deref);
    let (name, own) = (patch.name.as_deref().unwrap_or(&now.name), Some(now.slug.as_str()));
    let (name, slug, status) = parse(tx, name, slug, own, patch.status.unwrap_or(now.status)).await?;
    brands::update_brand(tx, id, &slug, &name, status).await.on_constraint(CatalogError::of_constraint)?;
    if name != now.name {
        let products = brands::products_of(tx, id).await?;
        refresh(tx, &products).await?;
    }
    record(tx, "brand.changed", id.uuid()).await?;
    find_brand(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// Deletes a brand; its products lose it.
///
/// # Errors
/// [`CatalogError::NotFound`].
pub async fn delete_brand(tx: &mut ShopTx, id: BrandId) -> Result<(), CatalogError> {
    lock_brand(tx, id).await?;
    let products = brands::delete_brand(tx, id).await?;
    refresh(tx, &products).await?;
    Ok(record(tx, "brand.deleted", id.uuid()).await?)
}

/// Brings a deleted brand back, without products; one that is not deleted stays as it is.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::SlugTaken`].
pub async fn restore_brand(tx: &mut ShopTx, id: BrandId) -> Result<BrandView, CatalogError> {
    let now = brands::lock_brand(tx, id).await?.ok_or(CatalogError::NotFound)?;
    if now.status == Status::Deleted {
        brands::restore_brand(tx, id).await.on_constraint(CatalogError::of_constraint)?;
        record(tx, "brand.restored", id.uuid()).await?;
    }
    find_brand(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// The brand, locked, unless it is deleted.
pub(super) async fn lock_brand(tx: &mut ShopTx, id: BrandId) -> Result<BrandView, CatalogError> {
    let brand = brands::lock_brand(tx, id).await?;
    brand.filter(|brand| brand.status != Status::Deleted).ok_or(CatalogError::NotFound)
}
