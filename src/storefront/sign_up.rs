use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::page::{Head, Visit};
use super::sign_in::{HOME, next_of, open};
use crate::identity::{NewCustomer, REGISTRATIONS, register_customer};
use crate::kernel::CustomerId;
use crate::platform::Services;
use crate::platform::http::{ClientIp, Problem, RateLimit};
use crate::platform::pages::{Asked, Fields, FormState, SeeOther};

#[derive(Serialize)]
struct SignUp<'a> {
    #[serde(flatten)]
    state: FormState,
    next: &'a str,
}

pub(super) async fn show(visit: Visit, asked: Asked) -> Result<Response, Problem> {
    let next = next_of(&asked);
    if visit.customer.is_some() {
        return Ok(SeeOther::to(if next.is_empty() { HOME } else { next }).into_response());
    }
    draw(&visit, StatusCode::OK, FormState::default(), next).await
}

async fn draw(visit: &Visit, status: StatusCode, state: FormState, next: &str) -> Result<Response, Problem> {
    visit.page_with(status, "storefront/sign-up.html", Head::titled(visit.t("sign_up.title")), &SignUp { state, next }).await
}

pub(super) async fn register(
    State(services): State<Services>,
    visit: Visit,
    ClientIp(from): ClientIp,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let next = next_of(&fields);
    match make(&services, &visit, &from.to_string(), &fields).await {
        Ok(customer) => open(&services, &visit, customer, &headers, next).await,
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            let state = refused(FormState::filled(fields.entered(&["name", "email", "phone"])), &visit, &problem);
            draw(&visit, problem.status(), state, next).await
        }
    }
}

async fn make(services: &Services, visit: &Visit, from: &str, fields: &Fields) -> Result<CustomerId, Problem> {
    RateLimit::count(services.limits, &services.redis.shop(visit.shop.id), REGISTRATIONS, from).await?;
    let (email, phone) = (fields.given("email"), fields.given("phone"));
    let new = NewCustomer::parse(&services.passwords, fields.get("name"), email, phone, fields.get("password")).await?;
    let mut tx = visit.begin().await?;
    let customer = register_customer(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(customer.id)
}

fn refused(mut state: FormState, visit: &Visit, problem: &Problem) -> FormState {
    let taken = match problem.code() {
        "email-taken" => Some("email"),
        "phone-taken" => Some("phone"),
        _ => None,
    };
    match taken {
        Some(field) => {
            state.errors.insert(field.to_owned(), problem.detail(visit.lang));
            state
        }
        None => state.refused(problem, visit.lang, |pointer| pointer.strip_prefix('/').map(str::to_owned)),
    }
}
