use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::scoped;
use crate::catalog::{self, VariantInput, VariantPatch, VariantView};
use crate::identity::Staff;
use crate::identity::permissions::ProductsWrite;
use crate::kernel::{ProductId, VariantId};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, IfMatch, NoContent, Once, PathParam, Problem, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(create_variant)).routes(routes!(update_variant, delete_variant))
}

/// Adds a variant to a product with options.
#[utoipa::path(post, path = "/products/{id}/variants", tag = "products", request_body = VariantInput,
    params(("id" = ProductId, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = VariantView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn create_variant(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<VariantInput>,
) -> Result<Answer, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let hash = scoped(id.uuid(), hash);
    let claim = match Once::claim(&mut tx, key, staff.actor().key(), "POST /products/{id}/variants", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let variant = catalog::create_variant(&mut tx, &shop, id, &input).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &variant).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Changes a variant. A field that is absent stays; `If-Match` is held against the variant as its product shows it.
#[utoipa::path(patch, path = "/products/{id}/variants/{variant_id}", tag = "products", request_body = VariantPatch,
    params(("id" = ProductId, Path), ("variant_id" = VariantId, Path)),
    responses((status = 200, body = VariantView)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn update_variant(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam((id, variant_id)): PathParam<(ProductId, VariantId)>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<VariantPatch>,
) -> Result<Tagged<VariantView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    if_match.check(&catalog::variants::lock_variant(&mut tx, &shop, id, variant_id).await?)?;
    let variant = catalog::update_variant(&mut tx, &shop, id, variant_id, &patch).await?;
    tx.commit().await?;
    Ok(Tagged(variant))
}

/// Deletes a variant; its SKU is free. The last one of a product stays.
#[utoipa::path(delete, path = "/products/{id}/variants/{variant_id}", tag = "products",
    params(("id" = ProductId, Path), ("variant_id" = VariantId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn delete_variant(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam((id, variant_id)): PathParam<(ProductId, VariantId)>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    catalog::delete_variant(&mut tx, id, variant_id).await?;
    tx.commit().await?;
    Ok(NoContent)
}
