use axum::Router;
use axum::http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

use crate::platform::Services;

/// Swagger UI sets styles from its script; everything else it needs is served from here.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; \
object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The browsable documents at `/docs`, from files in the binary. They try requests out on the host they are looked at on.
pub(super) fn routes() -> Router<Services> {
    let documents = [
        Url::with_primary("Storefront", "/api/store/v1/openapi.json", true),
        Url::new("Admin", "/api/admin/v1/openapi.json"),
        Url::new("Platform", "/api/platform/v1/openapi.json"),
    ];
    let config = Config::new(documents).try_it_out_enabled(true).persist_authorization(true).deep_linking(true);
    let pages: Router<Services> = SwaggerUi::new("/docs").config(config).into();
    pages.layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
}
