use axum::extract::State;
use axum::http::{StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ShortListQuery;
use crate::catalog::{self, BrandInput, BrandPatch, BrandView};
use crate::identity::Staff;
use crate::identity::permissions::{ProductsRead, ProductsWrite};
use crate::kernel::{BrandId, Page};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, IfMatch, Listed, NoContent, Once, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_brands, create_brand))
        .routes(routes!(get_brand, update_brand, delete_brand))
        .routes(routes!(restore_brand))
}

/// The shop's brands, by name.
#[utoipa::path(get, path = "/brands", tag = "brands", params(ShortListQuery),
    responses((status = 200, body = Page<BrandView>)), security(("staff" = [])), extensions(("x-permission" = json!("products.read"))))]
async fn list_brands(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsRead>,
    QueryParams(query): QueryParams<ShortListQuery>,
    uri: Uri,
) -> Result<Listed<BrandView>, Problem> {
    let (filter, page) = query.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(catalog::list_brands(&mut tx, &filter, page).await?, uri))
}

/// Makes a brand.
#[utoipa::path(post, path = "/brands", tag = "brands", request_body = BrandInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = BrandView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn create_brand(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ProductsWrite>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<BrandInput>,
) -> Result<Answer, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let claim = match Once::claim(&mut tx, key, staff.actor().key(), "POST /brands", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let brand = catalog::create_brand(&mut tx, &input).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &brand).await?;
    tx.commit().await?;
    Ok(answer)
}

/// One brand, also a deleted one: its status says so.
#[utoipa::path(get, path = "/brands/{id}", tag = "brands", params(("id" = BrandId, Path)),
    responses((status = 200, body = BrandView)), security(("staff" = [])), extensions(("x-permission" = json!("products.read"))))]
async fn get_brand(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsRead>,
    PathParam(id): PathParam<BrandId>,
) -> Result<Tagged<BrandView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(catalog::find_brand(&mut tx, id).await?.ok_or_else(Problem::not_found)?))
}

/// Changes a brand.
#[utoipa::path(patch, path = "/brands/{id}", tag = "brands", params(("id" = BrandId, Path)), request_body = BrandPatch,
    responses((status = 200, body = BrandView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn update_brand(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<BrandId>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<BrandPatch>,
) -> Result<Tagged<BrandView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    if_match.check(&catalog::brands::lock_brand(&mut tx, id).await?)?;
    let brand = catalog::update_brand(&mut tx, id, &patch).await?;
    tx.commit().await?;
    Ok(Tagged(brand))
}

/// Deletes a brand; its products lose it.
#[utoipa::path(delete, path = "/brands/{id}", tag = "brands", params(("id" = BrandId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn delete_brand(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<BrandId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    catalog::delete_brand(&mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Brings a deleted brand back, without products.
#[utoipa::path(post, path = "/brands/{id}/restore", tag = "brands", params(("id" = BrandId, Path)),
    responses((status = 200, body = BrandView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn restore_brand(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<BrandId>,
) -> Result<Tagged<BrandView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let brand = catalog::restore_brand(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Tagged(brand))
}
