//! The platform's own pages.
use crate::platform::Services;
use crate::platform::http::Problem;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
pub(super) fn routes(_: &Services) -> Router<Services> {
    Router::new()
}
pub(super) fn unknown_shop(_: &Services, _: &Request) -> Response {
    Problem::not_found().into_response()
}
