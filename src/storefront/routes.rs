use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};

use super::frame::Frames;
use super::page::Storefront;
use super::{account, assets, cart, checkout, errors, home, list, orders, product, robots, sign_in, sign_up};
use crate::platform::Services;
use crate::platform::http::Problem;
use crate::platform::pages::{same_origin, switch_language};
use crate::tenancy::Shop;

/// The largest form of a shopper: an address and a note, many times over.
const MAX_FORM: usize = 64 * 1024;

/// Every page of an open shop, and what they link to. Whatever is not here is the shop's own 404.
pub fn routes(services: &Services) -> Router<Services> {
    let storefront = Storefront { services: services.clone(), frames: Frames::new() };
    Router::new()
        .route("/", get(home::show))
        .route("/products", get(list::all))
        .route("/products/{slug}", get(product::show))
        .route("/categories/{slug}", get(list::category))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-up", get(sign_up::show).post(sign_up::register))
        .route("/sign-out", post(sign_in::leave))
        .route("/cart", get(cart::show))
        .route("/cart/lines", post(cart::put))
        .route("/cart/lines/{variant_id}/remove", post(cart::remove))
        .route("/checkout", get(checkout::show).post(checkout::place))
        .route("/orders", get(orders::list))
        .route("/orders/{id}", get(orders::show))
        .route("/orders/{id}/cancel", post(orders::cancel))
        .route("/account", get(account::show))
        .route("/language", post(switch_language))
        .route("/theme.css", get(assets::theme))
        .route("/robots.txt", get(robots::robots))
        .route("/sitemap.xml", get(robots::sitemap))
        .fallback(no_such_page)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(same_origin())
        .layer(middleware::from_fn_with_state(storefront.clone(), errors::draw))
        .with_state(storefront)
}

/// What a suspended shop still shows: the notice, in its colours.
pub fn closed_routes() -> Router<Services> {
    Router::new().route("/theme.css", get(assets::theme)).fallback(closed)
}

async fn closed(State(services): State<Services>, shop: Shop, request: Request) -> Response {
    errors::suspended_page(&services, &shop, request.headers())
}

async fn no_such_page() -> Problem {
    Problem::not_found()
}
