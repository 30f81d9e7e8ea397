//! The HTTP surface of the catalog.

mod media;

pub use media::media_routes;

use utoipa_axum::router::OpenApiRouter;

use crate::platform::Services;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
}

/// Routes of the storefront API.
pub fn store_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
}
