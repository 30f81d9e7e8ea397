//! Filled by the next commits; empty routes until then.
use crate::platform::Services;
use axum::Router;
pub fn routes(_: &Services) -> Router<Services> {
    Router::new()
}
