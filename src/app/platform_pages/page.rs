use axum::extract::{FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;

use crate::platform::Services;
use crate::platform::http::page_lang;
use crate::platform::i18n::Lang;
use crate::platform::pages::{here, render};
use crate::tenancy::Directory;

/// What the platform's pages stand on.
#[derive(Clone, FromRef)]
pub(super) struct Platform {
    pub(super) services: Services,
    pub(super) directory: Directory,
}

/// Somebody looks at a page of the platform.
pub(super) struct Visit {
    pub(super) services: Services,
    pub(super) lang: Lang,
    path: String,
}

/// What every page of the platform shows.
#[derive(Serialize)]
struct Page<'a, T> {
    base_url: &'a str,
    path: &'a str,
    flash: Option<()>,
    #[serde(flatten)]
    own: &'a T,
}

/// A page with nothing of its own.
#[derive(Serialize)]
pub(super) struct Nothing {}

impl Visit {
    pub(super) fn of(services: &Services, parts: &Parts) -> Self {
        // The platform speaks as shops do unless told otherwise.
        Self { services: services.clone(), lang: page_lang(&parts.headers, Lang::default()), path: here(&parts.uri) }
    }

    pub(super) fn page(&self, status: StatusCode, template: &str, own: &impl Serialize) -> Response {
        let page = Page { base_url: &self.services.base_url, path: &self.path, flash: None, own };
        render(&self.services, template, self.lang, status, &page)
    }
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Services: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&Services::from_ref(state), parts))
    }
}
