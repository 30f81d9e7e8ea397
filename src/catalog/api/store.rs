use axum::extract::State;
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::products::nest;
use crate::catalog::{self, CardFilter, CardSort, CategoryNode, CategoryPage, Facets, Link, ProductCard, StoreBrand, StoreProduct};
use crate::kernel::{Check, Flaw, Invalid, Page, PageRequest, Price, line};
use crate::platform::Services;
use crate::platform::http::{ListedWith, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

/// Routes of the storefront API.
pub fn store_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_products))
        .routes(routes!(get_product))
        .routes(routes!(list_categories))
        .routes(routes!(get_category))
        .routes(routes!(list_brands))
        .routes(routes!(suggest_products))
}

/// Which products are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CardQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Slug of a category; what stands below it is meant too.
    category: Option<String>,
    /// Slug of a brand.
    brand: Option<String>,
    /// Looked for word by word, without marks, in name, brand, category and SKUs.
    q: Option<String>,
    /// Some variant costs this or more, minor units.
    min_price: Option<i64>,
    /// Some variant costs this or less, minor units.
    max_price: Option<i64>,
    /// Whether some variant can be sold.
    in_stock: Option<bool>,
    /// Whether some variant cost more before.
    on_sale: Option<bool>,
    /// `-created_at` (when not given), `price`, `-price` or `name`.
    sort: Option<String>,
}

impl CardQuery {
    fn parse(self) -> Result<(CardFilter, PageRequest), Invalid> {
        let mut check = Check::default();
        let text = |check: &mut Check, pointer: &str, text: Option<String>| {
            check.opt(pointer, text.filter(|text| !text.is_empty()), |text| line(&text, 0, 200))
        };
        let category = text(&mut check, "/category", self.category);
        let brand = text(&mut check, "/brand", self.brand);
        let q = text(&mut check, "/q", self.q);
        let min_price = check.opt("/min_price", self.min_price, Price::parse);
        let max_price = check.opt("/max_price", self.max_price, Price::parse);
        let sort = check.at("/sort", parse_sort(self.sort.as_deref()));
        let page = nest(&mut check, PageRequest::parse(self.page, self.per_page));
        match (category, brand, q, min_price, max_price, sort, page) {
            (Some(category), Some(brand), Some(q), Some(min_price), Some(max_price), Some(sort), Some(page)) => {
                let (min_price, max_price) = (min_price.map(Price::amount), max_price.map(Price::amount));
                let (in_stock, on_sale) = (self.in_stock, self.on_sale);
                Ok((CardFilter { category, brand, q, min_price, max_price, in_stock, on_sale, sort }, page))
            }
            _ => Err(check.into_invalid()),
        }
    }
}

/// Equal prices and times go by name anyway, so that may be said.
fn parse_sort(sort: Option<&str>) -> Result<CardSort, Flaw> {
    match sort.map(|sort| sort.strip_suffix(",name").unwrap_or(sort)) {
        None | Some("" | "-created_at") => Ok(CardSort::Newest),
        Some("price") => Ok(CardSort::PriceAsc),
        Some("-price") => Ok(CardSort::PriceDesc),
        Some("name") => Ok(CardSort::NameAsc),
        Some(_) => Err(Flaw::new("not_allowed")),
    }
}

/// What is said about the whole list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithFacets {
    facets: Facets,
}

/// A page of products, and what the list can be narrowed by.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what ListedWith writes")]
pub(crate) struct ProductList {
    #[schema(inline)]
    #[serde(flatten)]
    page: Page<ProductCard>,
    facets: Facets,
}

/// The products on sale.
#[utoipa::path(get, path = "/products", tag = "products", params(CardQuery), responses((status = 200, body = ProductList)))]
async fn list_products(
    State(services): State<Services>,
    shop: Shop,
    QueryParams(query): QueryParams<CardQuery>,
    uri: Uri,
) -> Result<ListedWith<ProductCard, WithFacets>, Problem> {
    let (filter, page) = query.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    let cards = catalog::list_product_cards(&mut tx, &shop, &filter, page).await?;
    let facets = catalog::list_facets(&mut tx, &shop, &filter).await?;
    Ok(ListedWith::new(cards, WithFacets { facets }, uri))
}

/// One product on sale.
#[utoipa::path(get, path = "/products/{slug}", tag = "products", params(("slug" = String, Path)), responses((status = 200, body = StoreProduct)))]
async fn get_product(
    State(services): State<Services>,
    shop: Shop,
    PathParam(slug): PathParam<String>,
) -> Result<Tagged<StoreProduct>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(catalog::find_store_product(&mut tx, &shop, &slug).await?.ok_or_else(Problem::not_found)?))
}

/// The shop's categories as a tree; at most a thousand, so never paged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CategoryTree {
    data: Vec<CategoryNode>,
}

/// The tree of categories.
#[utoipa::path(get, path = "/categories", tag = "products", responses((status = 200, body = CategoryTree)))]
async fn list_categories(State(services): State<Services>, shop: Shop) -> Result<Tagged<CategoryTree>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(CategoryTree { data: catalog::category_tree(&mut tx).await? }))
}

/// One category with those below it.
#[utoipa::path(get, path = "/categories/{slug}", tag = "products", params(("slug" = String, Path)), responses((status = 200, body = CategoryPage)))]
async fn get_category(
    State(services): State<Services>,
    shop: Shop,
    PathParam(slug): PathParam<String>,
) -> Result<Tagged<CategoryPage>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(catalog::find_category(&mut tx, &slug).await?.ok_or_else(Problem::not_found)?))
}

/// The shop's brands, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BrandList {
    data: Vec<StoreBrand>,
}

/// The brands on sale.
#[utoipa::path(get, path = "/brands", tag = "products", responses((status = 200, body = BrandList)))]
async fn list_brands(State(services): State<Services>, shop: Shop) -> Result<Tagged<BrandList>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(BrandList { data: catalog::list_store_brands(&mut tx).await? }))
}

/// What a shopper has typed so far.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestQuery {
    /// Part of a name, with or without marks.
    q: Option<String>,
}

/// Products a search could mean.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestions {
    data: Vec<Link>,
}

/// Up to eight products whose names a search could mean.
#[utoipa::path(get, path = "/search/suggest", tag = "products", params(SuggestQuery), responses((status = 200, body = Suggestions)))]
async fn suggest_products(
    State(services): State<Services>,
    shop: Shop,
    QueryParams(query): QueryParams<SuggestQuery>,
) -> Result<Tagged<Suggestions>, Problem> {
    let q = line(query.q.as_deref().unwrap_or_default(), 0, 200).map_err(|flaw| Invalid::at("/q", flaw))?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(Suggestions { data: catalog::suggest_products(&mut tx, &q).await? }))
}
