//! The HTTP surface of stock and receipts. All of it is for staff.

mod receipts;
mod stock;

use utoipa_axum::router::OpenApiRouter;

use crate::platform::Services;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    receipts::routes().merge(stock::routes())
}
