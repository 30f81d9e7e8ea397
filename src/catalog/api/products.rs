use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::catalog::{self, ProductFilter, ProductInput, ProductPatch, ProductSort, ProductView};
use crate::identity::Staff;
use crate::identity::permissions::{ProductsRead, ProductsWrite};
use crate::kernel::{BrandId, CategoryId, Check, Flaw, Invalid, Page, PageRequest, ProductId, Status, SupplierId, line};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, IfMatch, Listed, NoContent, Once, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_products, create_product))
        .routes(routes!(get_product, update_product, delete_product))
        .routes(routes!(restore_product))
}

/// Which products are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Only those of this status; all that are not deleted without it.
    status: Option<Status>,
    /// Only those of this category or one below it.
    category_id: Option<CategoryId>,
    /// Only those of this brand.
    brand_id: Option<BrandId>,
    /// Only those usually bought from this supplier.
    supplier_id: Option<SupplierId>,
    /// Looked for word by word, without marks, in name, brand, category, SKUs and barcodes.
    q: Option<String>,
    /// `-created_at` (when not given), `created_at`, `name`, `-name` or `-updated_at`.
    sort: Option<String>,
}

impl ProductQuery {
    fn parse(self) -> Result<(ProductFilter, PageRequest), Invalid> {
        let mut check = Check::default();
        let q = check.opt("/q", self.q.as_deref().filter(|q| !q.is_empty()), |q| line(q, 0, 200));
        let sort = check.at("/sort", parse_sort(self.sort.as_deref()));
        let page = nest(&mut check, PageRequest::parse(self.page, self.per_page));
        let (Some(q), Some(sort), Some(page)) = (q, sort, page) else { return Err(check.into_invalid()) };
        let (status, category_id, brand_id, supplier_id) = (self.status, self.category_id, self.brand_id, self.supplier_id);
        Ok((ProductFilter { status, category_id, brand_id, supplier_id, q, sort }, page))
    }
}

/// Keeps a parsed part, or notes its flaws.
pub(super) fn nest<T>(check: &mut Check, parsed: Result<T, Invalid>) -> Option<T> {
    parsed.map_err(|invalid| check.nest("", invalid)).ok()
}

fn parse_sort(sort: Option<&str>) -> Result<ProductSort, Flaw> {
    match sort {
        None | Some("" | "-created_at") => Ok(ProductSort::Newest),
        Some("created_at") => Ok(ProductSort::Oldest),
        Some("name") => Ok(ProductSort::NameAsc),
        Some("-name") => Ok(ProductSort::NameDesc),
        Some("-updated_at") => Ok(ProductSort::Changed),
        Some(_) => Err(Flaw::new("not_allowed")),
    }
}

/// The shop's products with their variants, stock and pictures.
#[utoipa::path(get, path = "/products", tag = "products", params(ProductQuery),
    responses((status = 200, body = Page<ProductView>)), security(("staff" = [])), extensions(("x-permission" = json!("products.read"))))]
async fn list_products(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsRead>,
    QueryParams(query): QueryParams<ProductQuery>,
    uri: Uri,
) -> Result<Listed<ProductView>, Problem> {
    let (filter, page) = query.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(catalog::list_products(&mut tx, &shop, &filter, page).await?, uri))
}

/// Makes a product with its variants.
#[utoipa::path(post, path = "/products", tag = "products", request_body = ProductInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = ProductView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn create_product(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ProductsWrite>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<ProductInput>,
) -> Result<Answer, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let claim = match Once::claim(&mut tx, key, staff.actor().key(), "POST /products", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let product = catalog::create_product(&mut tx, &shop, &input).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &product).await?;
    tx.commit().await?;
    Ok(answer)
}

/// One product, also a deleted one: its status says so.
#[utoipa::path(get, path = "/products/{id}", tag = "products", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductView)), security(("staff" = [])), extensions(("x-permission" = json!("products.read"))))]
async fn get_product(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsRead>,
    PathParam(id): PathParam<ProductId>,
) -> Result<Tagged<ProductView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(catalog::find_product(&mut tx, &shop, id).await?.ok_or_else(Problem::not_found)?))
}

/// Changes a product. A field that is absent stays; `variants`, where given, is the whole new list.
#[utoipa::path(patch, path = "/products/{id}", tag = "products", params(("id" = ProductId, Path)), request_body = ProductPatch,
    responses((status = 200, body = ProductView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn update_product(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<ProductPatch>,
) -> Result<Tagged<ProductView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let product = catalog::update::update_seen(&mut tx, &shop, id, &patch, |current| if_match.check(current)).await?;
    tx.commit().await?;
    Ok(Tagged(product))
}

/// Deletes a product with its variants. Its slug and SKUs are free, orders keep their copies, and it can be restored.
#[utoipa::path(delete, path = "/products/{id}", tag = "products", params(("id" = ProductId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn delete_product(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    catalog::delete_product(&mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Brings a deleted product back as it was, with the variants it was deleted with.
#[utoipa::path(post, path = "/products/{id}/restore", tag = "products", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn restore_product(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
) -> Result<Tagged<ProductView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let product = catalog::restore_product(&mut tx, &shop, id).await?;
    tx.commit().await?;
    Ok(Tagged(product))
}
