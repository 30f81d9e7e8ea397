use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::page::Visit;
use crate::platform::http::{PathParam, Problem};
use crate::platform::i18n::{Lang, keys};

/// The statuses of the codes that are not a conflict with the state of things (409).
const STATUSES: [(&str, u16); 28] = [
    ("bad-request", 400),
    ("malformed-json", 400),
    ("idempotency-key-missing", 400),
    ("idempotency-key-malformed", 400),
    ("unauthenticated", 401),
    ("invalid-credentials", 401),
    ("session-expired", 401),
    ("forbidden", 403),
    ("cross-site", 403),
    ("shop-suspended", 403),
    ("not-found", 404),
    ("shop-not-found", 404),
    ("method-not-allowed", 405),
    ("precondition-failed", 412),
    ("payload-too-large", 413),
    ("unsupported-media-type", 415),
    ("unsupported-picture", 422),
    ("invalid", 422),
    ("idempotency-key-reused", 422),
    ("too-many-requests", 429),
    ("internal", 500),
    ("overloaded", 503),
    ("unavailable", 503),
    ("timeout", 503),
    ("precondition-required", 428),
    ("not-acceptable", 406),
    ("gone", 410),
    ("not-implemented", 501),
];

fn status_of(code: &str) -> u16 {
    STATUSES.iter().find(|(known, _)| *known == code).map_or(409, |(_, status)| *status)
}

/// Every code the catalogue explains, in its order.
fn codes() -> impl Iterator<Item = &'static str> {
    keys(Lang::En).into_iter().filter_map(|key| key.strip_prefix("problem.")?.strip_suffix(".title"))
}

#[derive(Serialize)]
struct List {
    codes: Vec<&'static str>,
}

#[derive(Serialize)]
struct Explained {
    code: &'static str,
    status: u16,
}

pub(super) async fn list(visit: Visit) -> Response {
    visit.page(StatusCode::OK, "platform/problems.html", &List { codes: codes().collect() })
}

pub(super) async fn show(visit: Visit, PathParam(code): PathParam<String>) -> Result<Response, Problem> {
    let code = codes().find(|known| *known == code).ok_or_else(Problem::not_found)?;
    Ok(visit.page(StatusCode::OK, "platform/problem.html", &Explained { code, status: status_of(code) }))
}
