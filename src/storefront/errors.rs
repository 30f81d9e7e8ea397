use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::frame::Sign;
use super::page::{Head, Storefront, Visit};
use crate::platform::Services;
use crate::platform::http::{Problem, RequestId, page_lang, problem_of};
use crate::platform::i18n::Lang;
use crate::platform::pages::{SeeOther, here, render};
use crate::tenancy::Shop;

/// Problems whose page has words of its own for the status; of any other, the problem's own text is shown.
const PLAIN: [&str; 9] = [
    "bad-request",
    "forbidden",
    "not-found",
    "conflict",
    "payload-too-large",
    "too-many-requests",
    "unavailable",
    "overloaded",
    "internal",
];

#[derive(Serialize)]
struct Refusal {
    status: u16,
    message: Option<String>,
    request_id: Option<String>,
}

/// Draws every problem of a page as the shop's error page. Whoever has to sign in first is sent there and comes back.
pub(super) async fn draw(State(storefront): State<Storefront>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let inner = Request::from_parts(parts.clone(), body);
    let response = next.run(inner).await;
    let Some(problem) = problem_of(&response) else { return response };
    if problem.status() == StatusCode::UNAUTHORIZED {
        return sign_in_first(&parts.method, &here(&parts.uri));
    }
    let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
    let drawn = match Visit::of(&storefront, &mut parts).await {
        Ok(visit) => refusal(&visit, &problem, request_id.clone()).await,
        Err(problem) => Err(problem),
    };
    let mut drawn = match drawn {
        Ok(page) if problem_of(&page).is_none() => page,
        _ => bare(&storefront.services, parts.extensions.get::<Shop>(), &parts.headers, problem.status(), request_id),
    };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            drawn.headers_mut().insert(name, value.clone());
        }
    }
    drawn
}

async fn refusal(visit: &Visit, problem: &Problem, request_id: Option<String>) -> Result<Response, Problem> {
    let (status, lang) = (problem.status(), visit.lang);
    let message = (!PLAIN.contains(&problem.code())).then(|| problem.detail(lang));
    // A number to quote helps with our faults; on a mistyped address it would only worry.
    let request_id = request_id.filter(|_| status.is_server_error());
    let page = Refusal { status: status.as_u16(), message, request_id };
    visit.page_with(status, "storefront/error.html", Head::titled(problem.title(lang)), &page).await
}

/// The page to come back to: the same one, or, after a form, the page the form stands on.
fn sign_in_first(method: &Method, place: &str) -> Response {
    let form_page = |path: &str| match path {
        path if path.starts_with("/cart") => "/cart".to_owned(),
        path => path.strip_suffix("/cancel").unwrap_or(path).to_owned(),
    };
    let back = if matches!(*method, Method::GET | Method::HEAD) { place.to_owned() } else { form_page(place) };
    SeeOther::to(sign_in_for(&back)).into_response()
}

/// The sign-in page that leads on to a place.
pub(super) fn sign_in_for(next: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("/sign-in?{query}")
}

#[derive(Serialize)]
struct Bare {
    shop: Option<Sign>,
    request_id: Option<String>,
}

/// When not even what stands around a page can be read.
fn bare(services: &Services, shop: Option<&Shop>, headers: &HeaderMap, status: StatusCode, request_id: Option<String>) -> Response {
    let lang = page_lang(headers, shop.map_or(Lang::Vi, |shop| shop.locale));
    let status = if status.is_server_error() { status } else { StatusCode::SERVICE_UNAVAILABLE };
    let page = Bare { shop: shop.map(|shop| Sign::new(shop, 0)), request_id };
    render(services, "storefront/500.html", lang, status, &page)
}

/// What a shopper sees when nobody can say which shop this is.
#[must_use]
pub fn failed_page(services: &Services, request: &Request, problem: Problem) -> Response {
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let mut page = bare(services, None, request.headers(), problem.status(), request_id);
    if let Some(seconds) = problem.into_response().headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
    }
    page
}

#[derive(Serialize)]
struct Closed {
    shop: Sign,
}

/// What every page of a suspended shop shows.
pub(super) fn suspended_page(services: &Services, shop: &Shop, headers: &HeaderMap) -> Response {
    let page = Closed { shop: Sign::new(shop, 0) };
    render(services, "storefront/suspended.html", page_lang(headers, shop.locale), StatusCode::FORBIDDEN, &page)
}
