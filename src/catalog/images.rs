use std::collections::HashSet;

use uuid::Uuid;

use super::CatalogError;
use super::queries::images;
use super::read::images_by_product;
use super::variants::{lock_live, settle};
use super::views::Image;
use crate::kernel::{Flaw, ImageId, Invalid, ProductId, line};
use crate::platform::ShopTx;
use crate::platform::media::Stored;
use crate::tenancy::ShopInfo;

/// The most pictures a product may have.
pub const MAX_IMAGES: usize = 20;

/// Puts a picture that is kept already behind those a product has.
///
/// # Errors
/// [`CatalogError::NotFound`]; [`CatalogError::Invalid`] at `/alt`, or at `/file` when there are [`MAX_IMAGES`].
pub async fn add_image(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId, picture: &Stored, alt: &str) -> Result<Image, CatalogError> {
    let alt = line(alt, 0, 300).map_err(|flaw| Invalid::at("/alt", flaw))?;
    lock_live(tx, product).await?;
    refuse_full(tx, product).await?;
    let id = tx.new_id::<ImageId>();
    images::insert_image(tx, id, product, picture, &alt).await?;
    settle(tx, product).await?;
    list_images(tx, shop, product).await?.into_iter().find(|image| image.id == id).ok_or(CatalogError::NotFound)
}

/// Whether a product is here and may have one more picture, or has the one to be replaced: asked before an upload is kept.
///
/// # Errors
/// As [`add_image`] and [`replace_image`].
pub async fn expect_image(tx: &mut ShopTx, product: ProductId, replaced: Option<ImageId>) -> Result<(), CatalogError> {
    lock_live(tx, product).await?;
    let Some(replaced) = replaced else { return refuse_full(tx, product).await };
    let known = images::images_of(tx, &[product.uuid()]).await?;
    if known.iter().any(|image| image.id == replaced) { Ok(()) } else { Err(CatalogError::NotFound) }
}

async fn refuse_full(tx: &mut ShopTx, product: ProductId) -> Result<(), CatalogError> {
    if images::images_of(tx, &[product.uuid()]).await?.len() >= MAX_IMAGES {
        return Err(CatalogError::at("/file", Flaw::new("too_many").with("max", MAX_IMAGES)));
    }
    Ok(())
}

/// A product's pictures, in their order.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_images(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId) -> Result<Vec<Image>, CatalogError> {
    Ok(images_by_product(tx, shop, &[product.uuid()]).await?.remove(&product).unwrap_or_default())
}

/// Puts another picture, kept already, in the place of one; what it says stays unless `alt` is given.
///
/// # Errors
/// [`CatalogError::NotFound`]; [`CatalogError::Invalid`] at `/alt`.
pub async fn replace_image(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    product: ProductId,
    image: ImageId,
    picture: &Stored,
    alt: Option<&str>,
) -> Result<Image, CatalogError> {
    let alt = alt.map(|alt| line(alt, 0, 300)).transpose().map_err(|flaw| Invalid::at("/alt", flaw))?;
    lock_live(tx, product).await?;
    if !images::update_image(tx, product, image, picture, alt.as_deref()).await? {
        return Err(CatalogError::NotFound);
    }
    settle(tx, product).await?;
    list_images(tx, shop, product).await?.into_iter().find(|found| found.id == image).ok_or(CatalogError::NotFound)
}

/// Takes a picture from a product. Its file stays: orders still show it.
///
/// # Errors
/// [`CatalogError::NotFound`].
pub async fn remove_image(tx: &mut ShopTx, product: ProductId, image: ImageId) -> Result<(), CatalogError> {
    lock_live(tx, product).await?;
    if !images::delete_image(tx, product, image).await? {
        return Err(CatalogError::NotFound);
    }
    settle(tx, product).await
}

/// Puts a product's pictures into an order that names each of them once.
///
/// # Errors
/// [`CatalogError::NotFound`]; [`CatalogError::Invalid`] at `/order`.
pub async fn order_images(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId, order: &[ImageId]) -> Result<Vec<Image>, CatalogError> {
    lock_live(tx, product).await?;
    let known: HashSet<ImageId> = images::images_of(tx, &[product.uuid()]).await?.into_iter().map(|image| image.id).collect();
    let mut seen = HashSet::new();
    for (i, id) in order.iter().enumerate() {
        let code = if !known.contains(id) {
            "not_found"
        } else if seen.insert(*id) {
            continue;
        } else {
            "duplicate"
        };
        return Err(CatalogError::at(&format!("/order/{i}"), Flaw::new(code)));
    }
    if seen.len() < known.len() {
        return Err(CatalogError::at("/order", Flaw::new("incomplete")));
    }
    let order: Vec<Uuid> = order.iter().map(|id| id.uuid()).collect();
    images::place_images(tx, product, &order).await?;
    settle(tx, product).await?;
    list_images(tx, shop, product).await
}
