use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CancelInput, about};
use crate::identity::Customer;
use crate::kernel::{OrderId, Page, PageRequest};
use crate::ordering::{OrderInput, OrderView, cancel_own_order, checkout, find_customer_order, list_customer_orders};
use crate::platform::Services;
use crate::platform::http::{Answer, Body, IdempotencyKey, Listed, Once, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(create_order))
        .routes(routes!(cancel_order))
        .routes(routes!(list_my_orders))
        .routes(routes!(get_my_order))
}

/// Places an order: of the lines given, or of the cart, which is then empty. All lines are had, or none. The same key and body
/// give the first answer again.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = OrderInput,
    params(("Idempotency-Key" = String, Header, description = "Names this purchase: 1–255 visible ASCII characters")),
    responses((status = 201, body = OrderView)), security(("customer" = [])))]
async fn create_order(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<OrderInput>,
) -> Result<Answer, Problem> {
    Ok(checkout(&services, &shop, &customer, &input, key, hash).await?.answer)
}

/// Calls the customer's own order off, while it has not shipped. Its goods are for sale again.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", params(("id" = OrderId, Path)), request_body = CancelInput,
    responses((status = 200, body = OrderView)), security(("customer" = [])))]
async fn cancel_order(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    PathParam(id): PathParam<OrderId>,
    key: IdempotencyKey,
    Body { value: input, hash }: Body<CancelInput>,
) -> Result<Answer, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    match Once::claim(&mut tx, key, customer.actor().key(), "POST /orders/{id}/cancel", about(id, hash)).await? {
        Once::Again(answer) => Ok(answer),
        Once::First(claim) => {
            let order = cancel_own_order(&mut tx, &shop, &customer, id, &input.reason).await?;
            let answer = claim.keep(&mut tx, StatusCode::OK, &order).await?;
            tx.commit().await?;
            Ok(answer)
        }
    }
}

/// Which page of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MyOrdersQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
}

/// The signed-in customer's orders, newest first.
#[utoipa::path(get, path = "/me/orders", tag = "me", params(MyOrdersQuery), responses((status = 200, body = Page<OrderView>)), security(("customer" = [])))]
async fn list_my_orders(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    QueryParams(query): QueryParams<MyOrdersQuery>,
    uri: Uri,
) -> Result<Listed<OrderView>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(list_customer_orders(&mut tx, &shop, customer.id, page).await?, uri))
}

/// One of the signed-in customer's orders.
#[utoipa::path(get, path = "/me/orders/{id}", tag = "me", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView)), security(("customer" = [])))]
async fn get_my_order(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    PathParam(id): PathParam<OrderId>,
) -> Result<Tagged<OrderView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(find_customer_order(&mut tx, &shop, customer.id, id).await?.ok_or_else(Problem::not_found)?))
}
