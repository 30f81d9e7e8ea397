use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::kernel::{FieldError, Invalid};
use crate::platform::crypto::NoRandomness;
use crate::platform::i18n::{Lang, translate};
use crate::platform::{DbError, RedisFault};

/// An answer that is not a success: a status, a stable code, and what its texts need. The texts themselves are added by the shell,
/// which knows the visitor's language, as JSON or as a page.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    params: Vec<(&'static str, String)>,
    errors: Vec<FieldError>,
    retry_after: Option<u32>,
    extra: Vec<Map<String, Value>>,
}

impl Problem {
    /// A problem with this status and code; its texts are `problem.{code}` in the catalogues.
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, params: Vec::new(), errors: Vec::new(), retry_after: None, extra: Vec::new() }
    }

    /// Adds what a placeholder of the texts stands for.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// Names the places in the request that are at fault.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds members beside `pointer`, `code` and `message` to each error, in order (RFC 9457 extension members).
    #[must_use]
    pub fn with_members(mut self, members: Vec<Map<String, Value>>) -> Self {
        self.extra = members;
        self
    }

    /// Says after how many seconds the same request may succeed.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// 404: not here, which is also what another shop's thing is.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// 403: signed in, but not permitted.
    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden")
    }

    /// 401: not signed in, or no longer.
    #[must_use]
    pub const fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated")
    }

    /// 503: a needed part is away; the same request may succeed in a moment.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(2)
    }

    /// 500: our fault. Log the cause where it is known; the visitor hears nothing of it.
    #[must_use]
    pub const fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What a placeholder of the texts stands for.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The places in the request that are at fault.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The problem's title in a language.
    #[must_use]
    pub fn title(&self, lang: Lang) -> String {
        self.text(lang, "title")
    }

    /// What happened and what to do, in a language.
    #[must_use]
    pub fn detail(&self, lang: Lang) -> String {
        self.text(lang, "detail")
    }

    fn text(&self, lang: Lang, part: &str) -> String {
        let params: Vec<(&str, &dyn std::fmt::Display)> = self.params.iter().map(|(k, v)| (*k, v as _)).collect();
        translate(lang, &format!("problem.{}.{part}", self.code), &params)
    }

    /// The message of one field's flaw in a language.
    #[must_use]
    pub fn message(lang: Lang, error: &FieldError) -> String {
        let params: Vec<(&str, &dyn std::fmt::Display)> = error.flaw.params.iter().map(|(k, v)| (*k, v as _)).collect();
        translate(lang, &format!("field.{}", error.flaw.code), &params)
    }

    /// The body as the API gives it.
    #[must_use]
    pub fn body(&self, lang: Lang, base_url: &str, request_id: &str) -> ProblemBody {
        let field = |(i, error): (usize, &FieldError)| ProblemField {
            pointer: error.pointer.clone(),
            code: error.flaw.code.to_owned(),
            message: Self::message(lang, error),
            members: self.extra.get(i).cloned().unwrap_or_default(),
        };
        ProblemBody {
            r#type: format!("{base_url}/problems/{}", self.code),
            title: self.title(lang),
            status: self.status.as_u16(),
            detail: self.detail(lang),
            instance: request_id.to_owned(),
            errors: self.errors.iter().enumerate().map(field).collect(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem as the API writes it (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A URL whose last segment is the stable code; it leads to a page about the problem.
    pub r#type: String,
    /// What kind of problem this is, in the visitor's language.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here and what to do next.
    pub detail: String,
    /// The request's id, which is also in the server's log.
    pub instance: String,
    /// For bad input: each place at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

/// One place in the request that is at fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemField {
    /// JSON Pointer (RFC 6901) into the body; for a query parameter, a slash and its name.
    pub pointer: String,
    /// Stable code of the flaw.
    pub code: String,
    /// What is wrong, in the visitor's language.
    pub message: String,
    /// Further members, e.g. `requested` and `available` of a line that ran short.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub members: Map<String, Value>,
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid").with_errors(invalid.0)
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        if error.is_unavailable() {
            tracing::warn!(%error, "the database is away or too busy");
            Self::unavailable()
        } else {
            // Not its detail: PostgreSQL writes the refused row's values there.
            tracing::error!(%error, constraint = error.constraint(), "database error");
            Self::internal()
        }
    }
}

impl From<RedisFault> for Problem {
    fn from(error: RedisFault) -> Self {
        tracing::warn!(%error, "Redis is needed here and away");
        Self::unavailable()
    }
}

impl From<NoRandomness> for Problem {
    fn from(error: NoRandomness) -> Self {
        tracing::error!(%error);
        Self::internal()
    }
}
