use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CancelInput, about};
use crate::identity::permissions::{OrdersCancel, OrdersRead, OrdersWrite, Permission};
use crate::identity::{Actor, Staff};
use crate::kernel::{OrderId, Page, PageRequest};
use crate::ordering::{
    OrderFilterInput, OrderStatus, OrderingError, PaymentInput, StaffOrderView, cancel_order as cancel, change_status, find_order,
    list_orders as list, record_payment,
};
use crate::platform::http::{Answer, Body, Claim, IdempotencyKey, Listed, Once, PathParam, Problem, QueryParams, Tagged};
use crate::platform::{Services, ShopTx};
use crate::tenancy::Shop;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list_orders))
        .routes(routes!(get_order))
        .routes(routes!(change_order_status))
        .routes(routes!(cancel_order))
        .routes(routes!(create_order_payment))
}

/// Which orders are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// With this status.
    status: Option<String>,
    /// With this payment status.
    payment_status: Option<String>,
    /// Of the customer with this id.
    customer: Option<String>,
    /// Placed on this day of the shop's time (`2026-11-22`), or at this moment (RFC 3339), or later.
    from: Option<String>,
    /// Placed on this day or earlier, or before this moment.
    to: Option<String>,
    /// Looked for in the number, the names and the phone; also a customer's whole e-mail address.
    q: Option<String>,
    /// `-placed_at` (the default), `placed_at`, `-number`, `number`, `-total` or `total`.
    sort: Option<String>,
}

/// The shop's orders.
#[utoipa::path(get, path = "/orders", tag = "orders", params(OrderQuery), responses((status = 200, body = Page<StaffOrderView>)),
    security(("staff" = [])), extensions(("x-permission" = json!("orders.read"))))]
async fn list_orders(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<OrdersRead>,
    QueryParams(query): QueryParams<OrderQuery>,
    uri: Uri,
) -> Result<Listed<StaffOrderView>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let OrderQuery { status, payment_status, customer, from, to, q, sort, .. } = query;
    let filter = OrderFilterInput { status, payment_status, customer, from, to, q, sort }.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(list(&mut tx, &shop, &filter, page).await?, uri))
}

/// One order.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = OrderId, Path)), responses((status = 200, body = StaffOrderView)),
    security(("staff" = [])), extensions(("x-permission" = json!("orders.read"))))]
async fn get_order(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<OrdersRead>,
    PathParam(id): PathParam<OrderId>,
) -> Result<Tagged<StaffOrderView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(find_order(&mut tx, &shop, id).await?.ok_or_else(Problem::not_found)?))
}

/// Where an order goes next.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusInput {
    /// One of the order's `next_statuses`. `cancelled` needs the permission `orders.cancel` too.
    status: OrderStatus,
    /// For the shopper to read on the timeline; the reason, when the order is cancelled (300 letters then).
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Moves an order along its life. Its goods leave the shop when it ships and come back when it is returned.
#[utoipa::path(post, path = "/orders/{id}/status", tag = "orders", params(("id" = OrderId, Path)), request_body = StatusInput,
    responses((status = 200, body = StaffOrderView)), security(("staff" = [])), extensions(("x-permission" = json!("orders.write"))))]
async fn change_order_status(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<OrdersWrite>,
    PathParam(id): PathParam<OrderId>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<StatusInput>,
) -> Result<Answer, Problem> {
    if input.status == OrderStatus::Cancelled && !staff.may(Permission::OrdersCancel) {
        return Err(Problem::forbidden().with("permission", Permission::OrdersCancel.as_str()));
    }
    let note = input.note.as_deref().unwrap_or_default();
    let actor = staff.actor();
    let mut tx = services.db.begin(shop.id).await?;
    match Once::claim(&mut tx, key, actor.key(), "POST /orders/{id}/status", about(id, hash)).await? {
        Once::Again(answer) => Ok(answer),
        Once::First(claim) => {
            let done = change_status(&mut tx, &shop, id, input.status, note, &actor).await;
            finish(tx, claim, StatusCode::OK, done).await
        }
    }
}

/// Calls an order off, while it has not shipped. Its goods are for sale again.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", params(("id" = OrderId, Path)), request_body = CancelInput,
    responses((status = 200, body = StaffOrderView)), security(("staff" = [])), extensions(("x-permission" = json!("orders.cancel"))))]
async fn cancel_order(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<OrdersCancel>,
    PathParam(id): PathParam<OrderId>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<CancelInput>,
) -> Result<Answer, Problem> {
    let actor: Actor = staff.actor();
    let mut tx = services.db.begin(shop.id).await?;
    match Once::claim(&mut tx, key, actor.key(), "POST /orders/{id}/cancel", about(id, hash)).await? {
        Once::Again(answer) => Ok(answer),
        Once::First(claim) => {
            let done = cancel(&mut tx, &shop, id, &input.reason, &actor).await;
            finish(tx, claim, StatusCode::OK, done).await
        }
    }
}

/// Records money received for an order. When the total is covered, the order is paid.
#[utoipa::path(post, path = "/orders/{id}/payments", tag = "orders", params(("id" = OrderId, Path)), request_body = PaymentInput,
    responses((status = 201, body = StaffOrderView)), security(("staff" = [])), extensions(("x-permission" = json!("orders.write"))))]
async fn create_order_payment(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<OrdersWrite>,
    PathParam(id): PathParam<OrderId>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<PaymentInput>,
) -> Result<Answer, Problem> {
    let actor = staff.actor();
    let mut tx = services.db.begin(shop.id).await?;
    match Once::claim(&mut tx, key, actor.key(), "POST /orders/{id}/payments", about(id, hash)).await? {
        Once::Again(answer) => Ok(answer),
        Once::First(claim) => {
            let done = record_payment(&mut tx, &shop, id, &input, &actor).await;
            finish(tx, claim, StatusCode::CREATED, done).await
        }
    }
}

/// Keeps the answer with what was done, commits, and gives it.
async fn finish(mut tx: ShopTx, claim: Claim, status: StatusCode, done: Result<StaffOrderView, OrderingError>) -> Result<Answer, Problem> {
    let answer = claim.keep(&mut tx, status, &done?).await?;
    tx.commit().await?;
    Ok(answer)
}
