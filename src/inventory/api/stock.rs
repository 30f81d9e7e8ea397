use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::Staff;
use crate::identity::permissions::{StockRead, StockWrite};
use crate::inventory::{self, AdjustmentInput, AdjustmentView, MovementFilter, MovementKind, MovementView, StockFilter, StockView};
use crate::kernel::{Check, Page, PageRequest, VariantId, line};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, Listed, Once, Problem, QueryParams};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list_stock)).routes(routes!(list_stock_movements)).routes(routes!(create_stock_adjustment))
}

/// Which stock is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Of this variant alone.
    variant_id: Option<VariantId>,
    /// Looked for in product names and SKUs.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only what runs low: three units or less may be sold.
    low: Option<bool>,
}

/// The stock of all variants, by product name.
#[utoipa::path(get, path = "/stock", tag = "stock", params(StockQuery),
    responses((status = 200, body = Page<StockView>)), security(("staff" = [])), extensions(("x-permission" = json!("stock.read"))))]
async fn list_stock(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<StockRead>,
    QueryParams(query): QueryParams<StockQuery>,
    uri: Uri,
) -> Result<Listed<StockView>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let mut check = Check::default();
    let q = check.opt("/q", query.q.as_deref(), |q| line(q, 0, 200));
    check.finish()?;
    let q = q.flatten().filter(|q| !q.is_empty());
    let filter = StockFilter { variant_id: query.variant_id, q, low: query.low.unwrap_or_default() };
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(inventory::list_stock(&mut tx, &filter, page).await?, uri))
}

/// Which movements are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MovementQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Of this variant.
    variant_id: Option<VariantId>,
    /// Of this kind.
    kind: Option<MovementKind>,
}

/// The stock ledger, newest first. No line of it is ever changed or removed.
#[utoipa::path(get, path = "/stock/movements", tag = "stock", params(MovementQuery),
    responses((status = 200, body = Page<MovementView>)), security(("staff" = [])), extensions(("x-permission" = json!("stock.read"))))]
async fn list_stock_movements(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<StockRead>,
    QueryParams(query): QueryParams<MovementQuery>,
    uri: Uri,
) -> Result<Listed<MovementView>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let filter = MovementFilter { variant_id: query.variant_id, kind: query.kind };
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(inventory::list_movements(&mut tx, filter, page).await?, uri))
}

/// Changes stock by hand: all lines or none. Below what is promised to orders, or below what lies at a named location, it is refused.
#[utoipa::path(post, path = "/stock/adjustments", tag = "stock", request_body = AdjustmentInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body give the first answer again.")),
    responses((status = 201, body = AdjustmentView)), security(("staff" = [])), extensions(("x-permission" = json!("stock.write"))))]
async fn create_stock_adjustment(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<StockWrite>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<AdjustmentInput>,
) -> Result<Answer, Problem> {
    let actor = staff.actor();
    let mut tx = services.db.begin(shop.id).await?;
    let claim = match Once::claim(&mut tx, key, actor.key(), "POST /stock/adjustments", hash).await? {
        Once::Again(answer) => return Ok(answer),
        Once::First(claim) => claim,
    };
    let adjustment = inventory::adjust_stock(&mut tx, &input, &actor).await?;
    let answer = claim.keep(&mut tx, StatusCode::CREATED, &adjustment).await?;
    tx.commit().await?;
    Ok(answer)
}
