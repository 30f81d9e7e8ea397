use std::collections::HashMap;

use uuid::Uuid;

use super::CatalogError;
use super::derived::search_words;
use super::options::named;
use super::queries::{images, products, variants};
use super::views::{Image, ProductView, VariantView};
use crate::kernel::{BrandId, CategoryId, Page, PageRequest, ProductId, Slug, Status, SupplierId};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// Which products staff want to see.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Of this status; `None`: all that are not deleted.
    pub status: Option<Status>,
    /// Of this category or one below it.
    pub category_id: Option<CategoryId>,
    /// Of this brand.
    pub brand_id: Option<BrandId>,
    /// Usually bought from this supplier.
    pub supplier_id: Option<SupplierId>,
    /// Looked for word by word, without marks, in name, brand, category, SKUs and barcodes.
    pub q: Option<String>,
    /// Their order.
    pub sort: ProductSort,
}

impl ProductFilter {
    pub(super) fn words(&self) -> Option<Vec<String>> {
        search_words(self.q.as_deref())
    }
}

/// In which order staff see products.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProductSort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// Those changed last first.
    Changed,
}

/// A page of the shop's products, as staff see them.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_products(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    filter: &ProductFilter,
    page: PageRequest,
) -> Result<Page<ProductView>, CatalogError> {
    let total = products::count_products(tx, filter).await?;
    let ids = products::list_product_ids(tx, filter, page).await?;
    Ok(Page::new(views_of(tx, shop, &ids).await?, page, total))
}

/// A product by id, also a deleted one: its status says so, and staff may restore it.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_product(tx: &mut ShopTx, shop: &ShopInfo, id: ProductId) -> Result<Option<ProductView>, CatalogError> {
    Ok(views_of(tx, shop, &[id.uuid()]).await?.pop())
}

/// A product that is not deleted, by its slug.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_product_by_slug(tx: &mut ShopTx, shop: &ShopInfo, slug: &str) -> Result<Option<ProductView>, CatalogError> {
    let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
    match products::find_id_by_slug(tx, slug.as_str()).await? {
        Some(id) => find_product(tx, shop, id).await,
        None => Ok(None),
    }
}

/// Products with their variants and pictures, in the order of the ids: three statements, however many there are.
pub(super) async fn views_of(tx: &mut ShopTx, shop: &ShopInfo, ids: &[Uuid]) -> Result<Vec<ProductView>, CatalogError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = products::product_rows(tx, ids).await?;
    let mut variants = by_product(variants::variants_of(tx, ids).await?, |row| row.product_id);
    let mut pictures = images_by_product(tx, shop, ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let options = row.options.0;
            let variants = variants.remove(&row.id).unwrap_or_default();
            ProductView {
                id: row.id,
                name: row.name,
                slug: row.slug,
                description: row.description,
                status: Status::from(row.status),
                category_id: row.category_id,
                brand_id: row.brand_id,
                supplier_id: row.supplier_id,
                variants: variants.into_iter().map(|variant| variant_view(&options, variant)).collect(),
                options,
                images: pictures.remove(&row.id).unwrap_or_default(),
                currency: shop.currency.code(),
                created_at: row.created_at,
                updated_at: row.updated_at,
            }
        })
        .collect())
}

fn variant_view(options: &[super::options::ProductOption], row: variants::VariantRow) -> VariantView {
    VariantView {
        id: row.id,
        sku: row.sku,
        options: named(options, row.option_values),
        price: row.price,
        compare_at_price: row.compare_at_price,
        cost: row.cost,
        barcode: row.barcode,
        weight_g: row.weight_g,
        on_hand: row.on_hand,
        reserved: row.reserved,
        available: row.on_hand - row.reserved,
    }
}

/// The pictures of these products, in their order.
pub(super) async fn images_by_product(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    ids: &[Uuid],
) -> Result<HashMap<ProductId, Vec<Image>>, CatalogError> {
    let rows = by_product(images::images_of(tx, ids).await?, |row| row.product_id);
    Ok(rows.into_iter().map(|(id, rows)| (id, rows.into_iter().map(|row| image_view(shop, row)).collect())).collect())
}

fn image_view(shop: &ShopInfo, row: images::ImageRow) -> Image {
    Image { id: row.id, url: shop.media_url(&row.media_key), alt: row.alt, width: row.width, height: row.height }
}

fn by_product<T>(rows: Vec<T>, product: impl Fn(&T) -> ProductId) -> HashMap<ProductId, Vec<T>> {
    let mut grouped: HashMap<ProductId, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(product(&row)).or_default().push(row);
    }
    grouped
}
