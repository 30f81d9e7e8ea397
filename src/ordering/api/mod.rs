//! The HTTP surface of carts and orders.

mod admin;
mod cart;
mod store;

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub use admin::admin_routes;

use crate::kernel::OrderId;
use crate::platform::Services;
use crate::platform::crypto::sha256;

/// Routes of the storefront API.
pub fn store_routes() -> OpenApiRouter<Services> {
    cart::routes().merge(store::routes())
}

/// Why an order is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelInput {
    /// The reason, for both sides to read.
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
}

/// An idempotency key belongs to the body and to the order in the path: the same words about another order are another request.
fn about(order: OrderId, body_hash: [u8; 32]) -> [u8; 32] {
    let mut bytes = body_hash.to_vec();
    bytes.extend_from_slice(order.uuid().as_bytes());
    sha256(&bytes)
}
