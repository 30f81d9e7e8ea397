use axum::extract::State;
use axum::http::{StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ShortListQuery;
use crate::catalog::{self, SupplierInput, SupplierPatch, SupplierView};
use crate::identity::Staff;
use crate::identity::permissions::{SuppliersRead, SuppliersWrite};
use crate::kernel::{Page, SupplierId};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, IfMatch, Listed, NoContent, Once, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_suppliers, create_supplier))
        .routes(routes!(get_supplier, update_supplier, delete_supplier))
        .routes(routes!(restore_supplier))
}

/// The shop's suppliers, by name.
#[utoipa::path(get, path = "/suppliers", tag = "suppliers", params(ShortListQuery),
    responses((status = 200, body = Page<SupplierView>)), security(("staff" = [])), extensions(("x-permission" = json!("suppliers.read"))))]
async fn list_suppliers(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SuppliersRead>,
    QueryParams(query): QueryParams<ShortListQuery>,
    uri: Uri,
) -> Result<Listed<SupplierView>, Problem> {
    let (filter, page) = query.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(catalog::list_suppliers(&mut tx, &filter, page).await?, uri))
}

/// Makes a supplier.
#[utoipa::path(post, path = "/suppliers", tag = "suppliers", request_body = SupplierInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = SupplierView)), security(("staff" = [])), extensions(("x-permission" = json!("suppliers.write"))))]
async fn create_supplier(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<SuppliersWrite>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<SupplierInput>,
) -> Result<Answer, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let claim = match Once::claim(&mut tx, key, staff.actor().key(), "POST /suppliers", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let supplier = catalog::create_supplier(&mut tx, &input).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &supplier).await?;
    tx.commit().await?;
    Ok(answer)
}

/// One supplier, also a deleted one: its status says so.
#[utoipa::path(get, path = "/suppliers/{id}", tag = "suppliers", params(("id" = SupplierId, Path)),
    responses((status = 200, body = SupplierView)), security(("staff" = [])), extensions(("x-permission" = json!("suppliers.read"))))]
async fn get_supplier(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SuppliersRead>,
    PathParam(id): PathParam<SupplierId>,
) -> Result<Tagged<SupplierView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(catalog::find_supplier(&mut tx, id).await?.ok_or_else(Problem::not_found)?))
}

/// Changes a supplier.
#[utoipa::path(patch, path = "/suppliers/{id}", tag = "suppliers", params(("id" = SupplierId, Path)), request_body = SupplierPatch,
    responses((status = 200, body = SupplierView)), security(("staff" = [])), extensions(("x-permission" = json!("suppliers.write"))))]
async fn update_supplier(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SuppliersWrite>,
    PathParam(id): PathParam<SupplierId>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<SupplierPatch>,
) -> Result<Tagged<SupplierView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    if_match.check(&catalog::suppliers::lock_supplier(&mut tx, id).await?)?;
    let supplier = catalog::update_supplier(&mut tx, id, &patch).await?;
    tx.commit().await?;
    Ok(Tagged(supplier))
}

/// Deletes a supplier; its products lose it, goods receipts keep it.
#[utoipa::path(delete, path = "/suppliers/{id}", tag = "suppliers", params(("id" = SupplierId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("suppliers.write"))))]
async fn delete_supplier(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SuppliersWrite>,
    PathParam(id): PathParam<SupplierId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    catalog::delete_supplier(&mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Brings a deleted supplier back, without products.
#[utoipa::path(post, path = "/suppliers/{id}/restore", tag = "suppliers", params(("id" = SupplierId, Path)),
    responses((status = 200, body = SupplierView)), security(("staff" = [])), extensions(("x-permission" = json!("suppliers.write"))))]
async fn restore_supplier(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SuppliersWrite>,
    PathParam(id): PathParam<SupplierId>,
) -> Result<Tagged<SupplierView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let supplier = catalog::restore_supplier(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Tagged(supplier))
}
