use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::platform::crypto::sha256;
use crate::platform::http::Problem;
use crate::platform::i18n::Lang;

/// The largest form a page takes: 256 KiB, enough for a product with all its variants.
pub const MAX_FORM: usize = 256 * 1024;

/// A posted form: names and values in the order they were sent. Fields nobody asks for are ignored, as browsers' extensions and
/// a button's own name add some.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads an urlencoded text.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value as it was typed; the first one of several, empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value, when there is more in it than white space.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.trim().is_empty())
    }

    /// Every value of a name, in order: one for each row of a table.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// SHA-256 of all that was sent, to tell a form sent twice from another one under the same key.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish().as_bytes())
    }

    /// What was typed into these fields, for the page to show again. Never name a password's field here.
    #[must_use]
    pub fn entered(&self, names: &[&str]) -> Map<String, Value> {
        names.iter().map(|name| ((*name).to_owned(), Value::from(self.get(name)))).collect()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        // A form without a field has no body, and some clients then name no type.
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large")
            } else {
                Problem::new(StatusCode::BAD_REQUEST, "bad-request")
            }
        })?;
        Ok(Self::parse(&bytes))
    }
}

/// What stands behind the `?` of a page's address. It may be old, mistyped or made up, so it is read as far as it can be.
#[derive(Debug, Clone, Default)]
pub struct Asked(Fields);

impl std::ops::Deref for Asked {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// A form as its page shows it: what was typed, and what is wrong with it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormState {
    /// What was typed, by field.
    pub form: Map<String, Value>,
    /// Messages in the page's language, by field; `form` is that of the whole form.
    pub errors: BTreeMap<String, String>,
}

impl FormState {
    /// A form with these values in it.
    #[must_use]
    pub const fn filled(form: Map<String, Value>) -> Self {
        Self { form, errors: BTreeMap::new() }
    }

    /// Says what a problem finds wrong: `field_of` names the field behind each pointer. What belongs to no field is said of the
    /// whole form, and so is a problem that names no place at all.
    #[must_use]
    pub fn refused(mut self, problem: &Problem, lang: Lang, field_of: impl Fn(&str) -> Option<String>) -> Self {
        for error in problem.errors() {
            let field = field_of(&error.pointer).unwrap_or_else(|| "form".to_owned());
            self.errors.entry(field).or_insert_with(|| Problem::message(lang, error));
        }
        if problem.errors().is_empty() {
            self.errors.insert("form".to_owned(), problem.detail(lang));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{FieldError, Flaw};

    #[test]
    fn a_form_keeps_order_and_repeated_names() {
        let fields = Fields::parse(b"sku=A&price=1&sku=B&price=&x=%C3%A1o+thun&bad=%ff");
        assert_eq!(fields.all("sku"), ["A", "B"]);
        assert_eq!(fields.all("price"), ["1", ""]);
        assert_eq!(fields.get("x"), "áo thun");
        assert_eq!(fields.get("bad"), "\u{fffd}");
        assert_eq!((fields.get("none"), fields.given("none")), ("", None));
    }

    #[test]
    fn each_flaw_is_said_at_its_field_and_the_rest_of_the_form() {
        let error = |pointer: &str| FieldError { pointer: pointer.to_owned(), flaw: Flaw::new("required") };
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid").with_errors(vec![error("/a/line1"), error("/lines/0")]);
        let state = FormState::default().refused(&problem, Lang::En, |pointer| pointer.strip_prefix("/a/").map(str::to_owned));
        assert_eq!(state.errors.keys().collect::<Vec<_>>(), ["form", "line1"]);
        let state = FormState::default().refused(&Problem::not_found(), Lang::En, |_| None);
        assert_eq!(state.errors["form"], Problem::not_found().detail(Lang::En));
    }
}
