use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use super::page::{Nothing, Visit};
use crate::platform::Services;
use crate::platform::http::{RequestId, host_of, problem_of};

#[derive(Serialize)]
struct Refusal {
    code: &'static str,
    request_id: String,
}

/// Draws every problem of a page as the platform's error page.
pub(super) async fn draw(State(services): State<Services>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&services, &parts);
    let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = problem_of(&response) else { return response };
    let status = problem.status();
    let mut drawn = if status == StatusCode::NOT_FOUND {
        visit.page(status, "platform/not-found.html", &Nothing {})
    } else {
        let request_id = if status.is_server_error() { id } else { String::new() };
        visit.page(status, "platform/error.html", &Refusal { code: problem.code(), request_id })
    };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            drawn.headers_mut().insert(name, value.clone());
        }
    }
    drawn
}

#[derive(Serialize)]
struct Unknown {
    host: String,
}

/// Where no shop is.
pub(super) async fn unknown_shop(visit: Visit, request: Request) -> Response {
    let host = host_of(request.headers(), request.uri()).map(|host| host.as_str().to_owned()).unwrap_or_default();
    visit.page(StatusCode::NOT_FOUND, "platform/unknown-shop.html", &Unknown { host })
}
