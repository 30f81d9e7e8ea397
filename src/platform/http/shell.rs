use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::limits::{SameLimits, tell_limits, with_same_limits};
use super::{Problem, RequestId, RequestLang};
use crate::kernel::{Id, OrderId};
use crate::platform::Services;
use crate::platform::i18n::Lang;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, times it, counts it, and writes one log line about it.
pub async fn observe(State(services): State<Services>, mut request: Request, next: Next) -> Response {
    let id = request_id(&request, &services);
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
    let span = tracing::info_span!("request", request.id = %id, shop.host = %host, shop.id = tracing::field::Empty);
    let started = Instant::now();
    let mut response = tell_limits(next.run(request).instrument(span.clone())).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics::histogram!("http_request_duration_seconds", "method" => known(&method), "status" => status.to_string())
        .record(took.as_secs_f64());
    let milliseconds = took.as_millis();
    span.in_scope(|| {
        if path == "/healthz" || path == "/readyz" || path.starts_with("/assets/") || path.starts_with("/media/") {
            tracing::debug!(status, milliseconds, "{method} {path}");
        } else {
            tracing::info!(status, milliseconds, "{method} {path}");
        }
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    response
}

/// A client may make up methods; a figure for each would grow without end.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

/// The client's own id when it is short and plain, so that it can be trusted in a log line; else a new one.
fn request_id(request: &Request, services: &Services) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let plain = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    given.filter(plain).map_or_else(|| OrderId::new_at(services.clock.now()).to_string(), str::to_owned)
}

/// Gives each problem that no page has drawn its JSON body, in the visitor's language. The framework's own refusals (no such
/// route, wrong method, body too large) become problems here too.
pub async fn render_problems(State(services): State<Services>, request: Request, next: Next) -> Response {
    let lang = RequestLang::of(request.headers()).0.unwrap_or(Lang::En);
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(request).await;
    let Some(problem) = problem_of(&response) else { return response };
    let body = serde_json::to_vec(&problem.body(lang, &services.base_url, &id)).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.as_str()));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status() == StatusCode::SERVICE_UNAVAILABLE {
        parts.headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("2"));
    }
    Response::from_parts(parts, axum::body::Body::from(body))
}

/// The problem a response stands for, when nobody has drawn it yet: one of ours, or the framework's own bare refusal.
#[must_use]
pub fn problem_of(response: &Response) -> Option<Problem> {
    let known = response.extensions().get::<Problem>().cloned();
    known.or_else(|| is_bare_refusal(response).then(|| bare(response.status())))
}

fn is_bare_refusal(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    (status.is_client_error() || status.is_server_error()) && (kind.is_empty() || kind.starts_with("text/plain"))
}

fn bare(status: StatusCode) -> Problem {
    let code = match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "payload-too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported-media-type",
        StatusCode::UNPROCESSABLE_ENTITY => "invalid",
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => "timeout",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::TOO_MANY_REQUESTS => "too-many-requests",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        _ if status.is_server_error() => "internal",
        _ => "bad-request",
    };
    Problem::new(status, code)
}

/// Runs every write on a task of its own that the connection waits for: a client who hangs up cancels nothing half-way.
pub async fn detach_writes(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    #[expect(clippy::disallowed_methods, reason = "this is the one place where a request leaves its connection's task")]
    let done = tokio::spawn(with_same_limits(next.run(request), SameLimits::of_this_request()).in_current_span()).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a request's task failed");
        Problem::internal().into_response()
    })
}
