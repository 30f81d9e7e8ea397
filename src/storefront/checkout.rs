use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::page::{Head, Visit};
use crate::identity::{AddressView, Customer, find_customer, list_addresses};
use crate::kernel::{Address, AddressInput, Flaw, Id, Invalid, OrderId, PageRequest};
use crate::ordering::{CartView, OrderInput, PaymentMethod, Totals, checkout, list_customer_orders, read_cart};
use crate::platform::Services;
use crate::platform::crypto::sha256;
use crate::platform::http::{FlashKind, IdempotencyKey, Problem};
use crate::platform::pages::{Asked, Fields, FormState, SeeOther};

/// What a shopper fills in.
const TYPED: [&str; 8] = ["name", "phone", "line1", "ward", "district", "province", "note", "payment_method"];

#[derive(Serialize)]
struct Checkout {
    cart: CartView,
    totals: Totals,
    addresses: Vec<AddressView>,
    payment_methods: [PaymentMethod; 1],
    idempotency_key: String,
    #[serde(flatten)]
    state: FormState,
}

pub(super) async fn show(visit: Visit, asked: Asked) -> Result<Response, Problem> {
    let customer = visit.customer()?;
    let cart = read_cart(visit.services(), &visit.shop, customer.id).await?;
    if cart.lines.is_empty() {
        return Ok(SeeOther::to("/cart").into_response());
    }
    let (addresses, form) = begin(&visit, customer, asked.get("address")).await?;
    // The server's own, so that it is there without a script; pressing the button twice sends the same one twice.
    let key = OrderId::new_at(visit.services().clock.now()).to_string();
    draw(&visit, StatusCode::OK, cart, addresses, key, FormState::filled(form)).await
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    cart: CartView,
    addresses: Vec<AddressView>,
    idempotency_key: String,
    state: FormState,
) -> Result<Response, Problem> {
    let totals = cart.totals();
    let head = Head { cart_count: Some(cart.count), ..Head::titled(visit.t("checkout.title")) };
    let page = Checkout { cart, totals, addresses, payment_methods: PaymentMethod::OFFERED, idempotency_key, state };
    visit.page_with(status, "storefront/checkout.html", head, &page).await
}

/// What the form begins with: the address asked for, else the default one, else where the last order went, else the account's
/// own name and telephone number.
async fn begin(visit: &Visit, customer: &Customer, wanted: &str) -> Result<(Vec<AddressView>, Map<String, Value>), Problem> {
    let mut tx = visit.begin().await?;
    let addresses = list_addresses(&mut tx, customer.id).await?;
    let saved = addresses.iter().find(|saved| saved.id.to_string() == wanted).or_else(|| addresses.iter().find(|saved| saved.is_default));
    if let Some(saved) = saved {
        let form = filled(&saved.address);
        return Ok((addresses, form));
    }
    let last = list_customer_orders(&mut tx, &visit.shop, customer.id, PageRequest::first(1)).await?.data.pop();
    if let Some(order) = last {
        return Ok((addresses, filled(&order.shipping_address)));
    }
    let account = find_customer(&mut tx, customer.id).await?;
    let phone = account.and_then(|account| account.phone).unwrap_or_default();
    Ok((addresses, as_map(json!({ "name": customer.name, "phone": as_dialled(&phone) }))))
}

fn filled(address: &Address) -> Map<String, Value> {
    as_map(json!({
        "name": address.name,
        "phone": as_dialled(&address.phone),
        "line1": address.line1,
        "ward": address.ward,
        "district": address.district,
        "province": address.province,
    }))
}

/// A number of this country as people here write it.
fn as_dialled(phone: &str) -> String {
    phone.strip_prefix("+84").map_or_else(|| phone.to_owned(), |rest| format!("0{rest}"))
}

fn as_map(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

pub(super) async fn place(State(services): State<Services>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let customer = visit.customer()?;
    let key = fields.get("idempotency_key");
    let placed = match order_of(&fields) {
        Ok(input) => {
            let once = IdempotencyKey::given(key.to_owned());
            checkout(&services, &visit.shop, customer, &input, once, meaning(&fields)).await
        }
        Err(invalid) => Err(invalid.into()),
    };
    match placed {
        Ok(order) => Ok(SeeOther::to(format!("/orders/{}?placed=1", order.id)).into_response()),
        // Gone back after the order was placed, and sent again with other words: it stands as it was placed.
        Err(problem) if problem.code() == "idempotency-key-reused" => {
            Ok(visit.say(SeeOther::to("/orders"), FlashKind::Warn, "flash.already_placed"))
        }
        Err(problem) if problem.status() == StatusCode::INTERNAL_SERVER_ERROR => Err(problem),
        // Too busy just now: if the page can be drawn at all, nothing typed is lost, and the same key tells what became of the order.
        Err(problem) => refused(&visit, customer, &fields, &problem).await.map_err(|_| problem),
    }
}

/// The page again, with what was typed, and which line or field is at fault.
async fn refused(visit: &Visit, customer: &Customer, fields: &Fields, problem: &Problem) -> Result<Response, Problem> {
    let cart = read_cart(visit.services(), &visit.shop, customer.id).await?;
    if cart.lines.is_empty() {
        // Perhaps it was bought just now, and only the answer got lost.
        let lost = problem.status().is_server_error();
        let empty = || visit.say(SeeOther::to("/cart"), FlashKind::Warn, "flash.cart_empty");
        return if lost { Err(problem.clone()) } else { Ok(empty()) };
    }
    let mut state = FormState::filled(fields.entered(&TYPED)).refused(problem, visit.lang, field_of);
    if problem.code() != "invalid" {
        state.errors.insert("form".to_owned(), with_lines(visit, problem, &cart));
    }
    let mut tx = visit.begin().await?;
    let addresses = list_addresses(&mut tx, customer.id).await?;
    drop(tx);
    // Nothing was done under the key, so the next try may have it too.
    draw(visit, problem.status(), cart, addresses, fields.get("idempotency_key").to_owned(), state).await
}

/// The field of the form behind a place in the order.
fn field_of(pointer: &str) -> Option<String> {
    let name = pointer.strip_prefix("/shipping_address/").or_else(|| pointer.strip_prefix('/'))?;
    TYPED.contains(&name).then(|| name.to_owned())
}

/// What happened, and to which lines: `Not enough … · Áo thun (Đỏ, M): only 2 left`.
fn with_lines(visit: &Visit, problem: &Problem, cart: &CartView) -> String {
    let mut said = vec![problem.detail(visit.lang)];
    for error in problem.errors() {
        let index = error.pointer.strip_prefix("/lines/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        if let Some(line) = index.and_then(|index| cart.lines.get(index)) {
            let chosen: Vec<&str> = line.options.iter().map(|(_, value)| value.as_str()).collect();
            let chosen = if chosen.is_empty() { String::new() } else { format!(" ({})", chosen.join(", ")) };
            said.push(format!("{}{chosen}: {}", line.product.name, Problem::message(visit.lang, error)));
        }
    }
    said.join(" ")
}

fn order_of(fields: &Fields) -> Result<OrderInput, Invalid> {
    let given = |name: &str| fields.given(name).map(str::to_owned);
    let method = serde_json::from_value(Value::from(fields.get("payment_method")));
    let expected_total = fields.given("expected_total").and_then(|total| total.parse().ok());
    Ok(OrderInput {
        lines: None,
        shipping_address: AddressInput {
            name: fields.get("name").to_owned(),
            phone: fields.get("phone").to_owned(),
            line1: fields.get("line1").to_owned(),
            ward: given("ward"),
            district: given("district"),
            province: fields.get("province").to_owned(),
            country: given("country").unwrap_or_else(|| "VN".to_owned()),
        },
        shipping_rate_id: None,
        discount_code: None,
        payment_method: method.map_err(|_| Invalid::at("/payment_method", Flaw::new("required")))?,
        note: given("note"),
        expected_total,
    })
}

/// What tells one order from another one under the same key: everything typed, however the browser wrote it down.
fn meaning(fields: &Fields) -> [u8; 32] {
    let typed = fields.entered(&TYPED);
    sha256(&serde_json::to_vec(&typed).unwrap_or_default())
}
