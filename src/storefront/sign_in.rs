use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::page::{Head, Visit};
use super::wanted::hand_over;
use crate::identity::{BrowserCookie, forget_session, open_browser_session, revoke_session, sign_in_customer};
use crate::kernel::CustomerId;
use crate::platform::Services;
use crate::platform::http::{ClientIp, FlashKind, Problem};
use crate::platform::pages::{Asked, Fields, FormState, SeeOther, local_path};

/// Where a sign-in leads when it was not on the way to somewhere.
pub(super) const HOME: &str = "/account";

/// Where to go on to, as the forms carry it: empty when it is none of our places.
pub(super) fn next_of(asked: &Fields) -> &str {
    local_path(asked.get("next")).unwrap_or_default()
}

#[derive(Serialize)]
struct SignIn<'a> {
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
    visit.page_with(status, "storefront/sign-in.html", Head::titled(visit.t("sign_in.title")), &SignIn { state, next }).await
}

pub(super) async fn enter(
    State(services): State<Services>,
    visit: Visit,
    ClientIp(from): ClientIp,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let next = next_of(&fields);
    let mut state = FormState::filled(fields.entered(&["login"]));
    for field in ["login", "password"] {
        if fields.get(field).is_empty() {
            state.errors.insert(field.to_owned(), visit.t("field.required"));
        }
    }
    if !state.errors.is_empty() {
        return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, state, next).await;
    }
    let found = sign_in_customer(&services, visit.shop.id, fields.get("login"), fields.get("password"), &from.to_string()).await;
    match found {
        Ok(customer) => open(&services, &visit, customer, &headers, next).await,
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            // A page that says "wrong password" is not a page one has to sign in for.
            let status = if problem.status() == StatusCode::UNAUTHORIZED { StatusCode::UNPROCESSABLE_ENTITY } else { problem.status() };
            draw(&visit, status, state.refused(&problem, visit.lang, |_| None), next).await
        }
    }
}

/// Signs the browser in and leads on.
pub(super) async fn open(
    services: &Services,
    visit: &Visit,
    customer: CustomerId,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let value = open_browser_session(services, &mut tx, customer).await?;
    tx.commit().await?;
    let to = SeeOther::to(if next.is_empty() { HOME } else { next }).cookie(BrowserCookie::Customer.set(services, &value));
    Ok(hand_over(services, &visit.shop, customer, headers, to).await.into_response())
}

pub(super) async fn leave(State(services): State<Services>, visit: Visit) -> Result<Response, Problem> {
    if let Some(customer) = &visit.customer {
        let mut tx = visit.begin().await?;
        revoke_session(&mut tx, customer.session).await?;
        tx.commit().await?;
        forget_session(&services, visit.shop.id, customer.session).await;
    }
    let to = SeeOther::to("/").cookie(BrowserCookie::Customer.clear(&services));
    Ok(visit.say(to, FlashKind::Good, "flash.signed_out"))
}
