use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use serde::Serialize;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

use super::sign_up;
use crate::platform::Services;
use crate::platform::http::{Problem, ProblemBody, ProblemField};
use crate::{catalog, identity, inventory, messages, ordering, stores, tenancy};

/// The three documents, one an audience.
#[derive(Clone, Serialize)]
pub struct Documents {
    /// For those who sign up.
    pub platform: utoipa::openapi::OpenApi,
    /// For shoppers' pages.
    pub store: utoipa::openapi::OpenApi,
    /// For staff and their tools.
    pub admin: utoipa::openapi::OpenApi,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Shophouse platform API", description = "Sign up for a shop; see which handles are free and which plans there are."),
    components(schemas(ProblemBody, ProblemField))
)]
struct PlatformDoc;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Shophouse storefront API",
        description = "What a shop's own pages and any other client need to sell: goods, customers, carts, orders. \
Money is an integer in the currency's minor unit. Errors are RFC 9457 problems."
    ),
    components(schemas(ProblemBody, ProblemField))
)]
struct StoreDoc;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Shophouse admin API",
        description = "What a shop's staff and their tools need. Each operation names the permission it asks for in `x-permission`."
    ),
    components(schemas(ProblemBody, ProblemField))
)]
struct AdminDoc;

fn platform_api() -> OpenApiRouter<Services> {
    OpenApiRouter::with_openapi(PlatformDoc::openapi()).merge(sign_up::platform_routes())
}

fn store_api() -> OpenApiRouter<Services> {
    OpenApiRouter::with_openapi(StoreDoc::openapi())
        .merge(tenancy::store_routes())
        .merge(identity::store_routes())
        .merge(catalog::store_routes())
        .merge(stores::store_routes())
        .merge(ordering::store_routes())
}

fn admin_api() -> OpenApiRouter<Services> {
    OpenApiRouter::with_openapi(AdminDoc::openapi())
        .merge(identity::admin_routes())
        .merge(catalog::admin_routes())
        .merge(inventory::admin_routes())
        .merge(stores::admin_routes())
        .merge(ordering::admin_routes())
        .merge(messages::admin_routes())
}

/// The three documents, as they are served and committed under `openapi/`.
#[must_use]
pub fn documents() -> Documents {
    Documents {
        platform: finished(platform_api().into_openapi(), "/api/platform/v1", &[]),
        store: finished(store_api().into_openapi(), "/api/store/v1", &[("customer", "A customer's access token, from `POST /sessions`.")]),
        admin: finished(admin_api().into_openapi(), "/api/admin/v1", &[("staff", "A staff access token, from `POST /sessions`.")]),
    }
}

/// Adds what every operation of an audience shares: where it is served, how to sign in, and the problems any of them may answer.
fn finished(mut document: utoipa::openapi::OpenApi, server: &str, schemes: &[(&str, &str)]) -> utoipa::openapi::OpenApi {
    "1".clone_into(&mut document.info.version);
    document.info.license = None;
    document.servers = Some(vec![utoipa::openapi::Server::new(server)]);
    let components = document.components.get_or_insert_default();
    for (name, description) in schemes {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(*description)).build();
        components.add_security_scheme(*name, SecurityScheme::Http(scheme));
    }
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_problems(operation);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().filter_map(Option::as_mut)
}

/// The statuses of `api.md`'s conventions. Any operation may answer any of them, so each says so.
const PROBLEMS: [(&str, &str); 12] = [
    ("400", "Unreadable"),
    ("401", "No or bad credentials"),
    ("403", "Not permitted"),
    ("404", "Not here"),
    ("405", "No such method here"),
    ("409", "Conflict with the state of things"),
    ("412", "`If-Match` failed"),
    ("413", "Too large"),
    ("415", "Not a media type this takes"),
    ("422", "Invalid"),
    ("429", "Too many; see `Retry-After`"),
    ("503", "Overloaded, or a needed part is down; see `Retry-After`"),
];

fn add_problems(operation: &mut Operation) {
    for (status, description) in PROBLEMS {
        let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
        let response = ResponseBuilder::new().description(description).content("application/problem+json", content).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}

/// JSON bodies are small; a picture's route raises this for itself.
const MAX_JSON: usize = 1024 * 1024;

async fn no_such_route() -> Problem {
    Problem::not_found()
}

/// The platform's API.
pub(super) fn platform_router() -> Router<Services> {
    finish_router(platform_api().split_for_parts().0)
}

/// A shop's storefront API. Any origin may call it, without cookies: a token is a header, never sent by itself.
pub(super) fn store_router() -> Router<Services> {
    let exposed = ["link", "location", "idempotency-replayed", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"];
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::list(
            ["authorization", "content-type", "idempotency-key", "if-match", "accept-language", "x-shop-key", "x-request-id"]
                .map(HeaderName::from_static),
        ))
        .expose_headers(exposed.map(HeaderName::from_static).into_iter().chain([header::ETAG]).collect::<Vec<_>>())
        .max_age(std::time::Duration::from_secs(600));
    finish_router(store_api().split_for_parts().0).layer(cors)
}

/// A shop's admin API.
pub(super) fn admin_router() -> Router<Services> {
    finish_router(admin_api().split_for_parts().0)
}

fn finish_router(router: Router<Services>) -> Router<Services> {
    let no_store = HeaderValue::from_static("no-store");
    router
        .fallback(no_such_route)
        .layer(tower_http::set_header::SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, no_store))
        .layer(DefaultBodyLimit::max(MAX_JSON))
}
