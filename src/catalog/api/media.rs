use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::platform::Services;
use crate::platform::http::{PathParam, Problem};
use crate::tenancy::Shop;

/// The route of the shop's pictures, on the shop's own host.
pub fn media_routes() -> axum::Router<Services> {
    axum::Router::new().route("/media/{key}", get(get_media))
}

/// A picture. What a key names never changes, so whoever has it keeps it; and it is a picture and nothing else, also when
/// somebody opens an SVG by itself.
async fn get_media(State(services): State<Services>, shop: Shop, PathParam(key): PathParam<String>) -> Result<Response, Problem> {
    let read = services.media.read(shop.id, &key).await.map_err(|error| {
        tracing::error!(%error, "cannot read a picture");
        Problem::internal()
    })?;
    let (bytes, kind) = read.ok_or_else(Problem::not_found)?;
    let headers: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    Ok((headers.map(|(name, value)| (name, HeaderValue::from_static(value))), bytes).into_response())
}
