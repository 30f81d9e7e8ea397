//! A request that is sent twice is carried out once.
//!
//! The key is claimed and its answer stored in the transaction that does the work, so both stand or fall together. A second
//! request with the same key waits for the first at the unique index, then gets its answer. A request that was refused leaves no
//! claim: the same key may succeed later.

mod queries;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Problem;
use crate::platform::ShopTx;

/// The `Idempotency-Key` header: 1–255 visible ASCII characters.
#[derive(Debug, Clone, Default)]
pub struct IdempotencyKey(Option<String>);

impl IdempotencyKey {
    /// A key made by the server itself, e.g. in a form's hidden field.
    #[must_use]
    pub fn given(key: String) -> Self {
        Self(well_formed(&key).then_some(key))
    }

    /// Refuses a request that needs a key and has none.
    ///
    /// # Errors
    /// 400 without a key.
    pub fn required(self) -> Result<Self, Problem> {
        if self.0.is_some() { Ok(self) } else { Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency-key-missing")) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default();
        if !well_formed(text) {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency-key-malformed"));
        }
        Ok(Self(Some(text.to_owned())))
    }
}

/// 1–255 visible ASCII characters.
fn well_formed(key: &str) -> bool {
    (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
}

/// What became of a key.
#[derive(Debug)]
pub enum Once {
    /// Nobody used it before: do the work, then [`Claim::keep`] the answer.
    First(Claim),
    /// The work was done before: this was the answer.
    Again(Answer),
}

/// An answer worth repeating.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    replayed: bool,
}

impl Answer {
    /// A text field of the thing that was answered (its id), for a page that goes on to it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let thing: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        thing.get(name)?.as_str().map(str::to_owned)
    }

    /// The same answer to a client that has not heard it yet: its first one was lost on our side.
    #[must_use]
    pub fn first_told(self) -> Self {
        Self { replayed: false, ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let etag = super::etag_of(&self.body);
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        if self.replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

/// The right to do the work of a key, once.
#[derive(Debug)]
pub struct Claim(Option<Scope>);

#[derive(Debug)]
struct Scope {
    actor: String,
    route: &'static str,
    key: String,
}

impl Once {
    /// Claims the key for this actor, route and body, before any other lock is taken. Without a key there is nothing to remember.
    ///
    /// # Errors
    /// 422 when the key was used for another body, 409 when its first request is still under way.
    pub async fn claim(
        tx: &mut ShopTx,
        key: IdempotencyKey,
        actor: String,
        route: &'static str,
        body_hash: [u8; 32],
    ) -> Result<Self, Problem> {
        let Some(key) = key.0 else { return Ok(Self::First(Claim(None))) };
        let scope = Scope { actor, route, key };
        let claimed = queries::insert_key(tx, &scope, &body_hash).await.map_err(|error| {
            if error.is_lock_timeout() { Problem::new(StatusCode::CONFLICT, "request-in-progress").retry_after(1) } else { error.into() }
        })?;
        if claimed {
            return Ok(Self::First(Claim(Some(scope))));
        }
        let stored = queries::find_key(tx, &scope).await?.ok_or_else(Problem::internal)?;
        if stored.body_hash != body_hash {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"));
        }
        let status = stored.status.and_then(|s| u16::try_from(s).ok()).and_then(|s| StatusCode::from_u16(s).ok());
        match (status, stored.body) {
            (Some(status), Some(body)) => Ok(Self::Again(Answer { status, body, replayed: true })),
            _ => Err(Problem::internal()),
        }
    }
}

impl Claim {
    /// Stores the answer with the work, in the same transaction.
    ///
    /// # Errors
    /// When the database gives no answer.
    pub async fn keep(self, tx: &mut ShopTx, status: StatusCode, thing: &impl Serialize) -> Result<Answer, Problem> {
        let body = serde_json::to_vec(thing).map_err(|_| Problem::internal())?;
        if let Some(scope) = self.0 {
            queries::store_answer(tx, &scope, status.as_u16(), &body).await?;
        }
        Ok(Answer { status, body, replayed: false })
    }
}
