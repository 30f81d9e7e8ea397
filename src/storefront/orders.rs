use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::page::{Head, Visit};
use crate::identity::Customer;
use crate::kernel::{OrderId, Page, PageRequest};
use crate::ordering::{OrderView, cancel_own_order, find_customer_order, list_customer_orders};
use crate::platform::Services;
use crate::platform::http::{FlashKind, PathParam, Problem};
use crate::platform::i18n::translate;
use crate::platform::pages::{Asked, Fields, FormState, SeeOther};

const PER_PAGE: i64 = 10;

#[derive(Serialize)]
struct Orders {
    orders: Page<OrderView>,
}

#[derive(Serialize)]
struct OrderPage {
    order: OrderView,
    just_placed: bool,
    #[serde(flatten)]
    state: FormState,
}

pub(super) async fn list(visit: Visit, asked: Asked) -> Result<Response, Problem> {
    let customer = visit.customer()?.id;
    let page = PageRequest::parse(asked.get("page").parse().ok(), Some(PER_PAGE)).unwrap_or_else(|_| PageRequest::first(PER_PAGE));
    let mut tx = visit.begin().await?;
    let orders = list_customer_orders(&mut tx, &visit.shop, customer, page).await?;
    drop(tx);
    visit.page("storefront/orders.html", Head::titled(visit.t("nav.orders")), &Orders { orders }).await
}

pub(super) async fn show(visit: Visit, PathParam(id): PathParam<OrderId>, asked: Asked) -> Result<Response, Problem> {
    draw(&visit, StatusCode::OK, id, asked.get("placed") == "1", FormState::default()).await
}

async fn draw(visit: &Visit, status: StatusCode, id: OrderId, just_placed: bool, state: FormState) -> Result<Response, Problem> {
    let customer = visit.customer()?.id;
    let mut tx = visit.begin().await?;
    let order = find_customer_order(&mut tx, &visit.shop, customer, id).await?.ok_or_else(Problem::not_found)?;
    drop(tx);
    let head = Head::titled(translate(visit.lang, "order.title", &[("number", &order.number)]));
    visit.page_with(status, "storefront/order.html", head, &OrderPage { order, just_placed, state }).await
}

pub(super) async fn cancel(
    State(services): State<Services>,
    visit: Visit,
    PathParam(id): PathParam<OrderId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let customer = visit.customer()?;
    let problem = match call_off(&services, &visit, customer, id, fields.get("reason")).await {
        Ok(()) => return Ok(visit.say(SeeOther::to(format!("/orders/{id}")), FlashKind::Good, "flash.order_cancelled")),
        Err(problem) if problem.status().is_server_error() || problem.status() == StatusCode::NOT_FOUND => return Err(problem),
        Err(problem) => problem,
    };
    let state = FormState::filled(fields.entered(&["reason"]));
    let state = state.refused(&problem, visit.lang, |pointer| (pointer == "/reason").then(|| "reason".to_owned()));
    draw(&visit, problem.status(), id, false, state).await
}

async fn call_off(services: &Services, visit: &Visit, customer: &Customer, id: OrderId, reason: &str) -> Result<(), Problem> {
    // The field has several lines to write on, a reason has one.
    let reason = reason.replace(['\r', '\n'], " ");
    let mut tx = services.db.begin(visit.shop.id).await?;
    cancel_own_order(&mut tx, &visit.shop, customer, id, &reason).await?;
    tx.commit().await?;
    Ok(())
}
