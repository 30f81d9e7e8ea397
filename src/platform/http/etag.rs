use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::Serialize;

use super::Problem;
use crate::platform::crypto::sha256;

/// The strong `ETag` of a thing as the API shows it.
#[must_use]
pub fn etag_of(body: &[u8]) -> String {
    format!("\"{}\"", hex::encode(&sha256(body)[..12]))
}

/// The `If-Match` of a change: the caller's word that it saw the thing as it is.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Refuses the change when the caller saw another state. Call it with the current state, read under the row's lock.
    ///
    /// # Errors
    /// 412 when the thing has changed since.
    pub fn check(&self, current: &impl Serialize) -> Result<(), Problem> {
        let Some(wanted) = &self.0 else { return Ok(()) };
        let body = serde_json::to_vec(current).map_err(|_| Problem::internal())?;
        let etag = etag_of(&body);
        let matches = wanted.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag);
        if matches { Ok(()) } else { Err(Problem::new(StatusCode::PRECONDITION_FAILED, "precondition-failed")) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(parts.headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned)))
    }
}
