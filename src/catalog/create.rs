use super::CatalogError;
use super::derived::{record, refresh};
use super::input::ProductInput;
use super::names::{NameOf, free_name};
use super::parse::{NewProduct, parse_product};
use super::queries::products;
use super::read::find_product;
use super::refs::check_refs;
use super::replace::insert_all;
use super::views::ProductView;
use crate::kernel::ProductId;
use crate::platform::{DbResultExt, ShopTx};
use crate::tenancy::ShopInfo;

/// Makes a product with its variants, each with an empty stock row.
///
/// # Errors
/// [`CatalogError::Invalid`] with all flaws, [`CatalogError::SlugTaken`] for a slug that was asked for, [`CatalogError::SkuTaken`].
pub async fn create_product(tx: &mut ShopTx, shop: &ShopInfo, input: &ProductInput) -> Result<ProductView, CatalogError> {
    let (new, variants) = parse_product(input)?;
    check_refs(tx, new.refs).await?;
    let id = tx.new_id::<ProductId>();
    insert_with_slug(tx, id, &new).await?;
    insert_all(tx, id, (0..).zip(variants).collect(), "/variants").await?;
    refresh(tx, &[id.uuid()]).await?;
    record(tx, "product.created", id.uuid()).await?;
    find_product(tx, shop, id).await?.ok_or(CatalogError::NotFound)
}

/// With the slug asked for, or with one made from the name: somebody may ask for that very one meanwhile, so it is tried again.
async fn insert_with_slug(tx: &mut ShopTx, id: ProductId, new: &NewProduct) -> Result<(), CatalogError> {
    if let Some(slug) = &new.slug {
        let made = products::insert_product(tx, id, new, slug).await.on_constraint(CatalogError::of_constraint)?;
        return if made { Ok(()) } else { Err(CatalogError::SlugTaken) };
    }
    for _ in 0..4 {
        let slug = free_name(tx, NameOf::Product, &new.name, None).await?;
        if products::insert_product(tx, id, new, &slug).await.on_constraint(CatalogError::of_constraint)? {
            return Ok(());
        }
    }
    Err(CatalogError::SlugTaken)
}
