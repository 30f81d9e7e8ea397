//! Filled by the next commits; empty routes until then.
use crate::platform::Services;
use crate::platform::http::Problem;
use crate::tenancy::Shop;
use axum::Router;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
pub fn routes(_: &Services) -> Router<Services> {
    Router::new()
}
pub fn asset_routes() -> Router<Services> {
    Router::new()
}
pub fn suspended_page(_: &Services, _: &Shop, _: &HeaderMap) -> Response {
    Problem::forbidden().into_response()
}
