use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::enter::ticket_for;
use super::page::Visit;
use crate::app::router::PAGE_POLICY;
use crate::app::sign_up::{OwnerInput, SignUpInput, open_shop};
use crate::kernel::Currency;
use crate::platform::Services;
use crate::platform::http::{ClientIp, Problem};
use crate::platform::pages::{Fields, FormState, SeeOther};

#[derive(Serialize)]
struct SignUp<'a> {
    base_host: &'a str,
    scheme: &'a str,
    currency_options: Vec<Choice>,
    #[serde(flatten)]
    state: FormState,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
}

/// What is shown again after a refusal; never the password.
const TYPED: [&str; 7] = ["name", "handle", "currency", "locale", "owner_name", "owner_email", "owner_phone"];

pub(super) async fn show(visit: Visit) -> Response {
    let begun = json!({ "currency": "VND", "locale": visit.lang.as_str() });
    let form = if let Value::Object(form) = begun { form } else { serde_json::Map::new() };
    draw(&visit, StatusCode::OK, FormState::filled(form))
}

fn draw(visit: &Visit, status: StatusCode, state: FormState) -> Response {
    let (scheme, base_host) = visit.services.base_url.split_once("://").unwrap_or(("http", &visit.services.base_url));
    let currency_options = Currency::codes().map(|code| Choice { value: code, label: code }).collect();
    let mut response = visit.page(status, "platform/sign-up.html", &SignUp { base_host, scheme, currency_options, state });
    // The form's answer leads to the new shop's own host, and browsers hold a redirect to the policy too.
    if let Ok(policy) = HeaderValue::from_str(&format!("{PAGE_POLICY} {scheme}://*.{base_host}")) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

pub(super) async fn open(
    State(services): State<Services>,
    visit: Visit,
    ClientIp(from): ClientIp,
    fields: Fields,
) -> Result<Response, Problem> {
    let input = SignUpInput {
        handle: fields.get("handle").to_owned(),
        name: fields.get("name").to_owned(),
        currency: fields.get("currency").to_owned(),
        locale: fields.get("locale").to_owned(),
        owner: OwnerInput {
            name: fields.get("owner_name").to_owned(),
            email: fields.get("owner_email").to_owned(),
            phone: fields.given("owner_phone").map(str::to_owned),
            password: fields.get("owner_password").to_owned(),
        },
    };
    match open_shop(&services, &input, &from.to_string()).await {
        Ok(opened) => {
            let shop_url = services.shop_url(&opened.handle);
            let to = match ticket_for(&services, opened.made.shop, opened.made.owner).await {
                Some(ticket) => format!("{shop_url}/admin/enter?ticket={ticket}"),
                None => format!("{shop_url}/admin/sign-in"),
            };
            Ok(SeeOther::to(to).into_response())
        }
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => Ok(draw(&visit, problem.status(), refused(&visit, &fields, &problem))),
    }
}

fn refused(visit: &Visit, fields: &Fields, problem: &Problem) -> FormState {
    let mut state = FormState::filled(fields.entered(&TYPED));
    if problem.code() == "handle-taken" {
        state.errors.insert("handle".to_owned(), problem.detail(visit.lang));
        return state;
    }
    // /owner/email is the form's owner_email.
    state.refused(problem, visit.lang, |pointer| Some(pointer.strip_prefix('/')?.replace('/', "_")))
}
