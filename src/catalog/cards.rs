use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::CatalogError;
use super::derived::search_words;
use super::options::named;
use super::queries::cards::{self, CardRow};
use super::queries::{categories, products, variants};
use super::read::images_by_product;
use super::tree::Tree;
use super::views::{Image, Link, ProductCard, StoreProduct, StoreVariant};
use crate::kernel::{CategoryId, Page, PageRequest, ProductId, Slug};
use crate::platform::ShopTx;
use crate::tenancy::ShopInfo;

/// Which products a shopper wants to see.
#[derive(Debug, Clone, Default)]
pub struct CardFilter {
    /// Slug of a category; what stands below it is meant too.
    pub category: Option<String>,
    /// Slug of a brand.
    pub brand: Option<String>,
    /// Looked for word by word, without marks, in name, brand, category and SKUs.
    pub q: Option<String>,
    /// Some variant costs this or more, minor units.
    pub min_price: Option<i64>,
    /// Some variant costs this or less, minor units.
    pub max_price: Option<i64>,
    /// Whether some variant can be sold.
    pub in_stock: Option<bool>,
    /// Whether some variant cost more before.
    pub on_sale: Option<bool>,
    /// Their order.
    pub sort: CardSort,
}

impl CardFilter {
    pub(super) fn words(&self) -> Option<Vec<String>> {
        search_words(self.q.as_deref())
    }

    /// The brand's slug; one that is none names no brand.
    pub(super) fn brand_slug(&self) -> Option<&str> {
        self.brand.as_deref().map(|slug| if Slug::parse(slug).is_ok() { slug } else { "" })
    }
}

/// In which order shoppers see products.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CardSort {
    /// The newest first.
    #[default]
    Newest,
    /// The cheapest first.
    PriceAsc,
    /// The dearest first, by their lowest price.
    PriceDesc,
    /// By name.
    NameAsc,
}

/// What a list can be narrowed by. Each part counts under all filters but its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facets {
    /// Categories with products, each with those below it, in the order of the tree.
    pub categories: Vec<FacetValue>,
    /// Brands with products, most first.
    pub brands: Vec<FacetValue>,
    /// From the lowest to the highest price; null without a product.
    pub price: Option<PriceRange>,
}

/// One value a list can be narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetValue {
    /// What the filter takes.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Products that are left.
    pub count: i64,
}

/// Prices from … to, minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceRange {
    /// The lowest.
    pub min: i64,
    /// The highest.
    pub max: i64,
    /// ISO 4217.
    pub currency: &'static str,
}

/// A page of active products, as a list shows them: a fixed number of statements.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_product_cards(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    filter: &CardFilter,
    page: PageRequest,
) -> Result<Page<ProductCard>, CatalogError> {
    let category = category_ids(tx, filter).await?;
    let total = cards::count_cards(tx, filter, category.as_deref()).await?;
    let ids = cards::list_card_ids(tx, filter, category.as_deref(), page).await?;
    Ok(Page::new(cards_of(tx, shop, &ids).await?, page, total))
}

/// What a list can be narrowed by.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_facets(tx: &mut ShopTx, shop: &ShopInfo, filter: &CardFilter) -> Result<Facets, CatalogError> {
    let rows = categories::all_categories(tx).await?;
    let tree = Tree::active(&rows);
    let category = filter.category.as_deref().map(|slug| ids_of(&tree, slug));
    let direct: HashMap<Uuid, i64> = cards::count_by_category(tx, filter).await?.into_iter().collect();
    let count = |id: CategoryId| tree.within(id).iter().filter_map(|id| direct.get(&id.uuid())).sum();
    let categories = tree.flat().into_iter().map(|row| FacetValue { slug: row.slug.clone(), name: row.name.clone(), count: count(row.id) });
    let categories = categories.filter(|value| value.count > 0).collect();
    let brands = cards::count_by_brand(tx, filter, category.as_deref()).await?;
    let brands = brands.into_iter().map(|(slug, name, count)| FacetValue { slug, name, count }).collect();
    let range = cards::price_range(tx, filter, category.as_deref()).await?;
    let price = range.map(|(min, max)| PriceRange { min, max, currency: shop.currency.code() });
    Ok(Facets { categories, brands, price })
}

/// The ids a filter's category stands for: none for one that is not shown.
async fn category_ids(tx: &mut ShopTx, filter: &CardFilter) -> Result<Option<Vec<Uuid>>, CatalogError> {
    let Some(slug) = filter.category.as_deref() else { return Ok(None) };
    let rows = categories::all_categories(tx).await?;
    Ok(Some(ids_of(&Tree::active(&rows), slug)))
}

fn ids_of(tree: &Tree<'_>, slug: &str) -> Vec<Uuid> {
    let found = tree.flat().into_iter().find(|row| row.slug == slug);
    found.map(|row| tree.within(row.id).into_iter().map(CategoryId::uuid).collect()).unwrap_or_default()
}

/// Products like this one, as cards: of its category first, then of its brand.
///
/// # Errors
/// When the database gives no answer.
pub async fn related_cards(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId, limit: i64) -> Result<Vec<ProductCard>, CatalogError> {
    let ids = cards::related_ids(tx, product, limit).await?;
    cards_of(tx, shop, &ids).await
}

/// Up to eight products whose names a search could mean.
///
/// # Errors
/// When the database gives no answer.
pub async fn suggest_products(tx: &mut ShopTx, q: &str) -> Result<Vec<Link>, CatalogError> {
    let Some(words) = search_words(Some(q)) else { return Ok(Vec::new()) };
    let found = cards::suggest(tx, &words, 8).await?;
    Ok(found.into_iter().map(|(slug, name)| Link { slug, name }).collect())
}

/// An active product's own page.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_store_product(tx: &mut ShopTx, shop: &ShopInfo, slug: &str) -> Result<Option<StoreProduct>, CatalogError> {
    let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
    let Some(id) = cards::find_active_by_slug(tx, slug.as_str()).await? else { return Ok(None) };
    let ids = [id.uuid()];
    let (card, row) = (cards_of(tx, shop, &ids).await?.pop(), products::product_rows(tx, &ids).await?.pop());
    let Some((card, row)) = card.zip(row) else { return Ok(None) };
    let images = images_by_product(tx, shop, &ids).await?.remove(&id).unwrap_or_default();
    let options = row.options.0;
    let variants = variants::variants_of(tx, &ids).await?.into_iter().map(|variant| StoreVariant {
        id: variant.id,
        sku: variant.sku,
        options: named(&options, variant.option_values),
        price: variant.price,
        compare_at_price: variant.compare_at_price,
        available: variant.on_hand - variant.reserved,
        in_stock: variant.on_hand > variant.reserved,
        image_id: None,
    });
    let variants = variants.collect();
    let breadcrumbs = match row.category_id {
        Some(category) => breadcrumbs_of(tx, category).await?,
        None => Vec::new(),
    };
    Ok(Some(StoreProduct { card, description: row.description, images, options, variants, breadcrumbs }))
}

async fn breadcrumbs_of(tx: &mut ShopTx, category: CategoryId) -> Result<Vec<Link>, CatalogError> {
    let rows = categories::all_categories(tx).await?;
    let path = Tree::active(&rows).path(category).unwrap_or_default();
    Ok(path.into_iter().map(|row| Link { slug: row.slug.clone(), name: row.name.clone() }).collect())
}

/// Active products as cards, in the order of the ids: one statement.
async fn cards_of(tx: &mut ShopTx, shop: &ShopInfo, ids: &[Uuid]) -> Result<Vec<ProductCard>, CatalogError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(cards::cards_of(tx, ids).await?.into_iter().map(|row| card(shop, row)).collect())
}

fn card(shop: &ShopInfo, row: CardRow) -> ProductCard {
    let image = row.image_id.zip(row.media_key).map(|(id, key)| Image {
        id,
        url: shop.media_url(&key),
        alt: row.alt.unwrap_or_default(),
        width: row.width.unwrap_or_default(),
        height: row.height.unwrap_or_default(),
    });
    ProductCard {
        id: row.id,
        slug: row.slug,
        name: row.name,
        image,
        price_from: row.price_from,
        price_to: row.price_to,
        compare_at_price: row.compare_at_price,
        currency: shop.currency.code(),
        in_stock: row.in_stock,
        is_new: row.is_new,
        category: row.category_slug.zip(row.category_name).map(|(slug, name)| Link { slug, name }),
        brand: row.brand_slug.zip(row.brand_name).map(|(slug, name)| Link { slug, name }),
    }
}
