use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::Redirect;
use axum::routing::{any, get, post};
use tower_http::set_header::SetResponseHeaderLayer;

use super::shelves::{brands, categories, suppliers};
use super::{dashboard, failures, orders, products, receipts, sign_in, stock};
use crate::identity::SignedInStaff;
use crate::platform::Services;
use crate::platform::http::Problem;
use crate::platform::pages::same_origin;

/// The largest form: a product with a long description and a hundred variants, every letter of it three bytes and escaped.
const MAX_FORM: usize = 1024 * 1024;

/// The pages of the back office.
pub fn routes(services: &Services) -> Router<Services> {
    Router::new()
        .route("/admin/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/admin/sign-out", post(sign_in::leave))
        .route("/admin", get(dashboard::show))
        .merge(order_routes())
        .merge(product_routes())
        .merge(stock_routes())
        .merge(shelf_routes())
        .route("/admin/", get(async || Redirect::permanent("/admin")))
        .route("/admin/{*rest}", any(nothing_here))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(same_origin())
        .layer(middleware::from_fn_with_state(services.clone(), failures::draw_problems))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")))
}

fn order_routes() -> Router<Services> {
    Router::new()
        .route("/admin/orders", get(orders::list))
        .route("/admin/orders/{id}", get(orders::show))
        .route("/admin/orders/{id}/status", post(orders::change))
        .route("/admin/orders/{id}/cancel", post(orders::cancel))
}

fn product_routes() -> Router<Services> {
    Router::new()
        .route("/admin/products", get(products::list))
        .route("/admin/products/new", get(products::new).post(products::create))
        .route("/admin/products/{id}", get(products::edit).post(products::update))
        .route("/admin/products/{id}/delete", get(products::ask).post(products::delete))
        .route("/admin/products/{id}/restore", post(products::restore))
        .route("/admin/products/{id}/images", post(products::add).layer(DefaultBodyLimit::max(products::MAX_PICTURES_BODY)))
        .route("/admin/products/{id}/images/{image}/move", post(products::shift))
        .route("/admin/products/{id}/images/{image}/delete", post(products::delete_picture))
}

fn stock_routes() -> Router<Services> {
    Router::new()
        .route("/admin/stock", get(stock::list))
        .route("/admin/stock/adjustments", post(stock::adjust))
        .route("/admin/stock/movements", get(stock::movements))
        .route("/admin/receipts", get(receipts::list))
        .route("/admin/receipts/new", get(receipts::new).post(receipts::create))
        .route("/admin/receipts/{id}", get(receipts::show))
        .route("/admin/receipts/{id}/complete", post(receipts::complete))
}

fn shelf_routes() -> Router<Services> {
    Router::new()
        .route("/admin/categories", get(categories::list).post(categories::create))
        .route("/admin/categories/{id}", get(categories::edit).post(categories::save))
        .route("/admin/categories/{id}/delete", post(categories::delete))
        .route("/admin/categories/{id}/restore", post(categories::restore))
        .route("/admin/brands", get(brands::list).post(brands::create))
        .route("/admin/brands/{id}", get(brands::edit).post(brands::save))
        .route("/admin/brands/{id}/delete", post(brands::delete))
        .route("/admin/brands/{id}/restore", post(brands::restore))
        .route("/admin/suppliers", get(suppliers::list).post(suppliers::create))
        .route("/admin/suppliers/{id}", get(suppliers::edit).post(suppliers::save))
        .route("/admin/suppliers/{id}/delete", post(suppliers::delete))
        .route("/admin/suppliers/{id}/restore", post(suppliers::restore))
}

/// Only staff hear that there is nothing at an address; others are asked who they are.
async fn nothing_here(_: SignedInStaff) -> Problem {
    Problem::not_found()
}
