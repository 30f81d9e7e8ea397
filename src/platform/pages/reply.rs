use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::platform::Services;
use crate::platform::http::{Flash, FlashKind, FlashTo, Problem};
use crate::platform::i18n::Lang;

/// A page. It is the visitor's own, so no cache between us keeps it, and their browser asks again.
///
/// A template that fails is our fault: logged, and answered as a problem that the room's error page draws.
#[must_use]
pub fn render(services: &Services, template: &str, lang: Lang, status: StatusCode, context: &impl Serialize) -> Response {
    match services.templates.render(template, lang, context) {
        Ok(html) => {
            let cache = HeaderValue::from_static("private, no-cache");
            let language = HeaderValue::from_static(lang.as_str());
            (status, [(header::CACHE_CONTROL, cache), (header::CONTENT_LANGUAGE, language)], Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            Problem::internal().into_response()
        }
    }
}

/// 303: what was posted is done, go and look.
#[derive(Debug)]
#[must_use]
pub struct SeeOther {
    to: String,
    cookies: Vec<HeaderValue>,
}

impl SeeOther {
    /// To a place of this host, or to an address the server made itself. What came from a visitor goes through
    /// [`local_path`](super::local_path) first.
    pub fn to(place: impl Into<String>) -> Self {
        Self { to: place.into(), cookies: Vec::new() }
    }

    /// With a text of the catalogue for the next page to say.
    pub fn flash(self, services: &Services, to: FlashTo, kind: FlashKind, key: &str) -> Self {
        self.cookie(Flash::leave(services, to, kind, key))
    }

    /// With a cookie; `None` changes nothing.
    pub fn cookie(mut self, cookie: Option<HeaderValue>) -> Self {
        self.cookies.extend(cookie);
        self
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let Ok(location) = HeaderValue::from_str(&self.to) else {
            tracing::error!("a redirect to a place that no header can carry");
            return Problem::internal().into_response();
        };
        let no_store = HeaderValue::from_static("no-store");
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::CACHE_CONTROL, no_store)]).into_response();
        for cookie in self.cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Refuses a form that another site sent: by `Sec-Fetch-Site`, or by `Origin` where a browser does not say. Another shop of this
/// street is another site too. Forms need no token then, and none can be lost.
pub fn same_origin() -> CsrfLayer<fn(ProtectionError) -> Response> {
    CsrfLayer::new().with_rejection_response(refused)
}

fn refused(_: ProtectionError) -> Response {
    Problem::new(StatusCode::FORBIDDEN, "cross-site").into_response()
}
