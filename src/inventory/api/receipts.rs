use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::Staff;
use crate::identity::permissions::{ReceiptsRead, ReceiptsWrite};
use crate::inventory::{self, ReceiptFilter, ReceiptInput, ReceiptPatch, ReceiptStatus, ReceiptSummary, ReceiptView};
use crate::kernel::{Page, PageRequest, ReceiptId, SupplierId};
use crate::platform::Services;
use crate::platform::crypto::sha256;
use crate::platform::http::{Answer, Body, IdempotencyKey, IfMatch, Listed, NoContent, Once, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_receipts, create_receipt))
        .routes(routes!(get_receipt, update_receipt, delete_receipt))
        .routes(routes!(complete_receipt))
        .routes(routes!(restore_receipt))
}

/// Which receipts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Only those in this state; without it all but the deleted ones.
    status: Option<ReceiptStatus>,
    /// Only those of this supplier.
    supplier_id: Option<SupplierId>,
}

/// The shop's goods receipts, newest first.
#[utoipa::path(get, path = "/receipts", tag = "receipts", params(ReceiptQuery),
    responses((status = 200, body = Page<ReceiptSummary>)), security(("staff" = [])), extensions(("x-permission" = json!("receipts.read"))))]
async fn list_receipts(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ReceiptsRead>,
    QueryParams(query): QueryParams<ReceiptQuery>,
    uri: Uri,
) -> Result<Listed<ReceiptSummary>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let filter = ReceiptFilter { status: query.status, supplier_id: query.supplier_id };
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(inventory::list_receipts(&mut tx, &shop, filter, page).await?, uri))
}

/// Writes a goods receipt, as a draft or with its goods put in stock at once.
#[utoipa::path(post, path = "/receipts", tag = "receipts", request_body = ReceiptInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = ReceiptView)), security(("staff" = [])), extensions(("x-permission" = json!("receipts.write"))))]
async fn create_receipt(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ReceiptsWrite>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<ReceiptInput>,
) -> Result<Answer, Problem> {
    let actor = staff.actor();
    let mut tx = services.db.begin(shop.id).await?;
    let claim = match Once::claim(&mut tx, key, actor.key(), "POST /receipts", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let receipt = inventory::create_receipt(&mut tx, &shop, &input, &actor).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &receipt).await?;
    tx.commit().await?;
    Ok(answer)
}

/// One goods receipt with its lines.
#[utoipa::path(get, path = "/receipts/{id}", tag = "receipts", params(("id" = ReceiptId, Path)),
    responses((status = 200, body = ReceiptView)), security(("staff" = [])), extensions(("x-permission" = json!("receipts.read"))))]
async fn get_receipt(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ReceiptsRead>,
    PathParam(id): PathParam<ReceiptId>,
) -> Result<Tagged<ReceiptView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(inventory::find_receipt(&mut tx, &shop, id).await?.ok_or_else(Problem::not_found)?))
}

/// Changes a draft. `lines`, where given, replace all there were.
#[utoipa::path(patch, path = "/receipts/{id}", tag = "receipts", params(("id" = ReceiptId, Path)),
    request_body = ReceiptPatch, responses((status = 200, body = ReceiptView)),
    security(("staff" = [])), extensions(("x-permission" = json!("receipts.write"))))]
async fn update_receipt(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ReceiptsWrite>,
    PathParam(id): PathParam<ReceiptId>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<ReceiptPatch>,
) -> Result<Tagged<ReceiptView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    if_match.check(&inventory::lock_receipt(&mut tx, &shop, id).await?)?;
    let receipt = inventory::update_receipt(&mut tx, &shop, id, &patch).await?;
    tx.commit().await?;
    Ok(Tagged(receipt))
}

/// Deletes a draft.
#[utoipa::path(delete, path = "/receipts/{id}", tag = "receipts", params(("id" = ReceiptId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("receipts.write"))))]
async fn delete_receipt(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ReceiptsWrite>,
    PathParam(id): PathParam<ReceiptId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    inventory::delete_receipt(&mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Puts the goods of a draft in stock, once.
#[utoipa::path(post, path = "/receipts/{id}/complete", tag = "receipts",
    params(("id" = ReceiptId, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the first answer again.")),
    responses((status = 200, body = ReceiptView)), security(("staff" = [])), extensions(("x-permission" = json!("receipts.write"))))]
async fn complete_receipt(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ReceiptsWrite>,
    PathParam(id): PathParam<ReceiptId>,
    key: IdempotencyKey,
) -> Result<Answer, Problem> {
    let actor = staff.actor();
    let mut tx = services.db.begin(shop.id).await?;
    // There is no body: the receipt's id is what one key may stand for.
    let what = sha256(id.uuid().as_bytes());
    let claim = match Once::claim(&mut tx, key, actor.key(), "POST /receipts/{id}/complete", what).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let receipt = inventory::complete_receipt(&mut tx, &shop, id, &actor).await?;
    let answer = claim.keep(&mut tx, StatusCode::OK, &receipt).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Makes a deleted receipt a draft again.
#[utoipa::path(post, path = "/receipts/{id}/restore", tag = "receipts", params(("id" = ReceiptId, Path)),
    responses((status = 200, body = ReceiptView)), security(("staff" = [])), extensions(("x-permission" = json!("receipts.write"))))]
async fn restore_receipt(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ReceiptsWrite>,
    PathParam(id): PathParam<ReceiptId>,
) -> Result<Tagged<ReceiptView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let receipt = inventory::restore_receipt(&mut tx, &shop, id).await?;
    tx.commit().await?;
    Ok(Tagged(receipt))
}
