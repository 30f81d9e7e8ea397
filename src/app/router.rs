use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use super::{api, docs, health, platform_pages};
use crate::platform::Services;
use crate::platform::http::{Problem, detach_writes, host_of, observe, render_problems};
use crate::tenancy::{Directory, Shop, ShopStatus};
use crate::{backoffice, catalog, storefront};

/// What a whole request may take before its connection gets an answer; a write goes on to its end all the same.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a body may take from one piece to the next.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// What pages may load and do. No inline script, no inline style, nothing from elsewhere, in no other site's frame. Where forms may
/// lead stands last: a page that leads further adds to it.
pub(super) const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; \
connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The two sides of the street: the base host and the shops' hosts.
#[derive(Clone)]
struct Street {
    services: Services,
    directory: Directory,
    base: Router,
    shop: Router,
    closed: Router,
    nowhere: Router,
    assets: Router,
    store_api: Router,
}

/// Every route under every host.
pub(super) fn street(services: Services) -> Router {
    let directory = Directory::new(services.clone());
    let street = Street {
        base: base_router(&services, &directory),
        shop: shop_router(&services),
        closed: closed_router(&services),
        nowhere: platform_pages::nowhere_routes(&services).with_state(services.clone()),
        assets: storefront::asset_routes(),
        directory,
        store_api: Router::new().nest("/api/store/v1", api::store_router()).with_state(services.clone()),
        services: services.clone(),
    };
    let header = |name, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(services.clone())
        .fallback_service(Router::new().fallback(dispatch).with_state(street))
        .layer(middleware::from_fn(detach_writes))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(RequestBodyTimeoutLayer::new(BODY_PATIENCE))
        .layer(middleware::from_fn_with_state(services.clone(), render_problems))
        .layer(header(header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(860).and(NotForContentType::SSE).and(NotForContentType::IMAGES)))
        .layer(middleware::from_fn_with_state(services, observe))
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    // The panic's text was printed by the hook; the visitor hears nothing of it.
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

fn base_router(services: &Services, directory: &Directory) -> Router {
    Router::new()
        .nest("/api/platform/v1", api::platform_router())
        .route("/api/{*rest}", axum::routing::any(no_such_api))
        .merge(documents_router())
        .merge(platform_pages::routes(services, directory))
        .with_state(services.clone())
}

fn shop_router(services: &Services) -> Router {
    Router::new()
        .nest("/api/store/v1", api::store_router())
        .nest("/api/admin/v1", api::admin_router())
        .route("/api/{*rest}", axum::routing::any(no_such_api))
        .merge(documents_router())
        .merge(catalog::media_routes())
        .merge(platform_pages::enter_routes())
        .merge(backoffice::routes(services))
        .merge(storefront::routes(services))
        .with_state(services.clone())
}

/// What a suspended shop still shows: a notice, in its colours.
fn closed_router(services: &Services) -> Router {
    Router::new().merge(catalog::media_routes()).merge(storefront::closed_routes()).with_state(services.clone())
}

fn documents_router() -> Router<Services> {
    let documents = super::documents();
    let serve = |document: utoipa::openapi::OpenApi| get(move || async move { Json(document) });
    Router::new()
        .route("/api/platform/v1/openapi.json", serve(documents.platform))
        .route("/api/store/v1/openapi.json", serve(documents.store))
        .route("/api/admin/v1/openapi.json", serve(documents.admin))
        .merge(docs::routes())
}

async fn no_such_api() -> Problem {
    Problem::not_found()
}

/// Finds out whose request this is, from its host alone, and hands it to that side of the street.
async fn dispatch(State(street): State<Street>, request: Request) -> Response {
    let Some(host) = host_of(request.headers(), request.uri()) else {
        return Problem::new(StatusCode::BAD_REQUEST, "bad-request").into_response();
    };
    // The same for everybody, and there also when nobody can say which shop this is.
    if is_asset(&request) {
        return pass(street.assets, request).await;
    }
    if host == street.services.base_host {
        return on_base(street, request).await;
    }
    match street.directory.by_host(&host).await {
        Ok(Some(shop)) => in_shop(&street, shop, street.shop.clone(), request).await,
        Ok(None) if is_api(&request) => Problem::new(StatusCode::NOT_FOUND, "shop-not-found").into_response(),
        Ok(None) => pass(street.nowhere, request).await,
        Err(problem) if is_api(&request) => problem.into_response(),
        Err(problem) => storefront::failed_page(&street.services, &request, problem),
    }
}

/// On the base host the storefront API answers too, when a publishable key names the shop; the admin API will, once there are
/// secret keys.
async fn on_base(street: Street, request: Request) -> Response {
    let path = request.uri().path();
    let is_document = path.ends_with("/openapi.json");
    if path.starts_with("/api/store/v1/") && !is_document {
        let key = request.headers().get("x-shop-key").and_then(|v| v.to_str().ok()).filter(|key| key.starts_with("pk_") && key.len() <= 67);
        let Some(key) = key.map(str::to_owned) else {
            // A browser asks whether it may send the key before it sends it.
            if request.method() == axum::http::Method::OPTIONS {
                return pass(street.store_api.clone(), request).await;
            }
            return Problem::new(StatusCode::NOT_FOUND, "shop-not-found").into_response();
        };
        return match street.directory.by_publishable_key(&key).await {
            Ok(Some(shop)) => in_shop(&street, shop, street.store_api.clone(), request).await,
            Ok(None) => Problem::new(StatusCode::NOT_FOUND, "shop-not-found").into_response(),
            Err(problem) => problem.into_response(),
        };
    }
    if path.starts_with("/api/admin/v1/") && !is_document {
        return Problem::new(StatusCode::NOT_FOUND, "shop-not-found").into_response();
    }
    pass(street.base, request).await
}

async fn in_shop(street: &Street, shop: Shop, router: Router, mut request: Request) -> Response {
    let suspended = shop.status == ShopStatus::Suspended;
    if suspended && is_api(&request) {
        return Problem::new(StatusCode::FORBIDDEN, "shop-suspended").into_response();
    }
    tracing::Span::current().record("shop.id", tracing::field::display(shop.id));
    request.extensions_mut().insert(shop);
    pass(if suspended { street.closed.clone() } else { router }, request).await
}

async fn pass(router: Router, request: Request) -> Response {
    router.oneshot(request).await.into_response()
}

fn is_asset(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/assets/") || path == "/favicon.ico"
}

fn is_api(request: &Request) -> bool {
    request.uri().path().starts_with("/api/")
}
