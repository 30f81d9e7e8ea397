//! The HTTP surface of sign-in, sign-out and people's own data.

mod admin;
mod store;

pub use admin::admin_routes;
pub use store::store_routes;

use serde::Deserialize;
use utoipa::ToSchema;

/// A refresh token to exchange.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshInput {
    /// The newest refresh token of the session; each is good once.
    #[schema(max_length = 200)]
    refresh_token: String,
}
