use axum::extract::State;
use axum::http::{StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ShortListQuery;
use crate::catalog::{self, CategoryInput, CategoryPatch, CategoryView};
use crate::identity::Staff;
use crate::identity::permissions::{ProductsRead, ProductsWrite};
use crate::kernel::{CategoryId, Page};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, IfMatch, Listed, NoContent, Once, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_categories, create_category))
        .routes(routes!(get_category, update_category, delete_category))
        .routes(routes!(restore_category))
}

/// The shop's categories, each before those below it.
#[utoipa::path(get, path = "/categories", tag = "categories", params(ShortListQuery),
    responses((status = 200, body = Page<CategoryView>)), security(("staff" = [])), extensions(("x-permission" = json!("products.read"))))]
async fn list_categories(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsRead>,
    QueryParams(query): QueryParams<ShortListQuery>,
    uri: Uri,
) -> Result<Listed<CategoryView>, Problem> {
    let (filter, page) = query.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(catalog::list_categories(&mut tx, &filter, page).await?, uri))
}

/// Makes a category.
#[utoipa::path(post, path = "/categories", tag = "categories", request_body = CategoryInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = CategoryView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn create_category(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ProductsWrite>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<CategoryInput>,
) -> Result<Answer, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let claim = match Once::claim(&mut tx, key, staff.actor().key(), "POST /categories", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let category = catalog::create_category(&mut tx, &input).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &category).await?;
    tx.commit().await?;
    Ok(answer)
}

/// One category, also a deleted one: its status says so.
#[utoipa::path(get, path = "/categories/{id}", tag = "categories", params(("id" = CategoryId, Path)),
    responses((status = 200, body = CategoryView)), security(("staff" = [])), extensions(("x-permission" = json!("products.read"))))]
async fn get_category(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsRead>,
    PathParam(id): PathParam<CategoryId>,
) -> Result<Tagged<CategoryView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(catalog::find_category_by_id(&mut tx, id).await?.ok_or_else(Problem::not_found)?))
}

/// Changes a category; moving one moves what is below it.
#[utoipa::path(patch, path = "/categories/{id}", tag = "categories", params(("id" = CategoryId, Path)), request_body = CategoryPatch,
    responses((status = 200, body = CategoryView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn update_category(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<CategoryId>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<CategoryPatch>,
) -> Result<Tagged<CategoryView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    if_match.check(&catalog::categories::lock_category(&mut tx, id).await?)?;
    let category = catalog::update_category(&mut tx, id, &patch).await?;
    tx.commit().await?;
    Ok(Tagged(category))
}

/// Deletes a category. Categories and products in it move up to its parent; at the top, products lose it.
#[utoipa::path(delete, path = "/categories/{id}", tag = "categories", params(("id" = CategoryId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn delete_category(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<CategoryId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    catalog::delete_category(&mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Brings a deleted category back, empty, below its old parent if that is still here, else at the top.
#[utoipa::path(post, path = "/categories/{id}/restore", tag = "categories", params(("id" = CategoryId, Path)),
    responses((status = 200, body = CategoryView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn restore_category(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<CategoryId>,
) -> Result<Tagged<CategoryView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let category = catalog::restore_category(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Tagged(category))
}
