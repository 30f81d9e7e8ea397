use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};

use super::page::Platform;
use super::{errors, landing, problems, sign_up};
use crate::platform::Services;
use crate::platform::http::Problem;
use crate::platform::pages::{same_origin, switch_language};
use crate::tenancy::Directory;

/// The largest form: a sign-up.
const MAX_FORM: usize = 64 * 1024;

/// The pages of the base host. Whatever is not here is the platform's own 404.
pub(in crate::app) fn routes(services: &Services, directory: &Directory) -> Router<Services> {
    let platform = Platform { services: services.clone(), directory: directory.clone() };
    Router::new()
        .route("/", get(landing::show))
        .route("/sign-up", get(sign_up::show).post(sign_up::open))
        .route("/problems", get(problems::list))
        .route("/problems/{code}", get(problems::show))
        .route("/language", post(switch_language))
        .fallback(no_such_page)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(same_origin())
        .layer(middleware::from_fn_with_state(services.clone(), errors::draw))
        .with_state(platform)
}

/// What answers on a host that is no shop's: one page for every address, in the language one likes.
pub(in crate::app) fn nowhere_routes(services: &Services) -> Router<Services> {
    Router::new()
        .route("/language", post(switch_language))
        .fallback(errors::unknown_shop)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(same_origin())
        .layer(middleware::from_fn_with_state(services.clone(), errors::draw))
}

async fn no_such_page() -> Problem {
    Problem::not_found()
}
