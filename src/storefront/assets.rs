use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::platform::http::Problem;
use crate::platform::pages::Asked;
use crate::platform::templates::{asset, theme_css};
use crate::tenancy::Shop;

/// An address with the right version in it never shows anything else.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// One without may change with the next release.
const A_WHILE: &str = "public, max-age=300";

/// Style sheets, scripts and icons of the product itself; the same on every host.
pub fn asset_routes() -> Router {
    Router::new().route("/assets/{name}", get(show_asset)).route("/favicon.ico", get(favicon))
}

async fn show_asset(Path(name): Path<String>, asked: Asked, headers: HeaderMap) -> Response {
    file(&name, asked.get("v"), &headers)
}

/// Browsers ask for it by themselves, whatever a page links to.
async fn favicon(headers: HeaderMap) -> Response {
    file("favicon.svg", "", &headers)
}

fn file(name: &str, version: &str, headers: &HeaderMap) -> Response {
    let Some(found) = asset(name) else { return Problem::not_found().into_response() };
    let cache = HeaderValue::from_static(if version == found.hash { FOREVER } else { A_WHILE });
    let etag = format!("\"{}\"", found.hash);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).is_some_and(|tags| tags.contains(&etag));
    let head = [(header::ETAG, HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""))), (header::CACHE_CONTROL, cache)];
    if known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(header::CONTENT_TYPE, HeaderValue::from_static(found.content_type))], found.bytes).into_response()
}

/// The shop's colours.
pub(super) async fn theme(shop: Shop, asked: Asked) -> Result<Response, Problem> {
    let accent = &shop.settings.accent;
    let css = theme_css(accent).map_err(|error| {
        tracing::error!(%error, shop.id = %shop.id, "the shop's colour is none");
        Problem::internal()
    })?;
    let right = accent.strip_prefix('#') == Some(asked.get("v"));
    let cache = HeaderValue::from_static(if right { FOREVER } else { A_WHILE });
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], css).into_response())
}
