use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};

use super::errors::sign_in_for;
use super::page::{Head, Visit};
use super::wanted::Wanted;
use crate::identity::Customer;
use crate::kernel::{Flaw, Invalid, VariantId};
use crate::ordering::{CartView, OrderingError, add_to_cart, read_cart, remove_cart_line, set_cart_line};
use crate::platform::Services;
use crate::platform::http::{FlashKind, PathParam, Problem};
use crate::platform::pages::{Fields, SeeOther};

#[derive(Serialize)]
struct CartPage {
    cart: CartView,
    form: Map<String, Value>,
    errors: BTreeMap<&'static str, String>,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let customer = visit.customer()?.id;
    let cart = read_cart(visit.services(), &visit.shop, customer).await?;
    draw(&visit, StatusCode::OK, cart, BTreeMap::new()).await
}

async fn draw(visit: &Visit, status: StatusCode, cart: CartView, errors: BTreeMap<&'static str, String>) -> Result<Response, Problem> {
    let head = Head { cart_count: Some(cart.count), ..Head::titled(visit.t("nav.cart")) };
    visit.page_with(status, "storefront/cart.html", head, &CartPage { cart, form: Map::new(), errors }).await
}

/// Puts something in (`mode=add`) or sets how many of it are wanted (`mode=set`). Whoever is not signed in yet does that first;
/// what they wanted goes with them.
pub(super) async fn put(State(services): State<Services>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let variant: VariantId = fields.get("variant_id").parse().map_err(|_| Problem::not_found())?;
    let quantity = whole_number(fields.get("quantity"));
    let adds = fields.get("mode") != "set";
    let Some(customer) = &visit.customer else {
        let wanted = quantity.ok().filter(|_| adds).map(|quantity| Wanted { variant, quantity });
        let cookie = wanted.and_then(|wanted| wanted.header(&services, visit.shop.id));
        let to = SeeOther::to(sign_in_for("/cart")).cookie(cookie);
        return Ok(visit.say(to, FlashKind::Warn, "flash.sign_in_first"));
    };
    let done = match quantity {
        Err(flaw) => Err(Invalid::at("/quantity", flaw).into()),
        Ok(quantity) if adds => add_to_cart(&services, &visit.shop, customer.id, variant, quantity).await,
        Ok(quantity) => set_cart_line(&services, &visit.shop, customer.id, variant, quantity).await,
    };
    match done {
        Ok(_) => Ok(visit.say(SeeOther::to("/cart"), FlashKind::Good, if adds { "flash.added" } else { "flash.changed" })),
        Err(error) => refused(&visit, customer, error).await,
    }
}

pub(super) async fn remove(
    State(services): State<Services>,
    visit: Visit,
    PathParam(variant): PathParam<VariantId>,
) -> Result<Response, Problem> {
    let customer = visit.customer()?;
    match remove_cart_line(&services, &visit.shop, customer.id, variant).await {
        // Pressed twice, or gone by itself: what was asked for is so.
        Ok(_) | Err(OrderingError::NotFound) => Ok(visit.say(SeeOther::to("/cart"), FlashKind::Good, "flash.removed")),
        Err(error) => refused(&visit, customer, error).await,
    }
}

/// The cart as it is, and what was wrong with what was asked.
async fn refused(visit: &Visit, customer: &Customer, error: OrderingError) -> Result<Response, Problem> {
    let problem = Problem::from(error);
    if problem.status().is_server_error() || problem.status() == StatusCode::NOT_FOUND {
        return Err(problem);
    }
    let flaw = problem.errors().first().map(|error| Problem::message(visit.lang, error));
    let message = if problem.code() == "invalid" { flaw } else { None };
    let errors = BTreeMap::from([("form", message.unwrap_or_else(|| problem.detail(visit.lang)))]);
    let cart = read_cart(visit.services(), &visit.shop, customer.id).await?;
    draw(visit, problem.status(), cart, errors).await
}

/// A quantity as it was typed; left empty, one is meant.
fn whole_number(text: &str) -> Result<i64, Flaw> {
    match text.trim() {
        "" => Ok(1),
        text if text.len() > 20 => Err(Flaw::new("number")),
        text => text.parse().map_err(|_| Flaw::new("number")),
    }
}
